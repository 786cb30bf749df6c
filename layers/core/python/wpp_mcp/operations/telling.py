"""Who is told of an operation by mail, and what (product.md §10).

The mail follows what happened and never decides it: where the queue does not answer, the operation
stands, and the job that settles operations puts the mails in later.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from wpp_mcp.access.services import Services
from wpp_mcp.config import QueueSettings
from wpp_mcp.models.time import iso
from wpp_mcp.notifications.messages import ChangeLine, Notice, NoticeKind, OperationFacts
from wpp_mcp.notifications.outbox import Outbox, QueueError
from wpp_mcp.operations.answering import approval_url
from wpp_mcp.operations.money import effects, total
from wpp_mcp.operations.outcomes import done_of
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.rendering import lines_of, money_of
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.dynamo import ConditionFailedError, StorageError
from wpp_mcp.storage.operations import Operations

_OF_STATUS: Final[Mapping[Status, NoticeKind]] = {
    Status.SUCCEEDED: NoticeKind.WRITE_EXECUTED,
    Status.PARTIALLY_SUCCEEDED: NoticeKind.WRITE_EXECUTED,
    Status.UNKNOWN: NoticeKind.WRITE_FAILED,
    Status.RECONCILED: NoticeKind.OUTCOME_SETTLED,
    # Undone before anybody could be told that it was done.
    Status.ROLLED_BACK: NoticeKind.WRITE_EXECUTED,
}
_UNDO: Final = {
    "exact": "It can be undone exactly.",
    "compensating": "It can be undone, but not all of it comes back:",
    "none": "It cannot be undone:",
}


class Telling:
    """Puts the mails of operations into the queue."""

    def __init__(self, services: Services) -> None:
        settings = QueueSettings.load(services.runtime.environ)
        self._services = services
        self._outbox = Outbox(services.runtime, settings.mail_queue)
        self._admin = settings.admin_address
        self._origin = services.settings.origin

    def wanted(self, record: OperationRecord) -> tuple[str, ...]:
        """Tell those who may decide that a second person is wanted; return whom."""
        if record.status is not Status.AWAITING_APPROVAL:
            return ()
        to = [record.manager, self._admin]
        if record.account is None:
            to = [self._admin]
        return self._sent(record, NoticeKind.SECOND_APPROVAL_WANTED, to)

    def decided(self, record: OperationRecord, by: str, note: str = "") -> tuple[str, ...]:
        """Tell the requester what a second person has decided; return whom."""
        return self._sent(record, NoticeKind.DECIDED, [record.user_id], by=by, note=note)

    def ended(
        self,
        record: OperationRecord,
        audit_log_id: str | None,
        undone: Iterable[str] = (),
        note: str = "",
    ) -> tuple[str, ...]:
        """Tell what became of an operation, and write down that it was told; return whom.

        Parameters
        ----------
        record
            In the revision that stands in the table.
        undone
            Whose operations it has undone.
        note
            What else there is to say; of what a person has settled, what that person wrote.
        """
        kind = _OF_STATUS.get(record.status)
        if kind is None:
            return ()
        if record.rollback_of and kind is NoticeKind.WRITE_EXECUTED:
            kind = NoticeKind.ROLLED_BACK
        # Kept with the operation: a mail that goes out later says it too.
        written = record.settlement.note if record.settlement else ""
        to = [*self._concerned(record, kind), *undone]
        told = self._sent(record, kind, to, note=note or written)
        self._noted(record, audit_log_id, told)
        return told

    def _concerned(self, record: OperationRecord, kind: NoticeKind) -> list[str | None]:
        if kind in (NoticeKind.WRITE_FAILED, NoticeKind.OUTCOME_SETTLED):
            settled = [record.user_id, record.manager]
            return [*settled, self._admin] if done_of(record) else settled
        return [record.manager, self._admin]

    def _sent(
        self,
        record: OperationRecord,
        kind: NoticeKind,
        to: Iterable[str | None],
        *,
        by: str = "",
        note: str = "",
    ) -> tuple[str, ...]:
        notice = Notice(
            kind=kind,
            notice_id=f"{record.operation_id}#{kind.value}",
            to=tuple(address for address in to if address),
            values=self._values(record, by, note),
        )
        try:
            return self._outbox.send([notice])
        except (QueueError, ValueError) as error:
            self._services.log.warning(
                "mails not queued",
                extra={"operation_id": record.operation_id, "reason": str(error)},
            )
            return ()

    def _noted(
        self, record: OperationRecord, audit_log_id: str | None, told: tuple[str, ...]
    ) -> None:
        """Write down that the mails are in the queue; until then a job looks again."""
        if not told:
            return
        sets: dict[str, Any] = {"notified": list(told)}
        if audit_log_id is not None:
            sets["auditLogId"] = audit_log_id
        # What is unknown is looked at again all the same: until it is settled.
        removes = () if record.status is Status.UNKNOWN else ("expiresAt",)
        write = Operations.change(record.operation_id, record.revision, sets, removes)
        try:
            self._services.dynamo.write(write)
        except (ConditionFailedError, StorageError) as error:
            self._services.log.warning(
                "not noted that mails are queued",
                extra={"operation_id": record.operation_id, "reason": str(error)},
            )

    def _values(self, record: OperationRecord, by: str, note: str) -> OperationFacts:
        account = record.account
        word = record.settlement or record.approval
        return OperationFacts(
            operation_id=record.operation_id,
            tool=record.tool,
            title=record.title,
            account=account.account_id if account else "-",
            account_name=record.account_name or "-",
            product=account.api.value if account else "Policies",
            requester=record.user_id,
            requester_name=record.requester_name,
            decided_by=by or (word.by if word else None),
            risk=record.risk.value,
            status=record.status.value,
            done=_done(record),
            changes=tuple(_lines(record)),
            money=_money(_costs(record)),
            undo=_undo(record),
            note=note or None,
            link=approval_url(self._origin, record.operation_id),
            at=iso(self._services.runtime.clock()),
        )


def _done(record: OperationRecord) -> str | None:
    """Return how much was done; ``None`` of what was not carried out yet, or cannot be in part."""
    if record.status is Status.UNKNOWN:
        return "not known yet"
    if not record.outcome:
        return None
    done, asked = len(done_of(record)), len(record.changes)
    return "all of it" if done == asked else f"{done} of {asked} changes" if done else "nothing"


def _lines(record: OperationRecord) -> Iterator[ChangeLine]:
    """Yield what was shown of the changes; with what became of each, once it is known."""
    if not record.outcome:
        for one in record.preview.get("changes", ()):
            yield _line(one, record.currency)
        return
    shown = lines_of(record.changes, record.currency)
    for lines, became in zip(shown, record.outcome, strict=True):
        for one in lines:
            yield _line(one, record.currency, became["outcome"])


def _costs(record: OperationRecord) -> Mapping[str, Any] | None:
    """Return what it costs: once it is known, what was done."""
    if not record.outcome:
        return record.preview.get("money")
    found = effects(done_of(record), record.currency)
    return money_of(total(found, record.currency)) if found and record.currency else None


def _undo(record: OperationRecord) -> str:
    if record.outcome and not done_of(record):
        return "There is nothing to undo."
    undo = record.preview.get("undo", {})
    return " ".join([_UNDO.get(undo.get("kind", ""), "-"), *undo.get("losses", ())])


def _line(
    change: Mapping[str, Any], currency: str | None, outcome: str | None = None
) -> ChangeLine:
    unit = f" {currency}" if "money" in change and currency else ""
    return ChangeLine(
        resource=str(change["resource"]).replace("_", " "),
        name=str(change.get("name") or change.get("id") or "-"),
        field=str(change.get("field") or change["action"]),
        before=_text(change.get("before"), unit),
        after=_text(change.get("after"), unit),
        outcome=outcome,
    )


def _text(value: Any, unit: str) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value}{unit}" if isinstance(value, int | Decimal) else str(value)


def _money(money: Mapping[str, Any] | None) -> tuple[str, ...]:
    if not money:
        return ()
    currency = money["currency"]
    return (
        f"{Decimal(money['perDay']):+f} {currency} a day on average",
        f"{Decimal(money['perMonth']):+f} {currency} a month at most",
    )
