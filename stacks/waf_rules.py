"""The rules of the web firewall: the deployment guide's five (layer 4), as far as WAF can.

Pure data, in the order in which requests meet them. The figures are the guide's. What WAF cannot
do is done elsewhere: ten calls a second per person (`wpp_mcp.storage.rate_counters`), an hour's
block after failed authentications (`wpp_mcp.edge.block_list`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stacks.environments import Edge
from stacks.waf_managed import GROUPS, ManagedGroup, reblocked
from stacks.waf_statements import (
    ALL_HEADERS,
    METHOD,
    URI_PATH,
    Statement,
    both,
    either,
    from_country,
    from_set,
    header,
    longer,
    no,
    pattern,
    rate,
    text,
)
from wpp_mcp.routes import MAX_BODY_BYTES, ROUTES

BURST_PER_MINUTE: Final = 200
SUSTAINED_PER_MINUTE: Final = 100
SUSTAINED_WINDOW_SECONDS: Final = 600
"""The guide blocks for ten minutes; WAF blocks while the last ten minutes are over the limit."""
OMA_PER_MINUTE: Final = 6_000
"""Of one address: six calls each from 1,000 people at once, the ceiling of product.md §8."""
WRITES: Final = 100
WRITES_WINDOW_SECONDS: Final = 300
MOST_HEADER_BYTES: Final = 8_192
METHODS: Final = tuple(sorted({route.method for route in ROUTES} | {"HEAD", "OPTIONS"}))
ANONYMOUS_WRITES: Final = (
    ("GET", "/console/sign-in"),
    ("POST", "/oauth/consent"),
    ("POST", "/oauth/token"),
)
"""Each such call writes a record, or asks the user pool, for somebody whom nobody knows yet."""
UNUSUAL: Final = "unusual-user-agent"
_PRODUCT: Final = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+([/ ].*)?$"
"""How a user agent begins: with the name of a product (RFC 9110 §10.1.5)."""
_LONGEST_USER_AGENT: Final = 512

_BLOCK: Final[dict[str, Any]] = {"Block": {}}
_WAIT: Final = {
    "Block": {
        "CustomResponse": {
            "ResponseCode": 429,
            "ResponseHeaders": [{"Name": "retry-after", "Value": "60"}],
        }
    }
}
_COUNT: Final[dict[str, Any]] = {"Count": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """The ARNs of the IP sets; an address family that OMA does not use has none."""

    blocked: tuple[str, ...]
    oma: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule.

    Parameters
    ----------
    action
        What happens to a match; none for a managed group, whose rules say so themselves.
    in_basic
        Also part of a basic edge; each rule and each group costs a dollar a month.
    """

    name: str
    statement: Statement
    action: dict[str, Any] | None = None
    labels: tuple[str, ...] = ()
    in_basic: bool = True

    def definition(self, prefix: str, priority: int) -> dict[str, Any]:
        """Return the rule as CloudFormation writes it."""
        does = {"OverrideAction": {"None": {}}} if self.action is None else {"Action": self.action}
        labels = {"RuleLabels": [{"Name": name} for name in self.labels]} if self.labels else {}
        return {
            "Name": self.name,
            "Priority": priority,
            "Statement": self.statement,
            **does,
            **labels,
            "VisibilityConfig": visibility(f"{prefix}{self.name}"),
        }


def visibility(metric: str) -> dict[str, Any]:
    """Return a metric, and no samples: they would show whole requests, tokens and all."""
    return {
        "CloudWatchMetricsEnabled": True,
        "MetricName": metric,
        "SampledRequestsEnabled": False,
    }


def definitions(edge: Edge, prefix: str, sets: Sets, countries: Sequence[str]) -> list[Any]:
    """Return an edge's rules as CloudFormation writes them."""
    rules = [rule for rule in _rules(sets, countries) if edge is Edge.FULL or rule.in_basic]
    groups = [group for group in GROUPS if edge is Edge.FULL or group.in_basic]
    rules += [*map(_of_group, groups), _elsewhere(groups)]
    return [rule.definition(prefix, place * 10) for place, rule in enumerate(rules)]


def _rules(sets: Sets, countries: Sequence[str]) -> Iterable[Rule]:
    yield Rule(name="blocked-addresses", action=_BLOCK, statement=_any_of(sets.blocked))
    if countries:
        yield Rule(name="countries", action=_BLOCK, statement=no(from_country(*countries)))
    yield from _rates(sets)
    yield Rule(name="malformed", action=_BLOCK, statement=_malformed())
    yield Rule(
        name="user-agents",
        action=_COUNT,
        labels=(UNUSUAL,),
        statement=either(
            [
                # Also without the header: nothing is there that could begin with a product.
                no(pattern(header("user-agent"), _PRODUCT)),
                longer(header("user-agent"), _LONGEST_USER_AGENT),
            ]
        ),
        in_basic=False,
    )


def _rates(sets: Sets) -> Iterable[Rule]:
    everybody_else = text(URI_PATH, "STARTS_WITH", "/")
    if sets.oma:
        oma = _any_of(sets.oma)
        everybody_else = no(oma)
        yield Rule(name="rate-of-oma", action=_WAIT, statement=rate(OMA_PER_MINUTE, 60, oma))
    yield Rule(
        name="rate-burst", action=_WAIT, statement=rate(BURST_PER_MINUTE, 60, everybody_else)
    )
    minutes = SUSTAINED_WINDOW_SECONDS // 60
    yield Rule(
        name="rate-sustained",
        action=_WAIT,
        statement=rate(SUSTAINED_PER_MINUTE * minutes, SUSTAINED_WINDOW_SECONDS, everybody_else),
        in_basic=False,
    )
    writes = either(
        both(text(METHOD, "EXACTLY", method), text(URI_PATH, "EXACTLY", path))
        for method, path in ANONYMOUS_WRITES
    )
    yield Rule(
        name="rate-of-anonymous-writes",
        action=_WAIT,
        statement=rate(WRITES, WRITES_WINDOW_SECONDS, writes),
    )


def _malformed() -> Statement:
    """Return what no client of ours sends. One rule: WAF charges for each."""
    length = header("content-length")
    digits = len(str(MAX_BODY_BYTES))
    return either(
        [
            no(pattern(METHOD, f"^({'|'.join(METHODS)})$")),
            # No route has two dots in it. Twice, since what is behind may decode once more.
            text(URI_PATH, "CONTAINS", "..", "URL_DECODE", "URL_DECODE"),
            # WAF sees no more than the beginning of a body. What does not say its length is
            # refused by the functions, once it is more than they take.
            both(
                pattern(length, f"^0*[1-9][0-9]{{{digits - 1},}}$"),
                no(text(length, "EXACTLY", str(MAX_BODY_BYTES))),
            ),
            longer(ALL_HEADERS, MOST_HEADER_BYTES),
        ]
    )


def _any_of(arns: Iterable[str]) -> Statement:
    return either(map(from_set, arns))


def _of_group(group: ManagedGroup) -> Rule:
    return Rule(name=group.rule, statement=group.statement())


def _elsewhere(groups: Iterable[ManagedGroup]) -> Rule:
    """Block what a managed rule only counts, wherever it has no reason to."""
    return Rule(name="counted-elsewhere", action=_BLOCK, statement=reblocked(groups))
