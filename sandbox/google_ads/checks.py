"""What Google Ads checks in a query before it looks at any data."""

from collections.abc import Iterable
from typing import Final

from sandbox.google_ads.catalogue import (
    CORE_DATES,
    RESOURCES,
    Category,
    Field,
    Resource,
    answered,
    field_named,
)
from sandbox.google_ads.failures import Refusal, query_error
from wpp_mcp.google.ads.gaql.ast import Operator, Query
from wpp_mcp.google.ads.gaql.parser import GaqlSyntaxError, parse

_FINITE: Final = frozenset({Operator.EQUALS, Operator.IN, Operator.BETWEEN, Operator.DURING})
_FROM_BELOW: Final = frozenset({Operator.GREATER, Operator.GREATER_EQUALS})
_FROM_ABOVE: Final = frozenset({Operator.LESS, Operator.LESS_EQUALS})
_UNFIT: Final = (
    "Cannot select or filter on the following {word}s: {names}, since {word} is incompatible with "
    "the resource in the FROM clause or other selected segmenting resources."
)
_PARAMETERS: Final = frozenset({"include_drafts", "omit_unselected_resource_names"})


def parsed(text: str) -> Query:
    """Return the parts of a query.

    Raises
    ------
    Refusal
        For what is not a query.
    """
    try:
        return parse(text)
    except GaqlSyntaxError as error:
        raise _syntax(text, error.position) from None


def checked(query: Query, *, manager: bool) -> Resource:
    """Return the resource that the query is FROM, after all checks of names and combinations.

    Parameters
    ----------
    manager
        Whether the query is for a manager account, which has no metrics.

    Raises
    ------
    Refusal
        With Google's error code for the first thing that is wrong.
    """
    resource = _resource(query.resource)
    selected = _fields(query.fields)
    filtered = _fields(condition.field for condition in query.conditions)
    ordered = _fields(ordering.field for ordering in query.orderings)
    _check_selectable(selected)
    _check_usable(filtered, "PROHIBITED_FIELD_IN_WHERE_CLAUSE", "WHERE")
    _check_usable(ordered, "PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE", "ORDER BY")
    everything = [*selected, *filtered, *ordered]
    _check_resources(resource, selected, "SELECT")
    _check_resources(resource, [*filtered, *ordered], "WHERE")
    if manager and any(field.category is Category.METRIC for field in everything):
        raise query_error(
            "REQUESTED_METRICS_FOR_MANAGER",
            "Metrics cannot be requested for a manager account. To retrieve metrics, issue "
            "separate requests against each client account under the manager account.",
        )
    _check_measured(resource, everything)
    _check_referenced(selected, filtered, ordered)
    _check_dates(query)
    _check_parameters(query)
    return resource


def _syntax(text: str, position: int) -> Refusal:
    if not text.strip():
        return Refusal(
            "request_error", "REQUIRED_FIELD_MISSING", "Required field is missing.", path=("query",)
        )
    if not text.lstrip()[:6].upper().startswith("SELECT"):
        return query_error("EXPECTED_SELECT", "Error in query: expected SELECT clause.")
    rest = text[position - 1 :].split()
    if not rest:
        return query_error("UNEXPECTED_END_OF_QUERY", "Error in query: unexpected end of query.")
    return query_error("UNEXPECTED_INPUT", f"Error in query: unexpected input {rest[0][:100]}.")


def _resource(name: str) -> Resource:
    resource = RESOURCES.get(name)
    if resource is not None:
        return resource
    known = field_named(name)
    if known is None or name in {"segments", "metrics"}:
        raise query_error(
            "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE",
            f"Invalid resource type was specified in the FROM clause: '{name}'.",
        )
    raise query_error(
        "PROHIBITED_RESOURCE_TYPE_IN_FROM_CLAUSE",
        f"Resource type specified in the FROM clause is not supported by this service: '{name}'.",
    )


def _fields(names: Iterable[str]) -> list[Field]:
    found = []
    for name in names:
        field = field_named(name)
        if field is None:
            raise query_error("UNRECOGNIZED_FIELD", f"Unrecognized field in the query: '{name}'.")
        found.append(field)
    return found


def _check_selectable(selected: list[Field]) -> None:
    for field in selected:
        if not field.selectable:
            raise query_error(
                "PROHIBITED_FIELD_IN_SELECT_CLAUSE",
                f"The following field cannot be in SELECT clause: '{field.name}'.",
            )


def _check_usable(fields: list[Field], code: str, clause: str) -> None:
    for field in fields:
        if field.kind == "MESSAGE" or (clause == "ORDER BY" and field.repeated):
            raise query_error(
                code, f"The following field cannot be in {clause} clause: '{field.name}'."
            )


def _check_resources(resource: Resource, fields: list[Field], clause: str) -> None:
    allowed = {resource.name, *resource.joins, "segments", "metrics"}
    strange = sorted({field.resource.upper() for field in fields if field.resource not in allowed})
    if not strange:
        return
    verb = "select fields from" if clause == "SELECT" else "filter or order by fields of"
    raise query_error(
        f"PROHIBITED_RESOURCE_TYPE_IN_{clause}_CLAUSE",
        f"Cannot {verb} the following resources: {_quoted(strange)}, since the resource is "
        "incompatible with the resource in FROM clause.",
    )


def _check_measured(resource: Resource, fields: list[Field]) -> None:
    for category, code in (
        (Category.METRIC, "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE"),
        (Category.SEGMENT, "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE"),
    ):
        unfit = {
            field.name
            for field in fields
            if field.category is category and not (resource.measured and answered(field))
        }
        if unfit:
            word = category.value.lower()
            raise query_error(code, _UNFIT.format(word=word, names=_quoted(sorted(unfit))))


def _check_referenced(selected: list[Field], filtered: list[Field], ordered: list[Field]) -> None:
    """Refuse segments to filter and measures to order by that are not selected.

    Segments split the rows, so Google wants those that a query uses to be seen in its rows; only
    the dates may filter unseen. Attributes need not be selected.
    """
    names = {field.name for field in selected}
    needed = [
        field.name
        for field in filtered
        if field.category is Category.SEGMENT and field.name not in CORE_DATES
    ]
    needed += [field.name for field in ordered if field.category is not Category.ATTRIBUTE]
    missing = [name for name in needed if name not in names]
    if missing:
        raise query_error(
            "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
            f"The following field must be present in SELECT clause: '{missing[0]}'.",
        )


def _check_dates(query: Query) -> None:
    """Refuse days without end: a date that is selected or filtered wants a first and a last."""
    operators = {c.operator for c in query.conditions if c.field in CORE_DATES}
    if not operators and not any(name in CORE_DATES for name in query.fields):
        return
    if operators & _FINITE or (operators & _FROM_BELOW and operators & _FROM_ABOVE):
        return
    raise query_error(
        "EXPECTED_FILTERS_ON_DATE_RANGE",
        "Expects filters on the following field to limit a finite date range: 'segments.date'",
    )


def _check_parameters(query: Query) -> None:
    for name, word in query.parameters:
        if name not in _PARAMETERS:
            raise query_error("BAD_PARAMETER_NAME", f"Parameter unknown or not supported: {name}.")
        if word.lower() not in {"true", "false"}:
            raise query_error("BAD_PARAMETER_VALUE", f"Parameter has invalid value: {word}.")


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
