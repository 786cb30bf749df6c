"""What is asked of the logs: the dashboard's tables, and saved questions for who is on call.

Pure data. `@timestamp` apart, a field is one that the code writes (a test compares them): lines of
metrics carry ``service = "wpp-mcp"``, and CloudWatch names the first value of a metric ``Name.0``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stacks.environments import Environment
from stacks.trail_patterns import GUARDS
from wpp_mcp.errors import ErrorCode
from wpp_mcp.functions import Function
from wpp_mcp.observability import OF_CODE, SERVICE, Metric
from wpp_mcp.routes import ROUTES

_LINES: Final = f'filter service = "{SERVICE}"'
_LATENCY: Final = f"{Metric.LATENCY.value}.0"
_PERCENTILES: Final = ", ".join(f"pct({_LATENCY}, {n}) as p{n}" for n in (50, 95, 99))
_SAFETY: Final = ", ".join(
    f'"{code.value}"'
    for code in (*OF_CODE, ErrorCode.WRITES_DISABLED)
    if code not in {ErrorCode.UNAUTHENTICATED, ErrorCode.RATE_LIMITED}
)
_GUARDS: Final = ", ".join(f'"{name}"' for name in GUARDS)


def _calls_by(field: str) -> str:
    return (
        f"{_LINES} and ispresent({_LATENCY})\n"
        f"| stats count(*) as calls by {field}\n"
        "| sort calls desc\n| limit 20"
    )


def _percentiles_by(field: str) -> str:
    return (
        f"{_LINES} and ispresent({_LATENCY})\n"
        f"| stats count(*) as calls, {_PERCENTILES} by {field}\n"
        "| sort p99 desc\n| limit 50"
    )


TOP_TOOLS: Final = _calls_by("tool")
BY_USER: Final = _calls_by("user")
PER_TOOL: Final = _percentiles_by("tool")
PER_USER: Final = _percentiles_by("user")
SAFETY_EVENTS: Final = (
    f"{_LINES} and code in [{_SAFETY}]\n"
    "| fields @timestamp, code, tool, account, user, function, operationId\n"
    "| sort @timestamp desc\n| limit 50"
)
COUNTRIES: Final = (
    "stats count(*) as requests by `c-country` as country\n| sort requests desc\n| limit 50"
)
"""Of the distribution's access log: the web ACL's holds only what it blocked or counted."""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A question that is saved in the account; ``trail`` asks the trail, not the functions."""

    text: str
    trail: bool = False


SAVED: Final[Mapping[str, SavedQuery]] = {
    "correlation-id": SavedQuery(
        "# Everything that one call left behind: put its X-Correlation-Id in.\n"
        'filter correlation_id = "PUT-IT-HERE" or correlationId = "PUT-IT-HERE"\n'
        "| sort @timestamp asc\n| limit 200"
    ),
    "server-errors": SavedQuery(
        f"{_LINES} and ispresent({Metric.SERVER_ERRORS.value}.0)\n"
        "| stats count(*) as errors by code, tool, function\n"
        "| sort errors desc"
    ),
    "slow-calls": SavedQuery(
        f"{_LINES} and {_LATENCY} > 5000\n"
        f"| fields @timestamp, {_LATENCY}, tool, account, user, function, operationId\n"
        f"| sort {_LATENCY} desc\n| limit 100"
    ),
    "refusals-per-account": SavedQuery(
        f"{_LINES} and code in [{_SAFETY}]\n"
        "| stats count(*) as refusals by account, code, user\n"
        "| sort refusals desc\n| limit 100"
    ),
    "failed-authentication": SavedQuery(
        "filter ispresent(security)\n"
        "| stats count(*) as failures by reason, service\n"
        "| sort failures desc"
    ),
    "percentiles-per-tool": SavedQuery(PER_TOOL),
    "percentiles-per-user": SavedQuery(PER_USER),
    "secret-reads": SavedQuery(
        'filter eventSource = "secretsmanager.amazonaws.com" and eventName like /GetSecretValue/\n'
        "| fields @timestamp, userIdentity.arn, sourceIPAddress, requestParameters.secretId,"
        " errorCode\n"
        "| sort @timestamp desc\n| limit 100",
        trail=True,
    ),
    "guards-weakened": SavedQuery(
        f"filter eventName in [{_GUARDS}]\n"
        "| fields @timestamp, eventName, userIdentity.arn, sourceIPAddress, errorCode\n"
        "| sort @timestamp desc\n| limit 100",
        trail=True,
    ),
}
"""By name, behind the environment's prefix."""


def log_groups(environment: Environment) -> list[str]:
    """Return the log groups of the functions that answer callers."""
    functions = sorted({route.function for route in ROUTES} | {Function.AUTHORIZER})
    prefix = f"/aws/lambda/{environment.prefix}"
    return [f"{prefix}{function.value.replace('_', '-')}" for function in functions]


def edge_log_group(environment: Environment) -> str:
    """Return the group of the distribution's access log; it lies in us-east-1."""
    return f"/wpp-mcp/{environment.name}/edge-access"
