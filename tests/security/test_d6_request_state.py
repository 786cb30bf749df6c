"""D6: asking the person in the middle of a call, and states that do not count."""

import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import mcp.server.request_state
import pytest

from tests.security.deciding import code
from tests.security.eliciting import (
    ACCEPTED,
    AGREED,
    FORM,
    REFUSED,
    URL,
    Asking,
    mcp_bearer,
    validated,
)
from tests.security.stored import forget_audit, items
from tests.security.watched import WatchedSandbox
from tests.support.api import Api
from tests.support.spare_writes import SpareWrites
from tests.support.write_journeys import decide
from wpp_mcp.operations.states import Status
from wpp_mcp.secret_store import Rotating, SecretName
from wpp_mcp.storage.tables import Table

PREVIEW_SECONDS: Final = 900


@pytest.fixture(scope="module")
def every_write(one_client: Api) -> SpareWrites:
    return SpareWrites(one_client)


@pytest.fixture
def writes(attacker: Api, every_write: SpareWrites, watched: WatchedSandbox) -> SpareWrites:
    forget_audit(watched)
    return every_write


def operations(writes: SpareWrites) -> set[str]:
    return {item["operationId"] for item in items(writes.box, Table.OPERATIONS)}


def agree(writes: SpareWrites, asking: Asking) -> str:
    """The person agrees on the page that the client was sent to; the operation's id."""
    page = str(asking.asked["url"])
    assert page.startswith(f"{writes.box.url}/console/operations/op_")
    operation_id = page.rpartition("/")[2]
    assert decide(writes.api, operation_id, role="practitioner")["success"] is True
    return operation_id


def test_the_person_is_asked_on_a_page_and_the_repeated_call_carries_it_out(
    writes: SpareWrites,
) -> None:
    known = operations(writes)
    asking = Asking.of(writes, URL)
    assert asking.result["resultType"] == "input_required"
    assert asking.asked["mode"] == "url"
    agree(writes, asking)

    done = asking.again(ACCEPTED)
    once_more = asking.again(ACCEPTED)

    assert (done["success"], done["data"]["newAmount"]) == (True, asking.after)
    assert once_more == done
    assert writes.amount(asking.budget_id) == asking.after
    assert (writes.mutates(), validated(writes.api)) == (1, 1)
    assert len(operations(writes) - known) == 1


@pytest.mark.parametrize("responses", [ACCEPTED, AGREED, None, {"approval": {"action": "decline"}}])
def test_a_client_that_says_its_person_agreed_where_nobody_did_gets_the_preview_again(
    writes: SpareWrites, responses: Mapping[str, Any] | None
) -> None:
    asking = Asking.of(writes, URL)
    known = operations(writes)

    for _ in range(2):
        body = asking.again(responses)
        assert (body["success"], body["requiresApproval"]) == (False, True)
        assert "confirmationToken" not in body

    assert asking.untouched
    assert validated(writes.api) == 1
    assert operations(writes) == known


@pytest.mark.parametrize("can", [{}, None, FORM], ids=str)
def test_a_client_that_cannot_open_a_page_gets_the_preview(
    writes: SpareWrites, can: Mapping[str, Any] | None
) -> None:
    asking = Asking.of(writes, can)  # type: ignore[arg-type]
    assert "requestState" not in asking.result
    assert asking.result["structuredContent"]["requiresApproval"] is True
    assert asking.untouched


def test_d6_a_state_works_for_nobody_else(writes: SpareWrites, watched: WatchedSandbox) -> None:
    """Neither for another person, nor for another client of the same one."""
    asking = Asking.of(writes, URL)
    agree(writes, asking)
    others = [
        mcp_bearer(watched, "other-practitioner"),
        mcp_bearer(watched, "manager"),
        mcp_bearer(watched, "practitioner", "sandbox-oma-client")
        | {"X-OMA-API-Key": watched.secrets[SecretName.OMA_API_KEY.value]},
    ]
    for headers in others:
        assert asking.sent(ACCEPTED, headers=headers)["error"] == REFUSED
    assert asking.untouched
    assert asking.again(ACCEPTED)["success"] is True


def _flipped(state: str) -> str:
    middle = len(state) // 2
    return state[:middle] + ("A" if state[middle] != "A" else "B") + state[middle + 1 :]


