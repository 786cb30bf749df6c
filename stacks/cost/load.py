"""The load that is priced, and what one call of it uses.

The defaults are product.md §11: 1,000 people, 10 operations a day. What a call uses is measured
where a test measures it (storage calls) and an estimate where it says so; every figure is one line
here, so that a different opinion is a different number and not another program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

SECONDS_OF_A_MONTH: Final = Decimal(730 * 3600)
DAYS: Final = Decimal("30.4")
KB_OF_A_GB: Final = Decimal(1_000_000)
ENTRY_KB: Final = Decimal("0.7")
"""A stored audit entry, with the 100 bytes that DynamoDB counts for an item."""

WORKING_DAYS: Final = Decimal("21.75")
"""Days of a month on which people work: 261 in a year."""

MAILS_OF_A_WRITE: Final = Decimal("2.1")
"""To the local manager and the global admin; and, for about every tenth, approvals and failures."""

_ENTRY: Final = 2 + 4
"""An audit entry, below 1 KB, in a transaction and in four indexes."""

_LAST_USE: Final = 2 + 3
"""A grant, below 1 KB, in a transaction and in three indexes."""

_READ_UNITS: Final = _ENTRY + 2 + 2 * 2 + _LAST_USE
"""Entry, head of the chain, counters of person and account, last use."""

_OPERATION: Final = 2 * 2
"""An operation, 1.3 to 1.9 KB, in a transaction. Each of its three indexes copies it, and takes
twice as much where its key changes."""

_PREVIEW_UNITS: Final = _READ_UNITS + 2 + _OPERATION + 3 * 2
"""As a read, with the counter of previews and the operation."""

_CONFIRMATION_UNITS: Final = sum(
    (
        _OPERATION + 2 + 4 + 4 + 2,  # the operation is taken, with a lock on the thing
        # Intent: as a read, with the operation, what was raised lately (three) and the snapshot.
        _READ_UNITS + _OPERATION + 2 + 4 + 2 + 3 * 2 + 2 + 1,
        _ENTRY + 2 + _OPERATION + 2 + 4 + 4 + 2,  # outcome: entry, head, operation, lock
        2 + 2 + 2 + 2,  # that its mails are queued, outside of a transaction
    )
)

SHARES: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"dev": Decimal("0.01"), "staging": Decimal("0.05"), "prod": Decimal(1)}
)
"""Which part of the load an environment sees: developers and tests, rehearsals, everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Who does how much.

    Parameters
    ----------
    users
        Who sign in within a month.
    operations
        Of one user on a working day.
    write_share
        Part of the operations that change something: each is a preview and a confirmation.
    months
        How long the product has run: what has been stored by then is paid for.
    """

    users: int = 1000
    operations: Decimal = Decimal(10)
    write_share: Decimal = Decimal("0.3")
    months: int = 12

    def __post_init__(self) -> None:
        if self.users < 1 or self.operations < 0 or self.months < 1:
            raise ValueError("a load has users, operations from 0 and months from 1")
        if not 0 <= self.write_share <= 1:
            raise ValueError("the share of writes is from 0 to 1")


@dataclass(frozen=True, slots=True)
class Use:
    """What an environment uses in a month; every property is a number of the unit in its name."""

    load: Load
    share: Decimal

    @property
    def users(self) -> Decimal:
        """People who sign in."""
        return max(Decimal(5), self.load.users * self.share)

    @property
    def operations(self) -> Decimal:
        """Reads and writes that people ask for."""
        return self.load.users * self.load.operations * self.share * WORKING_DAYS

    @property
    def writes(self) -> Decimal:
        """Of those, what changes something."""
        return self.operations * self.load.write_share

    @property
    def calls(self) -> Decimal:
        """Calls of the API: a write is a preview and a confirmation."""
        return self.operations + self.writes

    @property
    def lists(self) -> Decimal:
        """Lists of tools and metadata, before about every tenth call (an estimate)."""
        return self.calls / 10

    @property
    def requests(self) -> Decimal:
        """All requests at the edge."""
        return self.calls + self.lists

    @property
    def mails(self) -> Decimal:
        """Mails that are sent."""
        return self.writes * MAILS_OF_A_WRITE

    @property
    def answered_gb(self) -> Decimal:
        """Answers: lists of rows are capped near 30,000 characters; 12 KB is an estimate."""
        return self.requests * 12 / KB_OF_A_GB

    @property
    def google_gb(self) -> Decimal:
        """What calls of Google send and receive: 2 KB out, 30 KB in (an estimate)."""
        return self.calls * 32 / KB_OF_A_GB

    @property
    def read_units(self) -> Decimal:
        """Items of batch reads, strongly consistent, below 4 KB each.

        Six of a read; six and eight of a preview, five and ten of a confirmation.
        """
        return (self.operations - self.writes) * 6 + self.writes * (14 + 15)

    @property
    def write_units(self) -> Decimal:
        """What transactions write, at twice the price, and indexes, which copy whole items.

        As the sandbox writes it. Each mail is claimed, and marked as sent.
        """
        reads = self.operations - self.writes
        writes = _PREVIEW_UNITS + _CONFIRMATION_UNITS
        return reads * _READ_UNITS + self.writes * writes + self.mails * 2

    @property
    def entries_gb(self) -> Decimal:
        """Audit entries of one month, 0.7 KB each; a write has three (preview, intent, outcome)."""
        entries = self.operations * (1 + 2 * self.load.write_share)
        return entries * ENTRY_KB / KB_OF_A_GB

    @property
    def audit_gb(self) -> Decimal:
        """The audit table: it keeps two years."""
        return self.entries_gb * min(self.load.months, 24)

    @property
    def other_gb(self) -> Decimal:
        """All other tables (estimates).

        90 days of operations with their snapshots, 3 KB each, and 30 KB of grants, records and
        sessions a person.
        """
        operations = self.operations * self.load.write_share * 3 * 3
        return (operations + self.load.users * self.share * 30) / KB_OF_A_GB

    @property
    def instances(self) -> Decimal:
        """Instances of functions that are warm on average over a month (an estimate)."""
        return Decimal("0.5") + self.calls / 60_000

    @property
    def secret_calls(self) -> Decimal:
        """A warm instance reads five secrets every 300 seconds."""
        return self.instances * 5 * SECONDS_OF_A_MONTH / 300

    @property
    def cold_starts(self) -> Decimal:
        """One start in fifty calls (an estimate)."""
        return self.calls / 50

    @property
    def logs_gb(self) -> Decimal:
        """Six KB a call, over authorizer, function and access log, metrics included."""
        return self.requests * 6 / KB_OF_A_GB

    @property
    def flow_logs_gb(self) -> Decimal:
        """Flow logs: two KB a call and the rest of the VPC's traffic (an estimate)."""
        return Decimal("0.05") + self.calls * 2 / KB_OF_A_GB

    @property
    def management_events(self) -> Decimal:
        """What CloudTrail records: reads of secrets, key use, and the account's own (estimate)."""
        return self.secret_calls * 2 + 100_000
