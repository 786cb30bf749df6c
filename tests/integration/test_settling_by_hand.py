"""A person settles what the account does not tell: not the one who asked, and only once."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.faults import FaultKind
from sandbox.roles import ROLES
from tests.support.api import Api
from tests.support.connecting import forget
from tests.support.writing import MUTATE, Writes
from wpp_mcp.access import intake
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import Facts
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.functions import Function
from wpp_mcp.models.caller import Channel, ClientKind, Principal
from wpp_mcp.operations.by_hand import settle_by_hand
from wpp_mcp.operations.states import Status


@pytest.fixture
def services(box: Sandbox) -> Services:
    return Services(box.runtime(), Function.OPERATIONS.value)


def unknown(api: Api) -> tuple[Writes, str, str, int]:
    """An unknown operation that nobody can look up: writes, its id, the budget, what it was."""
    forget(api.box)
    writes = Writes(api)
    budget_id, amount = writes.budget()
    preview = writes.preview(budget_id, amount + 10)
    api.box.faults.arm(MUTATE, FaultKind.TIMEOUT_AFTER_APPLY)
    assert writes.confirm(preview).status_code == 502
    return writes, preview["operationId"], budget_id, amount


def person(services: Services, box: Sandbox, role: str) -> tuple[Snapshot, Facts]:
    """Somebody who says what became of it, and what their call is recorded as."""
    user = box.world.users[ROLES[role].user]
    principal = Principal(
        employee_id=user.employee_id,
        client_id=ROLES[role].client_id,
        client_kind=ClientKind.OMA,
        scopes=frozenset(ROLES[role].scopes),
        role=user.role,
        agency=user.agency,
        oma_key=True,
    )
    seen = intake.read(services, principal)
    facts = Facts(
        what="operation_decision",
        channel=Channel.PERSON,
        operation_id="op_20261121_000000_0123456789abcdef",
        correlation_id="by-hand",
        started=seen.at,
    )
    return seen, facts


def settle(services: Services, box: Sandbox, operation_id: str, role: str, **said: Any) -> Any:
    """Let somebody settle an operation."""
    seen, facts = person(services, box, role)
    record = Writes(Api(box)).stored(operation_id)
    facts = replace(facts, operation_id=operation_id, account=record.account)
    return settle_by_hand(services, seen, record, facts, **{"applied": True, "note": "", **said})


def test_a_manager_says_that_it_was_done(api: Api, services: Services) -> None:
    writes, operation_id, _, _ = unknown(api)
    before = len(api.box.post.mails())
    settled = settle(services, api.box, operation_id, "manager", note="Seen in Google Ads")
    assert settled.record.status is Status.RECONCILED
    stands = writes.stored(operation_id)
    assert stands.result["data"]["applied"] == "all"
    assert stands.settlement is not None
    assert (stands.settlement.by, stands.settlement.note) == (
        "manager@north.example",
        "Seen in Google Ads",
    )
    entry = api.audit("manager")[0]
    assert (entry["step"], entry["operationId"]) == ("reconciled", operation_id)
    api.execute("list_accessible_accounts")  # a function has answered: mails are delivered
    mails = api.box.post.mails()[before:]
    assert "Seen in Google Ads" in mails[0]["text"]


def test_what_was_settled_by_hand_can_be_undone(api: Api, services: Services) -> None:
    writes, operation_id, budget_id, amount = unknown(api)
    settle(services, api.box, operation_id, "admin")
    writes.done(writes.rollback(operation_id))
    assert writes.amount(budget_id) == amount


def test_that_nothing_was_done_can_be_said_too(api: Api, services: Services) -> None:
    writes, operation_id, _, _ = unknown(api)
    settle(services, api.box, operation_id, "manager", applied=False)
    assert writes.stored(operation_id).result["data"]["applied"] == "none"


@pytest.mark.parametrize("role", ["practitioner", "other-manager", "other-practitioner"])
def test_nobody_else_settles_it(api: Api, services: Services, role: str) -> None:
    writes, operation_id, _, _ = unknown(api)
    with pytest.raises(WppError) as refused:
        settle(services, api.box, operation_id, role)
    assert refused.value.code is ErrorCode.FORBIDDEN
    assert writes.stored(operation_id).status is Status.UNKNOWN


def test_it_is_settled_once(api: Api, services: Services) -> None:
    _, operation_id, _, _ = unknown(api)
    settle(services, api.box, operation_id, "manager")
    with pytest.raises(WppError) as refused:
        settle(services, api.box, operation_id, "admin", applied=False)
    assert refused.value.code is ErrorCode.CONFLICT
