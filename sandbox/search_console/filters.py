"""Whether a row passes a query's filters."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sandbox.search_console.failures import invalid

Facts = Mapping[str, str]
"""The value of each dimension that a filter can name."""
Test = Callable[[Facts], bool]

_COMPARE: Final[dict[str, Callable[[str, str], bool]]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "NOT_EQUALS": lambda value, wanted: value != wanted,
    "CONTAINS": lambda value, wanted: wanted in value,
    "NOT_CONTAINS": lambda value, wanted: wanted not in value,
}


def dimensions_of(body: Mapping[str, Any]) -> set[str]:
    """Return the dimensions that a query filters by."""
    groups = body.get("dimensionFilterGroups", ())
    return {one["dimension"] for g in groups for one in g.get("filters", ()) if "dimension" in one}


def passes(body: Mapping[str, Any]) -> Test:
    """Return the test that all filters of a query are together.

    Raises
    ------
    Refusal
        400 for a filter without dimension or expression, or a pattern that is none.
    """
    tests = [
        _test(one, f"dimensionFilterGroups[{g}].filters[{n}]")
        for g, group in enumerate(body.get("dimensionFilterGroups", ()))
        for n, one in enumerate(group.get("filters", ()))
    ]
    return lambda facts: all(test(facts) for test in tests)


def _test(one: Mapping[str, Any], at: str) -> Test:
    for needed in ("dimension", "expression"):
        if needed not in one:
            raise invalid(f"{at}.{needed}", f"{needed} is required in a filter.")
    dimension, operator = one["dimension"], one.get("operator", "EQUALS")
    if operator in _COMPARE:
        # Google compares without regard to case.
        compare, wanted = _COMPARE[operator], one["expression"].lower()
        return lambda facts: compare(facts[dimension].lower(), wanted)
    try:
        pattern = re.compile(one["expression"])
    except re.error:
        raise invalid(f"{at}.expression", "Invalid regular expression.") from None
    including = operator == "INCLUDING_REGEX"
    return lambda facts: (pattern.search(facts[dimension]) is not None) is including
