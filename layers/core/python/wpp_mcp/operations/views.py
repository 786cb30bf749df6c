"""An operation as JSON: what the routes and tools show of it, and never what confirms it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from wpp_mcp.models.text import visible, visible_all
from wpp_mcp.models.time import iso
from wpp_mcp.operations.answering import approval_url
from wpp_mcp.operations.people import ADMINS
from wpp_mcp.operations.records import Assent, OperationRecord
from wpp_mcp.operations.rendering import cleaned
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.operations.verdicts import last_word, verb_of

PageOf = Callable[[str], str]
"""Returns the address of an operation's page."""


def page_of(origin: str) -> PageOf:
    """Return what names the pages of operations at our own origin."""
    return lambda operation_id: approval_url(origin, operation_id)


def shown_status(record: OperationRecord, now: datetime) -> Status:
    """Return how it stands: expired as soon as its time is over, swept or not."""
    return Status.EXPIRED if record.over(now) else record.status


def row(record: OperationRecord, now: datetime, page: PageOf) -> dict[str, Any]:
    """Return an operation as one of a list."""
    account = record.account
    values: dict[str, Any] = {
        "operationId": record.operation_id,
        "status": shown_status(record, now).value,
        "next": next_step(record, now),
        "tool": record.tool,
        "title": visible(record.title),
        "api": account.api.value if account else None,
        "account": account.account_id if account else None,
        "accountName": visible(record.account_name) or None,
        "requestedBy": {
            "userId": record.user_id,
            "name": visible(record.requester_name),
            "agency": record.agency,
        },
        "riskLevel": record.risk.value,
        "changes": len(record.changes),
        "createdAt": iso(record.created_at),
        "expiresAt": _until(record),
        "approvalUrl": page(record.operation_id),
    }
    return _present(values)


def view(record: OperationRecord, now: datetime, page: PageOf) -> dict[str, Any]:
    """Return all of an operation that people may see."""
    shown = row(record, now, page)
    values = {
        **shown,
        "changes": None,
        "currency": record.currency,
        "preview": cleaned(record.preview),
        "digest": record.digest,
        "consent": _word(record.consent),
        "approval": _word(record.approval),
        "refusal": _word(record.refusal),
        "unsettled": visible(record.unsettled or "") or None,
        "settlement": _word(record.settlement),
        "outcome": visible_all([dict(one) for one in record.outcome]) or None,
        "result": visible_all(dict(record.result)) or None,
        "rollbackOf": list(record.rollback_of) or None,
        "rolledBackBy": record.rolled_back_by,
    }
    return _present(values)


def next_step(record: OperationRecord, now: datetime) -> str:
    """Return what has to happen now and who does it, in a sentence or two."""
    status = shown_status(record, now)
    if status in _SAID:
        return _SAID[status]
    word = last_word(record)
    if status is Status.UNKNOWN:
        return f"{_UNKNOWN} {second_person(record)} looks into it and says so on its page."
    if status is Status.RECONCILED:
        who = record.settlement.by if record.settlement else "the account"
        return f"Its outcome was not known at first; {who} has told since: {found(record)}."
    if status in (Status.REJECTED, Status.CANCELLED):
        who = word.by if word else "Somebody"
        return f"{who} {verb_of(record)}: nothing was changed."
    if status is Status.ROLLED_BACK:
        return f"It was undone by the operation {record.rolled_back_by}."
    return _waiting(record, status)


def found(record: OperationRecord) -> str:
    """Return what became of an operation that was unknown, in words."""
    data = record.result.get("data", {})
    return _FOUND.get(str(data.get("applied")), "the outcome says what was done")


def second_person(record: OperationRecord) -> str:
    """Return who may be the second person."""
    if record.approver == ADMINS:
        return "another admin"
    return f"a manager of the agency {record.agency} or an admin"


_SAID: Final = {
    Status.EXECUTING: "It is being carried out: look again in a few seconds.",
    Status.SUCCEEDED: "Done.",
    Status.PARTIALLY_SUCCEEDED: "Done in part: the outcome says what was and what was not.",
    Status.FAILED: "It was refused and nothing was changed: preview it again if it is wanted.",
    Status.EXPIRED: "Its time is over and nothing was changed: preview it again.",
}
_UNKNOWN: Final = (
    "It was sent and its outcome is not known. Do not repeat it: the account is looked at until it"
    " is known, or"
)
_FOUND: Final = {
    "all": "all of it was done",
    "some": "some of it was done",
    "none": "nothing was done",
}


def _waiting(record: OperationRecord, status: Status) -> str:
    """Return what an open operation waits for."""
    until = f"until {iso(record.expires_at)}" if record.expires_at else "now"
    asker = visible(record.requester_name) or record.user_id
    if status is Status.AWAITING_APPROVAL:
        who = second_person(record)
        return f"It waits for a second person: {who} has to decide on its page {until}."
    if record.account is None:
        return (
            f"Both have approved it, and it was not carried out yet: {asker} can have that done on"
            f" its page {until}."
        )
    if record.consent is None and record.risk is not Risk.LOW:
        return (
            f"{asker} has to approve it, on its page or in OMA, {until};"
            " an assistant cannot do that."
        )
    return f"It can be carried out {until}: confirm it with its operation id."


def _until(record: OperationRecord) -> str | None:
    # Of other states it is when a job looks again, which is nobody's business.
    ends = record.expires_at if record.status in OPEN else None
    return None if ends is None else iso(ends)


def _word(word: Assent | None) -> dict[str, Any] | None:
    if word is None:
        return None
    values = {
        "by": word.by,
        "at": iso(word.at),
        "via": word.via,
        "note": visible(word.note) or None,
        "attested": word.attested,
    }
    return _present(values)


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
