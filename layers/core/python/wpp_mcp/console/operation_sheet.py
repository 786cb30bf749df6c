"""An operation as a person reads it: all that the page says, as text.

What is shown was cleaned when the operation was made; the page cleans it again, because it is not
the page's to know who wrote it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from wpp_mcp.console.operation_choice import Choice, choice_of, moment
from wpp_mcp.models.caller import Caller
from wpp_mcp.operations.people import Part
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.operations.things import Thing, things_of, total_of, undo_of
from wpp_mcp.operations.views import found, next_step, shown_status

STATUS_WORDS: Final[Mapping[Status, str]] = {
    Status.PREVIEWED: "Waits for the one who asked",
    Status.AWAITING_APPROVAL: "Waits for a second person",
    Status.APPROVED: "Approved, not carried out yet",
    Status.EXECUTING: "Being carried out",
    Status.SUCCEEDED: "Done",
    Status.PARTIALLY_SUCCEEDED: "Done in part",
    Status.FAILED: "Refused, nothing was changed",
    Status.UNKNOWN: "Sent, outcome not known",
    Status.RECONCILED: "Outcome found out",
    Status.EXPIRED: "Expired, nothing was changed",
    Status.REJECTED: "Rejected, nothing was changed",
    Status.CANCELLED: "Taken back, nothing was changed",
    Status.ROLLED_BACK: "Undone",
}
_RISKS: Final = {
    Risk.LOW: "Low: it cannot raise spending, stop delivery or change what people see.",
    Risk.MEDIUM: "Medium: the one who asked has to agree.",
    Risk.HIGH: "High: a second person has to agree.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All that the page says of an operation."""

    operation_id: str
    title: str
    status: str
    account: str
    asker: str
    asked_at: str
    until: str
    risk: str
    reasons: tuple[str, ...]
    things: tuple[Thing, ...]
    money: tuple[str, ...]
    warnings: tuple[str, ...]
    undo: str
    losses: tuple[str, ...]
    unsettled: str
    said: tuple[str, ...]
    next: str
    digest: str
    choice: Choice


def sheet_of(record: OperationRecord, part: Part, caller: Caller, now: datetime) -> Sheet:
    """Return an operation as the page shows it to a person."""
    preview = record.preview
    undo, losses = undo_of(preview)
    ends = record.expires_at if shown_status(record, now) in OPEN else None
    return Sheet(
        operation_id=record.operation_id,
        title=record.title,
        status=STATUS_WORDS[shown_status(record, now)],
        account=_account(record),
        asker=f"{record.requester_name} ({record.user_id}), agency {record.agency}",
        asked_at=moment(record.created_at),
        until=moment(ends) if ends else "",
        risk=_RISKS[record.risk],
        reasons=tuple(map(str, preview.get("riskReasons", ()))),
        things=things_of(preview),
        money=total_of(preview),
        warnings=tuple(map(str, preview.get("warnings", ()))),
        undo=undo,
        losses=losses,
        unsettled=_why_unknown(record),
        said=tuple(_words_said(record)),
        next=next_step(record, now),
        digest=record.digest,
        choice=choice_of(record, part, caller, now),
    )


def _account(record: OperationRecord) -> str:
    if record.account is None:
        return "none: it changes the rules of this server"
    # The id first: no name, however long, moves it out of sight.
    named = f" · {record.account_name}" if record.account_name else ""
    return f"{record.account.api.value} {record.account.account_id}{named}"


def _why_unknown(record: OperationRecord) -> str:
    if record.status is not Status.UNKNOWN:
        return ""
    return record.unsettled or "No answer came; the account has not been asked yet"


def _words_said(record: OperationRecord) -> Iterator[str]:
    for word, verb in (
        (record.approval, "approved it as the second person"),
        (record.consent, "agreed"),
        (record.refusal, "took it back" if record.status is Status.CANCELLED else "rejected it"),
        (record.settlement, f"has looked into the account: {found(record)}"),
    ):
        if word is not None:
            note = f": “{word.note}”" if word.note else ""
            yield f"{moment(word.at)}: {word.by} {verb}{note}"
