"""The choices of an environment, each with what it would cost or save to choose otherwise."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from stacks.cost.report import Bill, dollars
from stacks.environments import Edge, Egress, Environment

CHOICES: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "one NAT gateway instead of three": {"nat_gateways": 1},
        "IPv6 egress, no NAT gateway": {"egress": Egress.IPV6, "nat_gateways": 0},
        "endpoints for Secrets Manager, KMS and logs": {
            "interface_endpoints": ["secretsmanager", "kms", "logs"]
        },
        "no interface endpoints": {"interface_endpoints": []},
        "the basic edge": {"edge": Edge.BASIC},
        "no start from snapshots": {"snap_start": False},
        "no second region": {"second_region": None},
        "no GuardDuty": {"guard_duty": False},
        "logs for 30 days, none archived": {"log_retention_days": 30, "archive_logs": False},
    }
)
"""What would be set otherwise in the environment."""


def differing(environment: Environment) -> dict[str, Environment]:
    """Return the environment with each choice made otherwise, where it is not so already."""
    made = {name: environment.model_copy(update=change) for name, change in CHOICES.items()}
    return {name: one for name, one in made.items() if one != environment}


def rows(environment: Environment, priced: Callable[[Environment], Bill]) -> list[str]:
    """Return a line for each choice: the difference a month, in US dollars."""
    now = priced(environment).total
    found = []
    for name, other in differing(environment).items():
        change: Decimal = priced(other).total - now
        sign = "+" if change >= 0 else "-"
        found.append(f"{name:48}{sign + dollars(abs(change)):>12}")
    return found
