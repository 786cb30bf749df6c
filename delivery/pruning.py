"""Deletes versions of functions that nothing needs: SnapStart is paid for by version and hour."""

from collections.abc import Iterator
from contextlib import suppress

from delivery.account import Account, DeliveryError
from delivery.releases import ReleaseLog, before
from stacks.functions import FUNCTIONS
from wpp_mcp.functions import Function


def superfluous(account: Account, keep: int) -> Iterator[tuple[Function, int]]:
    """Yield the versions that may go, oldest first.

    Kept are the newest ``keep`` of each function, those that an alias leads to, and those of the
    current release; with two or more, also those of the release that a rollback would go back to.
    """
    if keep < 1:
        raise DeliveryError("at least one version of each function is kept")
    history = ReleaseLog(account).history()
    needed = history[-1:]
    with suppress(DeliveryError):  # No earlier release: nothing to keep for it.
        needed += [before(history)] if history and keep > 1 else []
    for function in FUNCTIONS:
        versions = account.versions(function)
        kept = {int(one.functions[function]) for one in needed if function in one.functions}
        kept |= set(versions[-keep:]) | account.led_to(function)
        yield from ((function, version) for version in versions if version not in kept)
