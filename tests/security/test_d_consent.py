"""D10, D11, D14: whose yes counts, on which channel, and that a HIGH risk needs two people."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.roles import MCP_CLIENT, SandboxRole
from tests.security.deciding import code
from tests.security.stored import forget_audit, set_role, stored
from tests.security.watched import WatchedSandbox
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import Raised, SpareWrites
from tests.support.write_journeys import decide
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.directory import Directory

STEEP = 150
"""Percent: more than twice the budget."""
WAYS = ("execute", "rpc", "modern")


@pytest.fixture(scope="module")
def every_write(one_client: Api) -> SpareWrites:
    return SpareWrites(one_client)


@pytest.fixture
def writes(attacker: Api, every_write: SpareWrites, watched: WatchedSandbox) -> SpareWrites:
    watched.seeder.world(watched.world)
    forget_audit(watched)
    return every_write


def tool(api: Api, way: str, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a tool as an assistant does; what it answered."""
    if way == "execute":
        body: dict[str, Any] = api.execute(name, arguments).json()
        return body
    answer = getattr(api, way)("tools/call", {"name": name, "arguments": arguments})
    structured: dict[str, Any] = answer.json()["result"]["structuredContent"]
    return structured


def approved(writes: SpareWrites) -> tuple[Raised, dict[str, Any]]:
    """A steep raise to which both have said yes, and its preview with the token."""
    one = writes.raised(STEEP)
    assert decide(writes.api, one.operation_id)["success"] is True
    own = decide(writes.api, one.operation_id, role="practitioner")
    return one, {**one.preview, "confirmationToken": own["confirmationToken"]}


@pytest.mark.parametrize("way", WAYS)
def test_d10_an_assistant_does_not_confirm_what_its_user_has_not_agreed_to(
    writes: SpareWrites, way: str
) -> None:
    """Not without a token, nor with one it made up, nor with the one that OMA holds."""
    one = writes.raised()
    for token in ({}, {"confirmationToken": "A" * 43}, one.preview):
        given = {k: v for k, v in token.items() if k == "confirmationToken"}
        body = tool(
            writes.api, way, "confirm_operation", {"operationId": one.operation_id, **given}
        )
        assert body["error"]["code"] == "CONFIRMATION_INVALID"
        assert body["error"]["message"] == "The confirmation is not valid"
    assert writes.untouched(one)
    assert writes.stored(one.operation_id).consent is None
    assert writes.asked(one.preview).status_code == 200


@pytest.mark.parametrize("way", ["rpc", "modern"])
def test_d10_an_assistant_is_not_handed_a_token_for_what_needs_a_person(
    writes: SpareWrites, way: str
) -> None:
    budget_id, amount = writes.budget()
    arguments = {"customerId": CATALOGUE, "budgetId": budget_id}
    for after in (amount + 10, amount * 3):
        body = tool(writes.api, way, "update_budget", {**arguments, "newDailyAmountDollars": after})
        assert body["requiresApproval"] is True
        assert "confirmationToken" not in body
    assert writes.mutates() == 0


@pytest.mark.parametrize("way", WAYS)
def test_what_is_low_an_assistant_confirms_by_itself(writes: SpareWrites, way: str) -> None:
    named = {"customerId": CATALOGUE, "name": f"Label of {way}"}
    body = tool(writes.api, way, "create_label", named)
    assert body["preview"]["riskLevel"] == "LOW"
    mine = {name: body[name] for name in ("operationId", "confirmationToken")}

    wrong = tool(writes.api, way, "confirm_operation", mine | {"confirmationToken": "A" * 43})
    done = tool(writes.api, way, "confirm_operation", mine)

    assert wrong["error"]["code"] == "CONFIRMATION_INVALID"
    assert (done["success"], done["data"]["result"]) == (True, "SUCCEEDED")
    labels = [one.name for one in writes.box.world.accounts[CATALOGUE].labels.values()]
    assert labels.count(named["name"]) == 1
    assert writes.mutates() == 1


def test_after_the_person_agreed_on_the_page_their_assistant_may_carry_it_out(
    writes: SpareWrites,
) -> None:
    one = writes.raised()
    assert decide(writes.api, one.operation_id, role="practitioner")["success"] is True
    named = {"operationId": one.operation_id}
    body = tool(writes.api, "modern", "confirm_operation", named)
    assert body["success"] is True, body
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.after, 1)


