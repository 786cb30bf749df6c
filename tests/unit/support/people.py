"""A few people, their grants and a call of theirs for the audit."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.entry import Action, Entry, Result
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.caller import Caller, ClientKind, Principal, Role, Scope
from wpp_mcp.storage.approved_accounts import GrantRecord
from wpp_mcp.storage.directory import UserRecord

ANN = Caller(
    user_id="ann@agency.example",
    employee_id="WPP-1001",
    name="Ann",
    role=Role.PRACTITIONER,
    agency="northwind",
    client_id="mcp-client",
    client_kind=ClientKind.MCP,
    scopes=frozenset(Scope),
    oma_key=False,
    manager="max@agency.example",
)


def person(user: str, role: Role, agency: str = "northwind") -> Caller:
    return replace(ANN, user_id=f"{user}@agency.example", role=role, agency=agency)


def principal(caller: Caller = ANN) -> Principal:
    return Principal(
        employee_id=caller.employee_id,
        client_id=caller.client_id,
        client_kind=caller.client_kind,
        scopes=caller.scopes,
        role=caller.role,
        agency=caller.agency,
        oma_key=caller.oma_key,
    )


def record(caller: Caller = ANN, **changes: Any) -> UserRecord:
    known = UserRecord(
        user_id=caller.user_id,
        employee_id=caller.employee_id,
        name=caller.name,
        role=caller.role,
        agency=caller.agency,
        manager=caller.manager,
        active=True,
    )
    return replace(known, **changes)


def account(digit: int) -> AccountRef:
    return AccountRef(Api.GOOGLE_ADS, str(digit) * 10)


def grant(account_id: str, **changes: Any) -> GrantRecord:
    good = GrantRecord(
        user_id=ANN.user_id,
        account=AccountRef(Api.GOOGLE_ADS, account_id),
        account_name="An account",
        client_name="A client",
        agency="northwind",
        login_customer_id="9999999999",
        approved_by="max@agency.example",
        approved_at=NOW - timedelta(days=1),
        expires_at=NOW + timedelta(days=1),
    )
    return replace(good, **changes)


def entry(at: datetime = NOW, *, caller: Caller = ANN, **changes: Any) -> Entry:
    call = Entry(
        user_id=caller.user_id,
        at=at,
        operation_id="op_1",
        correlation_id="c-1",
        role=caller.role.value,
        agency=caller.agency,
        client_id=caller.client_id,
        channel="agent",
        tool="list_campaigns",
        action=Action.READ,
        result=Result.SUCCESS,
        policy_version="0",
        milliseconds=12,
        api="Google Ads",
        account="Google Ads:1111111111",
        rows=3,
    )
    return replace(call, **changes)
