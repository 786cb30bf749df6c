"""A request against WAF's statements, as AWS documents them, for rules that are ours.

Managed groups cannot be had outside AWS: what they would have said is given as labels.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.infrastructure.waf_capacity import inner_statements

_INSPECTED = 8_192


@dataclass(frozen=True)
class Asked:
    """One request. ``sets`` are the IP sets, by ARN, that its address is in."""

    method: str = "POST"
    path: str = "/mcp"
    headers: Mapping[str, str] = field(default_factory=lambda: {"user-agent": "client/1.0"})
    labels: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    country: str = "US"


def matches(statement: Mapping[str, Any], asked: Asked) -> bool:
    """Whether a request matches; of a rate, whether it is counted."""
    [(kind, content)] = statement.items()
    if kind == "AndStatement":
        return all(matches(inner, asked) for inner in content["Statements"])
    if kind == "OrStatement":
        return any(matches(inner, asked) for inner in content["Statements"])
    if kind == "NotStatement":
        return not matches(content["Statement"], asked)
    if kind == "RateBasedStatement":
        return matches(content["ScopeDownStatement"], asked)
    if kind == "LabelMatchStatement":
        return content["Key"] in asked.labels
    if kind == "IPSetReferenceStatement":
        return str(content["Arn"]) in asked.sets
    if kind == "GeoMatchStatement":
        return asked.country in content["CountryCodes"]
    return _text_matches(kind, content, asked)


def _text_matches(kind: str, content: Mapping[str, Any], asked: Asked) -> bool:
    text = _found(content["FieldToMatch"], asked)
    if text is None:
        return False
    for transformation in content["TextTransformations"]:
        text = unquote(text) if transformation["Type"] == "URL_DECODE" else text
    if kind == "SizeConstraintStatement":
        assert content["ComparisonOperator"] == "GT"
        return len(text.encode()) > content["Size"]
    if kind == "RegexMatchStatement":
        return re.search(content["RegexString"], text) is not None
    assert kind == "ByteMatchStatement"
    wanted = content["SearchString"]
    return {
        "EXACTLY": text == wanted,
        "STARTS_WITH": text.startswith(wanted),
        "CONTAINS": wanted in text,
    }[content["PositionalConstraint"]]


def _found(what: Mapping[str, Any], asked: Asked) -> str | None:
    [(kind, content)] = what.items()
    if kind == "SingleHeader":
        return asked.headers.get(content["Name"])
    if kind == "Headers":
        assert content["OversizeHandling"] == "MATCH"
        return "".join(f"{name}{value}" for name, value in asked.headers.items())
    return {"UriPath": asked.path, "Method": asked.method}[kind]


def labels_read(statement: Mapping[str, Any]) -> set[str]:
    """The labels that a statement looks for."""
    return {c["Key"] for kind, c in inner_statements(statement) if kind == "LabelMatchStatement"}
