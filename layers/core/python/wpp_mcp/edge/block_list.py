"""Blocks addresses for an hour after repeated failures (deployment guide, layer 4, rule 5).

The web firewall does not see our answers and knows no block for a fixed time. The functions' log
groups tell of failed authentications; this function counts them and keeps the firewall's IP sets.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, Final

from wpp_mcp.config import BlockSettings, ConfigurationError
from wpp_mcp.edge.failures import Failure, failures_in
from wpp_mcp.edge.ip_sets import IpSets
from wpp_mcp.edge.viewer import network_of
from wpp_mcp.observability import CallMetrics, Metric, logger_for
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.address_blocks import AddressBlocks, Block, end_of, minute_of
from wpp_mcp.storage.dynamo import Dynamo

FAILURES: Final = 20
WINDOW_MINUTES: Final = 5
BLOCKED_FOR: Final = timedelta(hours=1)
_FUNCTION: Final = "block_addresses"


class UnknownJobError(ValueError):
    """The event is neither a delivery of log lines nor a job of this function."""


def last_of_full_window(by_minute: Mapping[int, int]) -> int | None:
    """Return the latest minute of five in a row whose failures lead to a block, if there are any.

    Looks at counts alone, so that it does not matter in which order they came to be.
    """
    full = []
    for first in by_minute:
        window = [minute for minute in range(first, first + WINDOW_MINUTES) if minute in by_minute]
        if sum(by_minute[minute] for minute in window) >= FAILURES:
            full.append(window[-1])
    return max(full, default=None)


class BlockList:
    """The handler: takes log lines, cleans up, and lifts a block when told."""

    def __init__(self, runtime: Runtime) -> None:
        settings = BlockSettings.load(runtime.environ)
        self._runtime = runtime
        self._settings = settings
        try:
            self._trusted = [ip_network(text) for text in settings.never_blocked]
        except ValueError:
            raise ConfigurationError("missing or wrong: WPP_NEVER_BLOCKED") from None
        self._blocks = AddressBlocks(Dynamo(runtime, settings.table_prefix))
        self._sets = IpSets(runtime, settings, self._blocked)
        self._log = logger_for(_FUNCTION, settings.log_level, runtime.log)

    def __call__(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Handle one delivery or job; safe to repeat.

        Raises
        ------
        UnknownJobError, UnreadableDeliveryError
            The event is none of ours.
        StorageError, FirewallError
            Something is left to do: AWS repeats a delivery, the schedule a clean-up.
        """
        if "awslogs" in event:
            return self._take(failures_in(event["awslogs"]))
        if event == {"job": "clean-up"}:
            return {"blocked": self._sets.bring_in_line()}
        if event.keys() == {"job", "address"} and event["job"] == "unblock":
            return self._unblock(event["address"])
        raise UnknownJobError("no delivery, and no job of this function")

    def _blocked(self) -> Iterable[str]:
        return [block.network for block in self._blocks.blocked(self._runtime.clock())]

    def _take(self, failures: list[Failure]) -> dict[str, Any]:
        by_network: dict[str, list[Failure]] = defaultdict(list)
        for failure in failures:
            by_network[failure.network].append(failure)
        trusted = {name for name in by_network if self._is_trusted(name)}
        metrics = self._metrics()
        for name in trusted:
            # Everybody who uses OMA shares them: an alarm (see the runbook), never a block.
            metrics.count(Metric.TRUSTED_FAILURES, len(by_network[name]))
            self._log.warning("trusted address fails", extra={"security": True, "address": name})
        blocks = [self._counted(n, by_network[n]) for n in by_network.keys() - trusted]
        held = [block for block in blocks if block is not None]
        fresh = sum(self._block(block) for block in held)
        if fresh:
            metrics.count(Metric.ADDRESSES_BLOCKED, fresh)
        metrics.flush()
        if held:
            # Also where it was blocked before: that time may have got no further than the table.
            self._sets.bring_in_line()
        return {"failures": len(failures), "blocked": fresh}

    def _counted(self, network: str, failures: Iterable[Failure]) -> Block | None:
        """Count one network's failures; return its block, if they lead to one that lasts yet."""
        minutes: dict[int, set[str]] = defaultdict(set)
        for failure in failures:
            minutes[minute_of(failure.at)].add(failure.event_id)
        for minute, ids in minutes.items():
            self._blocks.add_failures(network, minute, set(sorted(ids)[:FAILURES]), most=FAILURES)
        around = WINDOW_MINUTES - 1
        first, last = min(minutes) - around, max(minutes) + around
        latest = last_of_full_window(self._blocks.failures(network, first, last))
        if latest is None:
            return None
        until = end_of(latest) + BLOCKED_FOR
        # A delivery that is repeated hours later blocks nobody.
        return Block(network, until) if until > self._runtime.clock() else None

    def _block(self, block: Block) -> bool:
        fresh = self._blocks.block(block, self._runtime.clock())
        if fresh:
            said = {"address": block.network, "until": block.until.isoformat()}
            self._log.warning("address blocked", extra={"security": True, **said})
        return fresh

    def _is_trusted(self, network: str) -> bool:
        one = ip_network(network)
        return any(one.version == other.version and one.overlaps(other) for other in self._trusted)

    def _unblock(self, address: object) -> dict[str, Any]:
        network = network_of(address) if isinstance(address, str) else None
        if network is None:
            raise UnknownJobError("address is not an IP address")
        last = minute_of(self._runtime.clock())
        counted = self._blocks.failures(network, last - _minutes(BLOCKED_FOR), last + 1)
        self._blocks.forget(network, counted)
        self._log.warning("address unblocked", extra={"security": True, "address": network})
        return {"blocked": self._sets.bring_in_line()}

    def _metrics(self) -> CallMetrics:
        return CallMetrics(
            self._runtime.emit, function=_FUNCTION, environment=self._settings.environment
        )


def _minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))
