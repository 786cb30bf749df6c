"""Operations put straight into a sandbox's table: of each state and risk, as previews make them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Final

from sandbox.box import Sandbox
from sandbox.roles import MCP_CLIENT
from tests.support.api import USD
from wpp_mcp.models import strict_json
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import Change, Locator, ResourceType, Verb
from wpp_mcp.operations import tokens
from wpp_mcp.operations.digests import digest_of_changes
from wpp_mcp.operations.people import ADMINS, agency_approver
from wpp_mcp.operations.records import Assent, OperationRecord, operation_of
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import INITIAL, OPEN, Status
from wpp_mcp.storage.items import decode, encode
from wpp_mcp.storage.operations import Operations
from wpp_mcp.storage.tables import Table

_NUMBERS: Final = count(1)
WITHIN: Final = timedelta(minutes=15)
DAY: Final = timedelta(hours=24)
TOKEN: Final = "a-token-that-was-handed-out-with-the-preview"


def operation(
    box: Sandbox,
    *,
    role: str = "practitioner",
    risk: Risk = Risk.MEDIUM,
    status: Status | None = None,
    name: str = "Brand",
    amount: Decimal = Decimal(75),
    **changes: Any,
) -> OperationRecord:
    """Return an operation of a role's user: the budget of a campaign goes from 50 to an amount.

    Parameters
    ----------
    status
        How it began by its risk, where nothing is given.
    changes
        Other values of the record.
    """
    user = box.world.users[role]
    high = risk is Risk.HIGH
    began = Status.AWAITING_APPROVAL if high else Status.PREVIEWED
    now = box.clock()
    account = AccountRef(Api.GOOGLE_ADS, USD)
    change = Change(
        locator=Locator(account, ResourceType.BUDGET, "456", name),
        verb=Verb.UPDATE,
        before={"amount": Decimal(50)},
        after={"amount": amount},
    )
    number = next(_NUMBERS)
    record = OperationRecord(
        operation_id=f"op_{now:%Y%m%d_%H%M%S}_{number:016x}",
        status=status or began,
        user_id=user.email,
        employee_id=user.employee_id,
        requester_name=user.name,
        agency=user.agency,
        client_id=MCP_CLIENT,
        tool="update_budget",
        title="Change a daily budget",
        action="write",
        account=account,
        account_name="Aster Outdoor US",
        created_at=now,
        expires_at=now + (DAY if high else WITHIN),
        changes=(change,),
        currency="USD",
        digest=digest_of_changes("update_budget", account, (change,), "USD", partial=False),
        risk=risk,
        preview=preview_of(change, risk),
        policy_version="0",
        approver=agency_approver(user.agency),
        token_hashes=() if high else (tokens.hash_of(TOKEN),),
    )
    record = replace(record, **changes)
    return record if record.status in INITIAL else _grown(box, record)


def policy_operation(box: Sandbox, *, role: str = "admin") -> OperationRecord:
    """Return a change of the policies that a role's user has asked for."""
    change = Change(
        locator=Locator(None, ResourceType.POLICY, "ENVIRONMENT", "ENVIRONMENT"),
        verb=Verb.UPDATE,
        before={"limits.percent": 500},
        after={"limits.percent": 200},
    )
    return operation(
        box,
        role=role,
        risk=Risk.HIGH,
        tool="policies",
        title="Change the policies",
        account=None,
        account_name="",
        changes=(change,),
        currency=None,
        approver=ADMINS,
        consent=said(box, role),
    )


def said(box: Sandbox, role: str, note: str = "") -> Assent:
    """Return the word of a role's user, now."""
    user = box.world.users[role]
    return Assent(
        by=user.email,
        employee_id=user.employee_id,
        at=box.clock(),
        via="sandbox-oma-client",
        note=note,
    )


def put(box: Sandbox, record: OperationRecord) -> OperationRecord:
    """Store an operation, and return it as it is read again."""
    box.seeder.put(Operations.key(record.operation_id), record.item())
    return read(box, record)


def putting(box: Sandbox, **values: Any) -> OperationRecord:
    """Make an operation (`operation`) and store it."""
    return put(box, operation(box, **values))


def read(box: Sandbox, record: OperationRecord) -> OperationRecord:
    """Return an operation as it stands in the table."""
    return operation_of(item_of(box, record))


def item_of(box: Sandbox, record: OperationRecord) -> dict[str, Any]:
    """Return its item, as it is stored."""
    found = box.aws.plain("dynamodb").get_item(
        TableName=box.table_prefix + Table.OPERATIONS.value,
        Key=encode(Operations.key(record.operation_id).attributes()),
    )
    return decode(found["Item"])


def preview_of(change: Change, risk: Risk) -> Mapping[str, Any]:
    """Return what people are shown of a change of a budget, as it is stored."""
    rise = change.after["amount"] - change.before["amount"]
    shown = {
        "operation": "Change a daily budget",
        "account": {"api": "Google Ads", "accountId": USD, "name": "Aster Outdoor US"},
        "currency": "USD",
        "changes": [
            {
                "resource": change.locator.type.value,
                "id": change.locator.id,
                "name": change.locator.name,
                "action": change.verb.value,
                "field": "amount",
                "before": change.before["amount"],
                "after": change.after["amount"],
                "money": {
                    "kind": "dailyBudget",
                    "perDay": rise,
                    "perMonth": rise * Decimal("30.4"),
                    "percent": rise * 2,
                    "currency": "USD",
                },
            }
        ],
        "money": {"perDay": rise, "perMonth": rise * Decimal("30.4"), "currency": "USD"},
        "warnings": ["A daily budget is an average: Google may spend twice as much on a day."],
        "riskLevel": risk.value,
        "riskReasons": ["the budget rises within the limits"],
        "undo": {"kind": "exact", "losses": []},
    }
    plain: Mapping[str, Any] = strict_json.plain(shown)
    return plain


def _grown(box: Sandbox, record: OperationRecord) -> OperationRecord:
    """Return an operation that is further on, with the words that brought it there."""
    words: dict[str, Any] = {}
    if record.status in (Status.REJECTED, Status.CANCELLED):
        words = {"refusal": said(box, "practitioner")}
    elif (
        record.risk is Risk.HIGH and record.approval is None and record.status is not Status.EXPIRED
    ):
        words = {"approval": said(box, "manager")}
    ends = record.expires_at if record.status in {*OPEN, Status.EXECUTING} else None
    return replace(record, expires_at=ends, **words)
