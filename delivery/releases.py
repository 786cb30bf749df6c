"""Which release an environment has: one record per release, in a parameter that keeps its history.

A release is every function's version together, so that all go back to the same one. It is written
when a deployment was found good, and once more when calls are led back to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from delivery.account import Account, DeliveryError, Live
from wpp_mcp.functions import Function
from wpp_mcp.models import strict_json

PREVIOUS: Final = "previous"
RECORDED: Final = "recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release.

    Parameters
    ----------
    release
        The commit that it was made of.
    version
        As ``/health`` tells it.
    functions
        The version of each function that has the alias.
    returned_from
        The release that calls were led back from, if this is the record of that.
    """

    release: str
    version: str
    functions: Mapping[Function, str]
    returned_from: str | None = None

    def dumped(self) -> str:
        """Return it as JSON; a few hundred bytes of the 4 KB that a parameter may have."""
        return strict_json.dumps(
            {
                "release": self.release,
                "version": self.version,
                "functions": {name.value: version for name, version in self.functions.items()},
                "returnedFrom": self.returned_from,
            }
        )

    @classmethod
    def parsed(cls, text: str) -> "Release":
        """Read it back; functions that are no more are left out."""
        told: dict[str, Any] = strict_json.loads(text)
        known = {name.value for name in Function}
        return cls(
            release=told["release"],
            version=told["version"],
            functions={Function(n): v for n, v in told["functions"].items() if n in known},
            returned_from=told["returnedFrom"],
        )


class ReleaseLog:
    """The releases of one environment; Parameter Store keeps the last hundred."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._parameter = f"/{account.environment.prefix}releases/current"

    def history(self) -> list[Release]:
        """Return the releases, oldest first; none before the first deployment."""
        ssm, found = self._account.clients("ssm"), []
        more: dict[str, str] = {}
        while True:
            try:
                page = ssm.get_parameter_history(Name=self._parameter, **more)
            except ssm.exceptions.ParameterNotFound:
                return []
            found += page["Parameters"]
            if not page.get("NextToken"):
                break
            more = {"NextToken": page["NextToken"]}
        found.sort(key=lambda one: int(one["Version"]))
        return [Release.parsed(one["Value"]) for one in found]

    def write(self, release: Release) -> None:
        """Make this the current release."""
        self._account.clients("ssm").put_parameter(
            Name=self._parameter, Value=release.dumped(), Type="String", Overwrite=True
        )


def record(account: Account, *, release: str, version: str) -> Release:
    """Write down that what is live is a good release. Once, if it is asked twice.

    Raises
    ------
    DeliveryError
        A deployment is still under way, or nothing is deployed.
    """
    live = account.live()
    shifting = sorted(function.value for function, one in live.items() if one.shifting)
    if shifting or not live:
        raise DeliveryError(f"not a whole release: still shifting {', '.join(shifting) or '-'}")
    log = ReleaseLog(account)
    functions = {function: one.version for function, one in live.items()}
    made = Release(release=release, version=version, functions=functions)
    history = log.history()
    if not history or history[-1] != made:
        log.write(made)
    return made


def target(history: list[Release], live: Mapping[Function, Live], to: str) -> Release | None:
    """Return the release to go back to; none where that was done already.

    Parameters
    ----------
    to
        ``recorded``: the last that was found good. ``previous``: the same where something else is
        live now, else the one before it. Or the commit of a release.

    Raises
    ------
    DeliveryError
        There is no such release.
    """
    if not history:
        raise DeliveryError("no release is recorded: there is nothing to go back to")
    current = history[-1]
    as_recorded = all(live[f] == Live(v, shifting=False) for f, v in _both(current, live))
    if to not in {PREVIOUS, RECORDED}:
        named = _named(history, to)
        return None if as_recorded and named.functions == current.functions else named
    if not as_recorded:
        return current
    if to == RECORDED or current.returned_from:
        return None
    return before(history)


def _both(release: Release, live: Mapping[Function, Live]) -> list[tuple[Function, str]]:
    return [(f, v) for f, v in release.functions.items() if f in live]


def before(history: list[Release]) -> Release:
    """Return the last release with other versions than the current one, and not found bad.

    Raises
    ------
    DeliveryError
        There is none.
    """
    current = history[-1]
    bad = {one.returned_from for one in history}
    for one in reversed(history[:-1]):
        if one.functions != current.functions and one.release not in bad:
            return one
    raise DeliveryError("no earlier release is recorded")


def _named(history: list[Release], name: str) -> Release:
    found = [one for one in history if len(name) >= 7 and one.release.startswith(name)]
    if not found or len({one.release for one in found}) > 1:
        raise DeliveryError(f"not the commit of one recorded release: {name}")
    return found[-1]
