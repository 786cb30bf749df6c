"""The web firewall's IP sets of blocked addresses, brought in line with what the table says.

An IP set is replaced as a whole, against the lock token that came with reading it. The token is
taken before the table is read: whoever loses the race reads again, so the set never ends up older
than the table.
"""

from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_network
from typing import Any, Final

from wpp_mcp.config import BlockSettings
from wpp_mcp.runtime import Runtime

MOST: Final = 10_000
"""Ranges in one IP set: AWS WAF's limit."""
_SCOPE: Final = "CLOUDFRONT"
_TRIES: Final = 6
_LOST: Final = "WAFOptimisticLockException"


class FirewallError(RuntimeError):
    """The web firewall did not take a change; the next clean-up tries again."""


class IpSets:
    """The two sets, of IPv4 and IPv6.

    Parameters
    ----------
    blocked
        Returns the networks that are to be blocked, the most important first.
    """

    def __init__(
        self, runtime: Runtime, settings: BlockSettings, blocked: Callable[[], Iterable[str]]
    ) -> None:
        self._runtime = runtime
        self._blocked = blocked
        prefix = settings.table_prefix
        self._sets = (
            (4, f"{prefix}blocked-v4", settings.blocked_v4_id),
            (6, f"{prefix}blocked-v6", settings.blocked_v6_id),
        )

    def bring_in_line(self) -> int:
        """Write what differs; return how many networks are blocked now.

        Raises
        ------
        FirewallError
            AWS WAF did not take it.
        StorageError
            The table was not read.
        """
        return sum(self._one(version, name, set_id) for version, name, set_id in self._sets)

    def _one(self, version: int, name: str, set_id: str) -> int:
        from botocore.exceptions import BotoCoreError, ClientError

        which = {"Name": name, "Scope": _SCOPE, "Id": set_id}
        for attempt in range(_TRIES):
            if attempt:
                self._runtime.sleep(self._runtime.chance.uniform(0, 0.2 * 2**attempt))
            try:
                found = self._runtime.aws("wafv2").get_ip_set(**which)
                wanted = of_version(self._blocked(), version)
                if _same(found["IPSet"]["Addresses"], wanted):
                    return len(wanted)
                self._update(which, wanted, found["LockToken"])
                return len(wanted)
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") != _LOST:
                    raise FirewallError(name) from error
            except BotoCoreError as error:
                raise FirewallError(name) from error
        raise FirewallError(f"{name}: others change it all the time")

    def _update(self, which: dict[str, str], wanted: Sequence[str], token: str) -> None:
        arguments: dict[str, Any] = {**which, "Addresses": list(wanted), "LockToken": token}
        self._runtime.aws("wafv2").update_ip_set(**arguments)


def of_version(networks: Iterable[str], version: int) -> list[str]:
    """Return the networks of one IP version, as many as a set takes."""
    return [text for text in networks if ip_network(text).version == version][:MOST]


def _same(these: Iterable[str], those: Iterable[str]) -> bool:
    # AWS WAF writes IPv6 in full, whatever it was given.
    return {ip_network(text) for text in these} == {ip_network(text) for text in those}