BENT: Final = {
    "flipped": _flipped,
    "truncated": lambda state: state[:-4],
    "longer": lambda state: state + "AAAA",
    "empty": lambda _: "",
    "not ASCII": lambda state: state + "\u0410",
    "a bare id": lambda _: "op_20261121_093000_0123456789abcdef",
    "no text": lambda _: 7,
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_d6_a_state_that_was_tampered_with_is_refused(writes: SpareWrites, bend: Any) -> None:
    asking = Asking.of(writes, URL)
    agree(writes, asking)
    refused = asking.sent(ACCEPTED, requestState=bend(asking.state))
    assert refused["error"]["code"] == REFUSED["code"]
    assert asking.untouched


def test_d6_a_state_is_of_its_tool_and_its_arguments(writes: SpareWrites) -> None:
    asking, other = Asking.of(writes, URL), Asking.of(writes, URL)
    agree(writes, asking)
    arguments = {
        "customerId": writes.customer_id,
        "budgetId": asking.budget_id,
        "newDailyAmountDollars": asking.after + 1,
    }
    assert asking.sent(ACCEPTED, arguments=arguments)["error"] == REFUSED
    assert other.sent(ACCEPTED, requestState=asking.state)["error"] == REFUSED
    assert asking.sent(ACCEPTED, name="list_budgets")["error"] == REFUSED
    assert asking.untouched
    assert other.untouched


def test_d6_after_its_time_a_state_is_refused(
    writes: SpareWrites, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Asking.of(writes, URL)
    agree(writes, asking)
    module = mcp.server.request_state
    late = time.time() + PREVIEW_SECONDS + 1

    class Later:
        @staticmethod
        def time() -> float:
            return late

    with monkeypatch.context() as patched:
        patched.setattr(module, "time", Later)
        assert asking.sent(ACCEPTED)["error"] == REFUSED
    assert asking.untouched
    assert asking.again(ACCEPTED)["success"] is True


def test_d6_a_fresh_state_of_an_operation_whose_time_is_over_does_nothing(
    writes: SpareWrites,
) -> None:
    asking = Asking.of(writes, URL)
    operation_id = agree(writes, asking)
    expires = writes.stored(operation_id).expires_at
    assert expires is not None
    writes.box.clock.advance(expires - writes.box.clock())
    assert asking.again(ACCEPTED)["error"]["code"] == "OPERATION_EXPIRED"
    assert asking.untouched


@pytest.fixture
def rotating(watched: WatchedSandbox) -> Iterator[Any]:
    """Puts other keys in the place of the one that seals states."""
    name = watched.secret_prefix + SecretName.REQUEST_STATE_KEY.value
    client = watched.aws.plain("secretsmanager")
    usual = client.get_secret_value(SecretId=name)["SecretString"]

    current = Rotating.of_text(name, usual).current

    def rotate(text: str) -> None:
        client.put_secret_value(SecretId=name, SecretString=text)
        watched.cold_start()

    def to(fresh: str, previous: str = current) -> str:
        rotate(Rotating(fresh, previous).text())
        return fresh

    yield to
    rotate(usual)


def test_d6_a_key_that_was_rotated_away_opens_nothing_and_the_one_before_still_does(
    writes: SpareWrites, rotating: Any
) -> None:
    early, late = Asking.of(writes, URL), Asking.of(writes, URL)
    for asking in (early, late):
        agree(writes, asking)

    second = rotating("f" * 43)
    assert early.again(ACCEPTED)["success"] is True
    rotating("g" * 43, second)

    assert late.sent(ACCEPTED)["error"] == REFUSED
    assert (writes.amount(late.budget_id), writes.mutates()) == (late.before, 1)


def test_a_no_on_the_page_is_answered_to_the_call(writes: SpareWrites) -> None:
    asking = Asking.of(writes, URL)
    operation_id = str(asking.asked["url"]).rpartition("/")[2]
    assert decide(writes.api, operation_id, "REJECTED", role="practitioner")["success"] is True
    assert asking.again(ACCEPTED)["error"]["code"] in {"CONFLICT", "CONFIRMATION_INVALID"}
    assert writes.stored(operation_id).status is Status.REJECTED
    assert asking.untouched


def test_an_operation_that_was_confirmed_elsewhere_is_answered_with_what_was_done(
    writes: SpareWrites,
) -> None:
    asking = Asking.of(writes, URL)
    operation_id = agree(writes, asking)
    named = {"operationId": operation_id}
    first = writes.api.execute("confirm_operation", named)
    assert code(first) == ""
    assert asking.again(ACCEPTED) == first.json()
    assert writes.mutates() == 1
