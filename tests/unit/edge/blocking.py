"""The job that blocks, with DynamoDB and the firewall in memory, and ways to call it."""

import json
from collections.abc import Callable
from typing import Any

from tests.support.log_delivery import failures
from tests.unit.support.aws import ENVIRON, PREFIX, Aws
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.edge.block_list import FAILURES, BlockList

ONE, OTHER, SIX = "198.51.100.7", "203.0.113.9", "2001:db8:1:2::77"
OMA = "192.0.2.32/28"
CLEAN_UP = {"job": "clean-up"}


class Wafv2:
    """The firewall's client, which does something before an operation if told."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.before: list[Callable[[str], None]] = []
        self.called: list[str] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.called.append(operation)
            for happens in list(self.before):
                happens(operation)
            return getattr(self._client, operation)(**arguments)

        return call


class World:
    def __init__(self, aws: Aws, around: Surroundings, **changes: str) -> None:
        self.waf, self.around, self.clock = Wafv2(aws.wafv2), around, around.clock
        self.ids = {
            version: aws.wafv2.create_ip_set(
                Name=f"{PREFIX}blocked-v{version}",
                Scope="CLOUDFRONT",
                IPAddressVersion=f"IPV{version}",
                Addresses=[],
            )["Summary"]["Id"]
            for version in (4, 6)
        }
        environ = ENVIRON | {
            "WPP_BLOCKED_V4_ID": self.ids[4],
            "WPP_BLOCKED_V6_ID": self.ids[6],
            "WPP_NEVER_BLOCKED": OMA,
        }

        def client(service: str) -> Any:
            return self.waf if service == "wafv2" else aws(service)

        self.handler = BlockList(around.runtime(environ | changes, aws=client))

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        return self.handler(event, None)

    def fail(self, address: str, times: int = FAILURES, **changes: Any) -> dict[str, Any]:
        return self(failures(address, [self.clock.now] * times, **changes))

    def blocked(self) -> set[str]:
        """What the firewall blocks."""
        return {
            address
            for version, set_id in self.ids.items()
            for address in self.waf._client.get_ip_set(
                Name=f"{PREFIX}blocked-v{version}", Scope="CLOUDFRONT", Id=set_id
            )["IPSet"]["Addresses"]
        }

    def counted(self, metric: str) -> int:
        told = [json.loads(line) for line in self.around.emitted]
        return int(sum(sum(line.get(metric, [0])) for line in told))
