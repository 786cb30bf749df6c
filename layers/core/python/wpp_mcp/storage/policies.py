"""Versioned policies; the current one of a scope stands under ``CURRENT`` (product.md §5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from wpp_mcp.models import policies
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.policies import PolicyDocument, PolicyScope, policy_document, write_scopes
from wpp_mcp.models.time import iso
from wpp_mcp.models.write_rules import ScopeKind, Stop, WriteRules
from wpp_mcp.storage.dynamo import Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

CURRENT: Final = "CURRENT"
ENVIRONMENT: Final = str(policies.ENVIRONMENT)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the policies say about one call.

    Parameters
    ----------
    version
        The environment policy's version, for the audit; ``"0"`` where none is stored and the
        defaults of the code hold.
    calls_per_minute, calls_per_second, previews_per_minute
        Per user.
    account_calls_per_minute
        Per account, over all users.
    require_sealed_accounts
        Calls of OMA's client must carry a sealed list.
    form_elicitation_clients
        Client ids whose word on what a person answered in a form counts.
    """

    version: str = "0"
    calls_per_minute: int = 120
    calls_per_second: int = 10
    account_calls_per_minute: int = 300
    require_sealed_accounts: bool = False
    previews_per_minute: int = 20
    form_elicitation_clients: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """The current policy of a scope.

    Parameters
    ----------
    version
        Counts from 1; 0 where none is stored. What was put there by hand may have a text.
    """

    scope: PolicyScope
    version: int | str
    document: PolicyDocument


_RATES: Final = {
    "callsPerMinute": "calls_per_minute",
    "callsPerSecond": "calls_per_second",
    "accountCallsPerMinute": "account_calls_per_minute",
    "previewsPerMinute": "previews_per_minute",
}
_ABOUT: Final = frozenset({"scope", "version", "policyVersion", "changedBy", "changedAt"})
"""What stands in an item beside the policy."""


class Policies:
    """Where policies stand, and what they add up to."""

    @staticmethod
    def keys() -> tuple[Key, ...]:
        """Return the keys to read for a call."""
        return (key_of(policies.ENVIRONMENT),)

    @staticmethod
    def of(found: Mapping[Key, Item]) -> Policy:
        """Return the policy that the items found under `keys` make.

        Raises
        ------
        StorageError
            A stored policy is damaged: no default stands in for a rule that somebody set.
        """
        item = found.get(key_of(policies.ENVIRONMENT))
        return Policy() if item is None else _policy_of(item)

    @staticmethod
    def write_keys(
        *, agency: str, account: AccountRef | None, tool: str, user_id: str
    ) -> tuple[Key, ...]:
        """Return the keys to read for a write; `keys` are among them."""
        scopes = write_scopes(agency=agency, account=account, tool=tool, user_id=user_id)
        return tuple(map(key_of, scopes))

    @staticmethod
    def rules(found: Mapping[Key, Item]) -> WriteRules:
        """Return the rules that the items found under `write_keys` make.

        Of limits and enforcement the narrowest word counts: environment, agency, tool, account.
        A kill switch anywhere is on. Other items of the same read are left alone.

        Raises
        ------
        StorageError
            A stored policy is damaged, or holds what this code does not know: nothing is written
            on a guess of what it meant.
        """
        order = list(ScopeKind)
        stored = [stored_policy(k, i) for k, i in found.items() if _is_current(k)]
        stored.sort(key=lambda one: order.index(one.scope.kind))
        versions = " ".join(f"{one.scope.kind.value.lower()}:{one.version}" for one in stored)
        rules = WriteRules(version=versions or "0")
        for one in stored:
            rules = _narrowed(rules, one)
        return rules

    @staticmethod
    def put(
        scope: PolicyScope,
        document: PolicyDocument,
        *,
        replacing: int | str,
        changed_by: str,
        now: datetime,
    ) -> list[Write]:
        """Return the writes that make a policy the current one of its scope.

        Both hold only while the version that was read is the current one.

        Parameters
        ----------
        replacing
            The version that was read; 0 where there was none.
        changed_by
            User id of whoever asked for it.
        """
        version = int(replacing) + 1 if str(replacing).isdecimal() else 1
        values = {
            **policies.written(document),
            "policyVersion": version,
            "changedBy": changed_by,
            "changedAt": iso(now),
        }
        current = Write(
            key_of(scope),
            item=values,
            condition="policyVersion = :read" if replacing else "attribute_not_exists(#scope)",
            names={} if replacing else {"#scope": "scope"},
            values={":read": replacing} if replacing else {},
        )
        kept = Write(
            key_of(scope, f"{version:010d}"),
            item=values,
            condition="attribute_not_exists(#scope)",
            names={"#scope": "scope"},
        )
        return [current, kept]


def key_of(scope: PolicyScope, version: str = CURRENT) -> Key:
    """Return where a policy of a scope stands."""
    return Key(Table.POLICIES, str(scope), version)


def stored_policy(key: Key, item: Item | None) -> StoredPolicy:
    """Return the policy in the item found under a key.

    Raises
    ------
    StorageError
        It is damaged.
    """
    kind, _, named = key.partition.partition("#")
    scope = PolicyScope(ScopeKind(kind), named)
    if item is None:
        return StoredPolicy(scope, 0, policy_document(scope, {}))
    version = item.get("policyVersion")
    if isinstance(version, bool) or not isinstance(version, int | str) or not version:
        raise StorageError("damaged policy record")
    values = {name: value for name, value in item.items() if name not in _ABOUT}
    try:
        return StoredPolicy(scope, version, policy_document(scope, values))
    except (ValidationError, ValueError, TypeError) as error:
        raise StorageError("damaged policy record") from error


def _is_current(key: Key) -> bool:
    return key.table is Table.POLICIES and key.sort == CURRENT


def _narrowed(rules: WriteRules, stored: StoredPolicy) -> WriteRules:
    """Return the rules with what the policy of a narrower scope says."""
    document, limits = stored.document, rules.limits
    if document.limits is not None:
        limits = replace(limits, **document.limits.model_dump(exclude_none=True))
    stops = rules.stops
    if document.writes_disabled is not None:
        stops = (*stops, Stop(str(stored.scope), document.writes_disabled.reason))
    return replace(
        rules, limits=limits, enforcement=document.enforcement or rules.enforcement, stops=stops
    )


def _policy_of(item: Item) -> Policy:
    values: dict[str, Any] = {"version": str(item.get("policyVersion", ""))}
    sealed = item.get("requireSealedAccounts", False)
    clients = item.get("formElicitationClients", [])
    for name, attribute in _RATES.items():
        if name in item:
            values[attribute] = item[name]
    limits = [values[a] for a in _RATES.values() if a in values]
    if (
        not values["version"]
        or not isinstance(sealed, bool)
        or not all(type(limit) is int and limit > 0 for limit in limits)
        or not isinstance(clients, list)
        or not all(isinstance(client, str) and client for client in clients)
    ):
        raise StorageError("damaged policy record")
    return Policy(
        require_sealed_accounts=sealed, form_elicitation_clients=frozenset(clients), **values
    )
