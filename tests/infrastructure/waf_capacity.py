"""What a web ACL costs in WAF's capacity units, by AWS's table.

waf/latest/developerguide/aws-waf-capacity-units.html, and each statement's own page.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stacks.waf_managed import GROUPS

LIMIT: Final = 1_500
"""Above it, AWS WAF charges for each request more."""
_MANAGED: Final = {group.name: group.capacity for group in GROUPS}
_POSITIONS: Final = {"EXACTLY": 2, "STARTS_WITH": 2, "ENDS_WITH": 2, "CONTAINS": 10}
_EACH_TRANSFORMATION: Final = 10


def _transformations(statement: Mapping[str, Any]) -> int:
    kinds = {each["Type"] for each in statement["TextTransformations"]} - {"NONE"}
    several = len(statement["TextTransformations"]) if kinds else 0
    return _EACH_TRANSFORMATION * several


def capacity(statement: Mapping[str, Any]) -> int:
    """The units of one statement with all that is in it; an unknown one is an error."""
    [(kind, content)] = statement.items()
    if kind in {"AndStatement", "OrStatement"}:
        return sum(capacity(inner) for inner in content["Statements"])
    if kind == "NotStatement":
        return capacity(content["Statement"])
    if kind == "RateBasedStatement":
        return 2 + capacity(content["ScopeDownStatement"])
    if kind == "ByteMatchStatement":
        return _POSITIONS[content["PositionalConstraint"]] + _transformations(content)
    if kind == "ManagedRuleGroupStatement":
        return _MANAGED[content["Name"]]
    with_text = {"RegexMatchStatement": 3, "SizeConstraintStatement": 1}
    if kind in with_text:
        return with_text[kind] + _transformations(content)
    return {"IPSetReferenceStatement": 1, "GeoMatchStatement": 1, "LabelMatchStatement": 1}[kind]


def inner_statements(statement: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every statement in a statement, and itself."""
    [(kind, content)] = statement.items()
    yield kind, content
    below = [*content.get("Statements", ())]
    below += [content[name] for name in ("Statement", "ScopeDownStatement") if name in content]
    for inner in below:
        yield from inner_statements(inner)
