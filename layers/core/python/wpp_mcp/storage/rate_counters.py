"""Counters of calls per user and per account, by minute (product.md §3, limits per user).

Fixed windows, counted inside the transaction that records the call: a call that is not recorded
is not counted, and two calls at once cannot both take the last place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.storage.dynamo import Key, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policy
from wpp_mcp.storage.tables import Table

_KEPT_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Window:
    """The minute and second that a call falls into."""

    at: datetime

    def user_key(self, user_id: str) -> Key:
        """Return the key of a person's counter for this minute."""
        return Key(Table.IDEMPOTENCY, f"rate#user#{user_id}#{self._minute}")

    def account_key(self, account: AccountRef) -> Key:
        """Return the key of an account's counter for this minute."""
        return Key(Table.IDEMPOTENCY, f"rate#account#{account.key}#{self._minute}")

    @property
    def _minute(self) -> str:
        return self.at.strftime("%Y%m%d%H%M")

    @property
    def _second(self) -> str:
        return f"s{self.at.second:02d}"

    def user_wait(self, counter: Item | None, policy: Policy) -> int | None:
        """Return how many seconds a person has to wait, or ``None`` where there is room."""
        if counter is None:
            return None
        if counter.get("n", 0) >= policy.calls_per_minute:
            return 60 - self.at.second
        return 1 if counter.get(self._second, 0) >= policy.calls_per_second else None

    def account_wait(self, counter: Item | None, policy: Policy) -> int | None:
        """Return how many seconds an account's callers have to wait, or ``None``."""
        full = counter is not None and counter.get("n", 0) >= policy.account_calls_per_minute
        return 60 - self.at.second if full else None

    def count_user(self, user_id: str, policy: Policy) -> Write:
        """Return the write that counts one call of a person, while there is room."""
        return self._count(
            self.user_key(user_id),
            "SET expirationTime = :ttl ADD n :one, #second :one",
            "(attribute_not_exists(n) OR n < :minute) AND "
            "(attribute_not_exists(#second) OR #second < :second)",
            names={"#second": self._second},
            limits={":minute": policy.calls_per_minute, ":second": policy.calls_per_second},
        )

    def count_account(self, account: AccountRef, policy: Policy) -> Write:
        """Return the write that counts one call on an account, while there is room."""
        return self._count(
            self.account_key(account),
            "SET expirationTime = :ttl ADD n :one",
            "attribute_not_exists(n) OR n < :minute",
            names={},
            limits={":minute": policy.account_calls_per_minute},
        )

    def count_preview(self, user_id: str, policy: Policy) -> Write:
        """Return the write that counts one preview of a person, while there is room."""
        return self._count(
            Key(Table.IDEMPOTENCY, f"rate#preview#{user_id}#{self._minute}"),
            "SET expirationTime = :ttl ADD n :one",
            "attribute_not_exists(n) OR n < :minute",
            names={},
            limits={":minute": policy.previews_per_minute},
        )

    def _count(
        self,
        key: Key,
        update: str,
        condition: str,
        *,
        names: Mapping[str, str],
        limits: Mapping[str, int],
    ) -> Write:
        ttl = int(self.at.timestamp()) + _KEPT_SECONDS
        values = {":one": 1, ":ttl": ttl, **limits}
        return Write(key, update=update, condition=condition, names=names, values=values)
