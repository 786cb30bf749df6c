"""Versioned policies; the current one of a scope stands under ``CURRENT`` (product.md §5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wpp_mcp.storage.dynamo import Key, StorageError
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

CURRENT: Final = "CURRENT"
ENVIRONMENT: Final = "ENVIRONMENT"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the policies say about one call.

    Parameters
    ----------
    version
        The environment policy's version, for the audit; ``"0"`` where none is stored and the
        defaults of the code hold.
    calls_per_minute, calls_per_second
        Per user.
    account_calls_per_minute
        Per account, over all users.
    require_sealed_accounts
        Calls of OMA's client must carry a sealed list.
    """

    version: str = "0"
    calls_per_minute: int = 120
    calls_per_second: int = 10
    account_calls_per_minute: int = 300
    require_sealed_accounts: bool = False


_LIMITS: Final = {
    "callsPerMinute": "calls_per_minute",
    "callsPerSecond": "calls_per_second",
    "accountCallsPerMinute": "account_calls_per_minute",
}


_ENVIRONMENT_KEY: Final = Key(Table.POLICIES, ENVIRONMENT, CURRENT)


class Policies:
    """Where policies stand, and what they add up to."""

    @staticmethod
    def keys() -> tuple[Key, ...]:
        """Return the keys to read for a call."""
        return (_ENVIRONMENT_KEY,)

    @staticmethod
    def of(found: Mapping[Key, Item]) -> Policy:
        """Return the policy that the items found under `keys` make.

        Raises
        ------
        StorageError
            A stored policy is damaged: no default stands in for a rule that somebody set.
        """
        item = found.get(_ENVIRONMENT_KEY)
        return Policy() if item is None else _policy_of(item)


def _policy_of(item: Item) -> Policy:
    values: dict[str, Any] = {"version": str(item.get("policyVersion", ""))}
    sealed = item.get("requireSealedAccounts", False)
    for name, attribute in _LIMITS.items():
        if name in item:
            values[attribute] = item[name]
    limits = [values[a] for a in _LIMITS.values() if a in values]
    if (
        not values["version"]
        or not isinstance(sealed, bool)
        or not all(type(limit) is int and limit > 0 for limit in limits)
    ):
        raise StorageError("damaged policy record")
    return Policy(require_sealed_accounts=sealed, **values)
