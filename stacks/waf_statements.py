"""Statements of AWS WAF, as CloudFormation writes them. Pure data."""

from collections.abc import Iterable
from typing import Any, Final

Statement = dict[str, Any]

URI_PATH: Final[Statement] = {"UriPath": {}}
METHOD: Final[Statement] = {"Method": {}}
ALL_HEADERS: Final[Statement] = {
    # More than 8 KB or 200 headers is more than WAF looks at: that alone is a match.
    "Headers": {
        "MatchPattern": {"All": {}},
        "MatchScope": "ALL",
        "OversizeHandling": "MATCH",
    }
}


def header(name: str) -> dict[str, Any]:
    """Return one header, as what to look at."""
    return {"SingleHeader": {"Name": name}}


def _as(*kinds: str) -> list[dict[str, Any]]:
    kinds = kinds or ("NONE",)
    return [{"Priority": place, "Type": kind} for place, kind in enumerate(kinds)]


def text(field: dict[str, Any], position: str, wanted: str, *decoded: str) -> Statement:
    """Return a match of text: ``EXACTLY``, ``STARTS_WITH`` or ``CONTAINS``."""
    return {
        "ByteMatchStatement": {
            "FieldToMatch": field,
            "PositionalConstraint": position,
            "SearchString": wanted,
            "TextTransformations": _as(*decoded),
        }
    }


def pattern(field: dict[str, Any], regex: str) -> Statement:
    """Return a match of a regular expression."""
    return {
        "RegexMatchStatement": {
            "FieldToMatch": field,
            "RegexString": regex,
            "TextTransformations": _as(),
        }
    }


def longer(field: dict[str, Any], size: int) -> Statement:
    """Return a match of what has more than so many bytes."""
    return {
        "SizeConstraintStatement": {
            "FieldToMatch": field,
            "ComparisonOperator": "GT",
            "Size": size,
            "TextTransformations": _as(),
        }
    }


def label(name: str) -> Statement:
    """Return a match of what an earlier rule said of the request."""
    return {"LabelMatchStatement": {"Scope": "LABEL", "Key": name}}


def from_set(arn: str) -> Statement:
    """Return a match of the addresses of an IP set."""
    return {"IPSetReferenceStatement": {"Arn": arn}}


def from_country(*codes: str) -> Statement:
    """Return a match of countries."""
    return {"GeoMatchStatement": {"CountryCodes": list(codes)}}


def rate(limit: int, seconds: int, of: Statement) -> Statement:
    """Return a match of addresses with more than so many such requests in a window."""
    return {
        "RateBasedStatement": {
            "AggregateKeyType": "IP",
            "Limit": limit,
            "EvaluationWindowSec": seconds,
            "ScopeDownStatement": of,
        }
    }


def no(statement: Statement) -> Statement:
    """Return the opposite."""
    return {"NotStatement": {"Statement": statement}}


def either(statements: Iterable[Statement]) -> Statement:
    """Return a match of any of them."""
    return _joined("OrStatement", statements)


def both(*statements: Statement) -> Statement:
    """Return a match of all of them."""
    return _joined("AndStatement", statements)


def _joined(kind: str, statements: Iterable[Statement]) -> Statement:
    several = list(statements)
    return several[0] if len(several) == 1 else {kind: {"Statements": several}}
