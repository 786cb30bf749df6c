"""Which mails were sent: each message goes out once, however often the queue delivers it.

Whoever wants to send claims the mail first, for a short time; what became of it is kept for 14
days, which is longer than any queue keeps a message.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from wpp_mcp.models import strict_json
from wpp_mcp.models.time import iso
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, Key, Write
from wpp_mcp.storage.tables import Table

LEASE: Final = timedelta(seconds=120)
"""For how long a claim holds: longer than the function runs, shorter than the queue hides what was
delivered, so that a claim of a function that was killed has ended when the message comes again."""

KEPT: Final = timedelta(days=14)


class Outcome(StrEnum):
    """What became of a mail.

    ``UNKNOWN`` is one that SES was handed and did not answer in time: it may have been sent, and is
    not sent again by itself.
    """

    SENT = "SENT"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"


class Claimed(StrEnum):
    """What came of the wish to send a mail."""

    OURS = "ours"
    BUSY = "busy"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class MailClaim:
    """The right to send one mail until the lease ends."""

    key: Key
    owner: str


class SentMails:
    """The marks in the table of idempotency."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def claim(self, claim: MailClaim, now: datetime) -> Claimed:
        """Claim a mail, unless its outcome stands or somebody else is at it.

        Raises
        ------
        StorageError
            DynamoDB did not answer: nothing may be sent.
        """
        seconds = int(now.timestamp())
        lease = int((now + LEASE).timestamp())
        write = Write(
            claim.key,
            item={"owner": claim.owner, "leaseUntil": lease, "expirationTime": _kept(now)},
            condition="attribute_not_exists(id) OR expirationTime <= :now"
            " OR (attribute_not_exists(outcome) AND leaseUntil <= :now)",
            values={":now": seconds},
        )
        try:
            self._dynamo.write(write)
        except ConditionFailedError as lost:
            found = lost.items[0]
            if "outcome" in found:
                return Claimed.DONE
            # The client calls again by itself when an answer is late: that may have been ours.
            return Claimed.OURS if found.get("owner") == claim.owner else Claimed.BUSY
        return Claimed.OURS

    def settle(self, claim: MailClaim, outcome: Outcome, now: datetime) -> None:
        """Write down what became of a mail.

        Raises
        ------
        ConditionFailedError
            Somebody else has claimed it since.
        StorageError
            DynamoDB did not answer.
        """
        self._dynamo.write(
            Write(
                claim.key,
                item={
                    "owner": claim.owner,
                    "outcome": outcome.value,
                    "at": iso(now),
                    "expirationTime": _kept(now),
                },
                condition="#owner = :owner",
                names={"#owner": "owner"},
                values={":owner": claim.owner},
            )
        )

    def release(self, claim: MailClaim) -> None:
        """Give a claim up: nothing was sent, and somebody may try at once.

        Raises
        ------
        ConditionFailedError, StorageError
            As `settle`.
        """
        self._dynamo.write(
            Write(
                claim.key,
                condition="#owner = :owner",
                names={"#owner": "owner"},
                values={":owner": claim.owner},
            )
        )


def claim_of(notice_id: str, recipient: str, owner: str) -> MailClaim:
    """Return the claim of somebody on the mail of a notice to a recipient."""
    # Hashed: neither part may reach into the other, and the key tells nobody's address.
    digest = sha256(strict_json.canonical([notice_id, recipient])).hexdigest()
    return MailClaim(Key(Table.IDEMPOTENCY, f"mail#{digest}"), owner)


def _kept(now: datetime) -> int:
    return int((now + KEPT).timestamp())