def test_d11_the_requester_alone_does_not_get_a_high_risk_through(writes: SpareWrites) -> None:
    one = writes.raised(STEEP)
    assert one.preview["preview"]["riskLevel"] == "HIGH"
    assert "confirmationToken" not in one.preview

    answers = [
        writes.asked(one.preview),
        writes.asked(one.preview, confirmationToken="A" * 43),
    ]
    alone = decide(writes.api, one.operation_id, role="practitioner")
    by_tool = tool(writes.api, "rpc", "confirm_operation", {"operationId": one.operation_id})

    for answer in answers:
        assert (answer.status_code, code(answer)) == (403, "SECOND_APPROVAL_REQUIRED")
    assert alone["error"]["code"] == by_tool["error"]["code"] == "SECOND_APPROVAL_REQUIRED"
    assert writes.untouched(one)
    assert writes.stored(one.operation_id).status is Status.AWAITING_APPROVAL


def test_the_whole_way_of_a_high_risk(writes: SpareWrites) -> None:
    one = writes.raised(STEEP)
    assert decide(writes.api, one.operation_id)["success"] is True
    unanswered = writes.asked(one.preview)
    assert code(unanswered) == "CONFIRMATION_INVALID"
    assert writes.untouched(one)

    own = decide(writes.api, one.operation_id, role="practitioner")
    answer = writes.asked({**one.preview, **own})

    assert answer.status_code == 200, answer.text
    assert (writes.amount(one.budget_id), writes.mutates()) == (one.after, 1)
    record = writes.stored(one.operation_id)
    assert record.approval is not None
    assert record.consent is not None
    assert [record.approval.by, record.consent.by] == [
        "manager@north.example",
        "practitioner@north.example",
    ]


def test_who_approved_does_not_confirm_in_the_requesters_place(writes: SpareWrites) -> None:
    one, agreed = approved(writes)
    for role in ("manager", "admin"):
        assert code(writes.asked(agreed, role=role)) == "CONFIRMATION_INVALID"
    assert writes.untouched(one)


@pytest.mark.parametrize(
    "lost",
    [{"role": Role.PRACTITIONER.value}, {"status": "DISABLED"}, {"agency": "south"}],
    ids=str,
)
def test_an_approval_counts_only_while_whoever_gave_it_may_give_it(
    writes: SpareWrites, lost: dict[str, str]
) -> None:
    one, agreed = approved(writes)
    key = Directory.user_key("manager@north.example")
    writes.box.seeder.put(key, stored(writes.box, key) | lost)

    answer = writes.asked(agreed)

    assert (answer.status_code, code(answer)) == (403, "SECOND_APPROVAL_REQUIRED")
    assert writes.untouched(one)
    set_role(writes.box, "manager", Role.MANAGER)


def test_an_approval_is_over_after_a_day(writes: SpareWrites) -> None:
    one, agreed = approved(writes)
    writes.box.clock.advance(timedelta(hours=24))
    answer = writes.asked(agreed)
    assert (answer.status_code, code(answer)) == (410, "OPERATION_EXPIRED")
    assert writes.untouched(one)


def test_d14_without_the_api_key_nobody_speaks_for_a_person(writes: SpareWrites) -> None:
    one = writes.raised()
    for key in (None, "", "not-the-key"):
        answer = writes.asked(one.preview, headers={"X-OMA-API-Key": key})
        assert (answer.status_code, code(answer)) == (401, "UNAUTHENTICATED")
    assert writes.untouched(one)


def test_d14_an_mcp_client_with_the_api_key_is_no_person_either(writes: SpareWrites) -> None:
    one = writes.raised()
    role = SandboxRole("practitioner", MCP_CLIENT, (Scope.TOOLS_READ, Scope.TOOLS_WRITE))
    claims = writes.box.issuer.claims(writes.box.world.users["practitioner"], role)
    bearer = {"Authorization": "Bearer " + writes.box.issuer.sign(claims)}

    answer = writes.asked(one.preview, headers=bearer)

    assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")
    assert writes.untouched(one)


def test_a_rejected_operation_is_never_carried_out(writes: SpareWrites) -> None:
    one = writes.raised()
    wrong = writes.asked(one.preview, userConfirmation="REJECTED", confirmationToken="A" * 43)
    assert code(wrong) == "CONFIRMATION_INVALID"
    assert writes.stored(one.operation_id).status is Status.PREVIEWED
    for _ in range(2):
        said = writes.asked(one.preview, userConfirmation="REJECTED").json()
        assert (said["success"], said["status"]) == (True, "REJECTED")
    answer = writes.asked(one.preview)
    assert (answer.status_code, code(answer)) == (409, "CONFLICT")
    assert writes.untouched(one)


@pytest.mark.parametrize("says", ["approved", "YES", "", True, None, ["APPROVED"]])
def test_only_the_two_words_are_an_answer(writes: SpareWrites, says: Any) -> None:
    one = writes.raised()
    answer = writes.asked(one.preview, userConfirmation=says)
    assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")
    assert writes.untouched(one)
