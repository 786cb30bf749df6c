"""Notices as an operation would make them."""

from typing import Any, Final

from wpp_mcp.notifications.messages import Notice, NoticeKind, OperationFacts

ORIGIN: Final = "https://mcp.agency.example"
MANAGER: Final = "manager@agency.example"
ADMIN: Final = "global-admin@agency.example"
CHANGE: Final = {
    "resource": "Campaign budget",
    "name": "Aster search",
    "field": "amount",
    "before": "100.00 USD",
    "after": "250.00 USD",
}


def facts(**other: Any) -> OperationFacts:
    """What is said of a budget that was raised."""
    usual = {
        "operation_id": "op_0123456789abcdef",
        "tool": "update_budget",
        "title": "Update a daily budget",
        "account": "1000000101",
        "account_name": "Aster Shoes",
        "product": "Google Ads",
        "requester": "practitioner@agency.example",
        "requester_name": "Pat Practitioner",
        "risk": "HIGH",
        "status": "AWAITING_APPROVAL",
        "changes": (CHANGE,),
        "money": ("+150.00 USD a day",),
        "undo": "Exactly: the earlier amount is put back.",
        "link": f"{ORIGIN}/console/operations/op_0123456789abcdef",
        "at": "2026-11-21T15:30:00.000Z",
    }
    return OperationFacts.model_validate({**usual, **other})


def notice(*to: str, kind: NoticeKind = NoticeKind.WRITE_EXECUTED, **other: Any) -> Notice:
    """A notice of that, to a manager where nobody is named."""
    values = facts(**other)
    notice_id = f"{values.operation_id}:{kind.value}"
    return Notice(kind=kind, notice_id=notice_id, to=to or (MANAGER,), values=values)
