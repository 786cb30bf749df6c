"""The Analytics accounts above granted properties: asked for those properties and no others."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.analytics.clients import admin_client, asked
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.models.accounts import AccountRef

MAX_PROPERTIES: Final = 100
"""Properties that one call looks up; each is a request to Google."""
_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Parent:
    """One Analytics account.

    Parameters
    ----------
    name
        None where Google does not tell it to this user, who then has access to properties alone.
    properties
        Granted properties below it.
    """

    account_id: str
    name: str | None
    properties: tuple[str, ...]


class GoogleAnalyticsParents:
    """Looks up the accounts of granted properties."""

    def __init__(self, call: GoogleCall) -> None:
        self._call = call

    def of(self, properties: Iterable[AccountRef]) -> tuple[list[Parent], list[str]]:
        """Return the accounts, and the properties that Google does not show to this user.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code other than ``GOOGLE_ACCESS_DENIED``, or ``DEADLINE_EXCEEDED``.
        """
        ids = [account.account_id for account in properties][:MAX_PROPERTIES]
        if not ids:
            return [], []
        with admin_client(self._call) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
            look_up = partial(self._shown, client.get_property)
            found = dict(zip(ids, pool.map(look_up, [f"properties/{i}" for i in ids]), strict=True))
            below: dict[str, list[str]] = {}
            for number, entry in found.items():
                if entry is not None:
                    below.setdefault(entry.account or entry.parent, []).append(number)
            names = sorted(below)
            accounts = list(pool.map(partial(self._shown, client.get_account), names))
        parents = [
            Parent(name.rpartition("/")[2], entry and entry.display_name, tuple(below[name]))
            for name, entry in zip(names, accounts, strict=True)
        ]
        return parents, [number for number, entry in found.items() if entry is None]

    def _shown(self, method: Any, name: str) -> Any | None:
        try:
            return asked(self._call, method, {"name": name})
        except WppError as error:
            if error.code is ErrorCode.GOOGLE_ACCESS_DENIED:
                return None
            raise
