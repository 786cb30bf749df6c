"""One operation as it stands, and the writes that move it on."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from wpp_mcp.models.accounts import AccountRef, api_named, normalise
from wpp_mcp.models.changes import Change, change_of
from wpp_mcp.models.time import iso, parse_iso
from wpp_mcp.operations.packing import packed, unpacked
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import OPEN, Status, may_follow
from wpp_mcp.storage.dynamo import StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.operations import Operations

KEPT: Final = timedelta(days=731)
"""As long as the audit keeps its entries."""

MAX_BYTES: Final = 300_000
"""Of an operation's plan and preview, packed. Fifty items of the longest texts take a fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assent:
    """A person's yes, or no.

    Parameters
    ----------
    by, employee_id
        The person, as the directory has them.
    via
        The client that the person used.
    attested
        The client says so of itself: no page of ours, and no key of OMA's, stands behind it.
    """

    by: str
    employee_id: str
    at: datetime
    via: str
    note: str = ""
    attested: bool = False

    def wire(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "by": self.by,
            "employeeId": self.employee_id,
            "at": iso(self.at),
            "via": self.via,
            "note": self.note,
            "attested": self.attested,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRecord:
    """One operation.

    Parameters
    ----------
    user_id, employee_id, agency
        Who asked for it, as the directory said then.
    account
        ``None`` for a change of policies.
    digest
        Of all that a person agrees to: tool, account, changes, currency.
    risk, preview
        As people were shown them.
    approver
        Whose managers may be the second person: ``AGENCY#north``, or ``ADMIN``.
    token_hashes
        SHA-256 of each confirmation token that was handed out, hexadecimal.
    approval, consent, refusal
        The second person's yes; the requester's own, as a person; a no, or that it was taken back.
    attempt
        Names one execution; what it writes holds only while it is the current one.
    released_to, lapses_at
        The state to go back to where nothing is sent, and until when it lasts then.
    intent_at
        Since when something may have been sent.
    outcome, result
        What became of each change, in order; what a repeated confirmation is answered.
    asked
        How often the account was asked what became of it; ``unsettled`` is why that is not known
        yet, in a sentence.
    settlement
        The person who said what became of it, where the account did not tell.
    """

    operation_id: str
    revision: int = 0
    status: Status
    user_id: str
    employee_id: str
    requester_name: str
    manager: str | None = None
    agency: str
    client_id: str
    tool: str
    title: str
    action: str
    account: AccountRef | None
    account_name: str = ""
    created_at: datetime
    expires_at: datetime | None
    changes: Sequence[Change] = field(repr=False)
    currency: str | None = None
    partial: bool = False
    digest: str
    risk: Risk
    preview: Mapping[str, Any] = field(repr=False)
    policy_version: str
    approver: str
    token_hashes: tuple[str, ...] = field(default=(), repr=False)
    approval: Assent | None = None
    consent: Assent | None = None
    refusal: Assent | None = None
    attempt: str | None = None
    released_to: Status | None = None
    lapses_at: datetime | None = None
    intent_at: datetime | None = None
    outcome: Sequence[Mapping[str, Any]] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    asked: int = 0
    unsettled: str | None = None
    settlement: Assent | None = None
    rollback_of: tuple[str, ...] = ()
    rolled_back_by: str | None = None
    request_id: str | None = None
    audit_log_id: str | None = None
    notified: tuple[str, ...] = ()

    def over(self, now: datetime) -> bool:
        """Whether its time to be confirmed has run out, swept or not."""
        return self.status in OPEN and self.expires_at is not None and self.expires_at <= now

    def item(self) -> dict[str, Any]:
        """Return the attributes beside the key.

        Raises
        ------
        ValueError
            They are larger than an operation may be.
        """
        plan = {
            "changes": [change.wire() for change in self.changes],
            "preview": dict(self.preview),
        }
        stored = packed(plan)
        if len(stored) > MAX_BYTES:
            raise ValueError("the plan is too large")
        values = {
            "revision": self.revision,
            "status": self.status.value,
            "userId": self.user_id,
            "employeeId": self.employee_id,
            "requesterName": self.requester_name,
            "manager": self.manager,
            "agency": self.agency,
            "clientId": self.client_id,
            "tool": self.tool,
            "title": self.title,
            "action": self.action,
            "api": self.account.api.value if self.account else None,
            "accountId": self.account.account_id if self.account else None,
            "accountName": self.account_name,
            "createdAt": iso(self.created_at),
            "expiresAt": iso(self.expires_at) if self.expires_at else None,
            "plan": stored,
            "currency": self.currency,
            "partial": self.partial,
            "digest": self.digest,
            "risk": self.risk.value,
            "policyVersion": self.policy_version,
            "approver": self.approver,
            "tokenHashes": list(self.token_hashes),
            "approval": self.approval.wire() if self.approval else None,
            "consent": self.consent.wire() if self.consent else None,
            "refusal": self.refusal.wire() if self.refusal else None,
            "rollbackOf": list(self.rollback_of),
            "requestId": self.request_id,
            "expirationTime": int((self.created_at + KEPT).timestamp()),
        }
        return {name: value for name, value in values.items() if value is not None}

    def inserting(self) -> Write:
        """Return the write that stores it for the first time."""
        return Operations.insert(self.operation_id, self.item())

    def move(
        self,
        after: Status,
        *,
        until: datetime | None,
        sets: Mapping[str, Any] | None = None,
        removes: Iterable[str] = (),
    ) -> Write:
        """Return the write that moves it on from exactly what was read.

        Parameters
        ----------
        until
            When somebody has to look at it again; ``None`` for never.

        Raises
        ------
        ValueError
            That state does not follow this one.
        """
        if after is not self.status and not may_follow(self.status, after):
            raise ValueError(f"{after.value} does not follow {self.status.value}")
        values: dict[str, Any] = {"status": after.value, **(sets or {})}
        gone = list(removes)
        if until is None:
            gone.append("expiresAt")
        else:
            values["expiresAt"] = iso(until)
        return Operations.change(self.operation_id, self.revision, values, gone)


def operation_of(item: Item) -> OperationRecord:
    """Return the operation in an item.

    Raises
    ------
    StorageError
        The record is damaged: nothing is done on a guess.
    """
    try:
        plan = unpacked(item["plan"])
        ended = unpacked(item["ended"]) if "ended" in item else {}
        api = item.get("api")
        return OperationRecord(
            operation_id=str(item["operationId"]),
            revision=int(item["revision"]),
            status=Status(item["status"]),
            user_id=str(item["userId"]),
            employee_id=str(item["employeeId"]),
            requester_name=str(item["requesterName"]),
            manager=item.get("manager"),
            agency=str(item["agency"]),
            client_id=str(item["clientId"]),
            tool=str(item["tool"]),
            title=str(item["title"]),
            action=str(item["action"]),
            account=None if api is None else normalise(api_named(api), item["accountId"]),
            account_name=str(item.get("accountName", "")),
            created_at=parse_iso(item["createdAt"]),
            expires_at=_moment(item.get("expiresAt")),
            changes=tuple(change_of(change) for change in plan["changes"]),
            currency=item.get("currency"),
            partial=bool(item["partial"]),
            digest=str(item["digest"]),
            risk=Risk(item["risk"]),
            preview=plan["preview"],
            policy_version=str(item["policyVersion"]),
            approver=str(item["approver"]),
            token_hashes=tuple(item.get("tokenHashes", ())),
            approval=_assent(item.get("approval")),
            consent=_assent(item.get("consent")),
            refusal=_assent(item.get("refusal")),
            attempt=item.get("attempt"),
            released_to=Status(item["releasedTo"]) if "releasedTo" in item else None,
            lapses_at=_moment(item.get("lapsesAt")),
            intent_at=_moment(item.get("intentAt")),
            outcome=tuple(ended.get("outcome", ())),
            result=ended.get("result", {}),
            asked=int(item.get("asked", 0)),
            unsettled=item.get("unsettled"),
            settlement=_assent(item.get("settlement")),
            rollback_of=tuple(item.get("rollbackOf", ())),
            rolled_back_by=item.get("rolledBackBy"),
            request_id=item.get("requestId"),
            audit_log_id=item.get("auditLogId"),
            notified=tuple(item.get("notified", ())),
        )
    except (KeyError, ValueError, TypeError, zlib.error) as error:
        raise StorageError("damaged operation record") from error


def _moment(text: str | None) -> datetime | None:
    return None if text is None else parse_iso(text)


def _assent(stored: Mapping[str, Any] | None) -> Assent | None:
    if stored is None:
        return None
    return Assent(
        by=stored["by"],
        employee_id=stored["employeeId"],
        at=parse_iso(stored["at"]),
        via=stored["via"],
        note=stored["note"],
        attested=stored["attested"],
    )
