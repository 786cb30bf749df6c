"""What mails say about an operation."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.models import strict_json
from wpp_mcp.models.time import iso
from wpp_mcp.notifications.messages import (
    MOST_CHANGES,
    ChangeLine,
    Notice,
    NoticeKind,
    OperationFacts,
)
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.verdicts import last_word

_NOTHING: Final = "-"
UNDO_WORDS: Final = {
    "exact": "It can be undone exactly.",
    "compensating": "It can be undone in part.",
    "none": "It cannot be undone.",
}


def decided_notice(record: OperationRecord, page: str, now: datetime) -> Notice:
    """Return what tells the requester that a second person has decided."""
    return Notice(
        kind=NoticeKind.DECIDED,
        notice_id=f"{record.operation_id}:decided",
        to=(record.user_id,),
        values=operation_facts(record, page, now),
    )


def operation_facts(
    record: OperationRecord, page: str, now: datetime, note: str | None = None
) -> OperationFacts:
    """Return what a mail says about an operation as it stands.

    Parameters
    ----------
    page
        The address of its page.
    note
        What else there is to say; what the one who decided wrote, where nothing is given.
    """
    word = last_word(record)
    preview = record.preview
    changes = [*change_lines(preview)]
    account = record.account
    return OperationFacts(
        operation_id=record.operation_id,
        tool=record.tool,
        title=record.title,
        account=account.account_id if account else "wpp-mcp",
        account_name=record.account_name or (account.account_id if account else "Policies"),
        product=account.api.value if account else "wpp-mcp",
        requester=record.user_id,
        requester_name=record.requester_name,
        decided_by=word.by if word else None,
        risk=record.risk.value,
        status=record.status.value,
        changes=tuple(changes[:MOST_CHANGES]),
        more_changes=max(len(changes) - MOST_CHANGES, 0),
        money=tuple(money_lines(preview)),
        undo=undo_line(preview),
        note=note or (word.note if word and word.note else None),
        link=page,
        at=iso(now),
    )


def change_lines(preview: Mapping[str, Any]) -> Iterator[ChangeLine]:
    """Yield the changes of a preview as text."""
    currency = preview.get("currency")
    for change in preview.get("changes", ()):
        unit = currency if isinstance(change.get("money"), Mapping) else None
        yield ChangeLine(
            resource=words(str(change.get("resource", ""))),
            name=str(change.get("name") or change.get("id") or "new"),
            field=str(change.get("field") or change.get("action", "")),
            before=value_text(change.get("before"), unit),
            after=value_text(change.get("after"), unit),
        )


def money_lines(preview: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a preview says about money, as text: more or less, per day and month."""
    money = preview.get("money")
    if not isinstance(money, Mapping):
        return
    for name, unit in (("perDay", "a day"), ("perMonth", "a month")):
        amount = money.get(name)
        if isinstance(amount, int | float | Decimal):
            sign = "+" if amount > 0 else ""
            yield f"{sign}{strict_json.dumps(amount)} {money.get('currency', '')} {unit}".rstrip()


def undo_line(preview: Mapping[str, Any]) -> str:
    """Return how it can be undone, as text."""
    undo = preview.get("undo")
    if not isinstance(undo, Mapping):
        return UNDO_WORDS["none"]
    losses = [str(loss) for loss in undo.get("losses", ())]
    return " ".join([UNDO_WORDS.get(str(undo.get("kind")), UNDO_WORDS["none"]), *losses])


def words(name: str) -> str:
    """Return the name of a kind of thing as people write it: ``Campaign budget``."""
    return name.replace("_", " ").capitalize()


def value_text(value: Any, unit: str | None = None) -> str:
    """Return a value of a field as text."""
    if value is None:
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ", ".join(value_text(one) for one in value) or _NOTHING
    text = strict_json.dumps(value)
    return f"{text} {unit}" if unit else text
