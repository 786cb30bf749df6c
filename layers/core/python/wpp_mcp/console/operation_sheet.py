"""An operation as a person reads it: each value as text, each thing once.

What is shown was cleaned when the operation was made; the page cleans it again, because it is not
the page's to know who wrote it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.console.operation_choice import Choice, choice_of, moment
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Caller
from wpp_mcp.operations.people import Part
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.operations.views import found, next_step, shown_status

_NOTHING: Final = "nothing"
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
_UNDO: Final = {
    "exact": "It can be undone exactly.",
    "compensating": "It can be undone, but not all of it comes back.",
    "none": "It cannot be undone.",
}
_DOES: Final = {"create": "new", "remove": "removed", "act": "set going"}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a thing: from what to what, and what that means in money."""

    field: str
    before: str
    after: str
    money: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is changed, and the fields that are."""

    kind: str
    name: str
    id: str
    does: str
    lines: list[Line] = field(default_factory=list)


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
    undo = _mapping(preview.get("undo"))
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
        things=_things(preview),
        money=tuple(_total(preview.get("money"))),
        warnings=tuple(map(str, preview.get("warnings", ()))),
        undo=_UNDO.get(str(undo.get("kind")), _UNDO["none"]),
        losses=tuple(map(str, undo.get("losses", ()))),
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


def _things(preview: Mapping[str, Any]) -> tuple[Thing, ...]:
    """Return the changes by thing, in the order in which they come."""
    things: dict[tuple[str, str, str, str], Thing] = {}
    currency = preview.get("currency")
    for change in map(_mapping, preview.get("changes", ())):
        kind, name, place = (str(change.get(key) or "") for key in ("resource", "name", "id"))
        does = _DOES.get(str(change.get("action")), "")
        thing = things.setdefault(
            (kind, place, name, does), Thing(words(kind), name or place, place, does)
        )
        if change.get("field"):
            thing.lines.append(_line(change, currency))
    return tuple(things.values())


def _line(change: Mapping[str, Any], currency: Any) -> Line:
    money = change.get("money")
    unit = str(currency) if isinstance(money, Mapping) and currency else ""
    return Line(
        field=words(str(change["field"])),
        before=value_text(change.get("before"), unit),
        after=value_text(change.get("after"), unit),
        money=tuple(_effect(_mapping(money))),
    )


def _effect(money: Mapping[str, Any]) -> Iterator[str]:
    currency = str(money.get("currency", ""))
    for name, unit in (("perDay", "a day"), ("perMonth", "a month")):
        if _number(money.get(name)) is not None:
            yield f"{_signed(money[name])} {currency} {unit}"
    if _number(money.get("percent")) is not None:
        yield f"{_signed(money['percent'])} %"


def _total(money: Any) -> Iterator[str]:
    """Yield what all changes mean together."""
    found = _mapping(money)
    currency = str(found.get("currency", ""))
    if _number(found.get("perDay")) is not None:
        yield f"{_signed(found['perDay'])} {currency} a day on average"
    if _number(found.get("perMonth")) is not None:
        yield f"{_signed(found['perMonth'])} {currency} a month at most"


def words(name: str) -> str:
    """Return a name on the wire as people write it: ``Campaign budget``, ``Cpc bid``."""
    parted = "".join(f" {c.lower()}" if c.isupper() else c for c in name.replace("_", " "))
    return parted.strip().capitalize()


def value_text(value: Any, unit: str = "") -> str:
    """Return a field's value as text."""
    if value is None or value == "" or value == []:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(value_text(one) for one in value)
    number = _number(value)
    if number is None:
        return strict_json.dumps(value)
    return f"{number:,f} {unit}".strip()


def _signed(value: Any) -> str:
    return f"{Decimal(str(value)):+,f}"


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(str(value))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
