"""Parameters that the tools of this package share, in the form of Google's Data API."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from wpp_mcp.tools.inputs import WireModel

MAX_DEPTH: Final = 5
"""Groups and negations inside one another, in one filter."""
MAX_CONDITIONS: Final = 50
"""Conditions in one filter."""
MAX_TEXT: Final = 500
_RANGE_PREFIXES: Final = ("date_range_", "reserved_")

PropertyId = Annotated[
    str,
    Field(
        description="The Analytics property: a number. Must be approved for you.",
        examples=["300000001", "properties/300000001"],
        max_length=40,
    ),
]
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}(:[A-Za-z0-9_.-]{1,64})?$")]
_Text = Annotated[str, Field(max_length=MAX_TEXT)]


def _a_day(text: str) -> str:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise ValueError("there is no such day") from None
    return text


Day = Annotated[
    str,
    Field(
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,4}daysAgo|yesterday|today)$",
        examples=["2026-10-01", "30daysAgo"],
    ),
    AfterValidator(_a_day),
]
Number = Annotated[
    Decimal, Field(allow_inf_nan=False, ge=-(10**15), le=10**15), WithJsonSchema({"type": "number"})
]


def _a_range_name(name: str) -> str:
    if name.lower().startswith(_RANGE_PREFIXES):
        raise ValueError("a name does not begin with date_range_ or RESERVED_")
    return name


RangeName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ -]{1,50}$"), AfterValidator(_a_range_name)]


class DateRange(WireModel):
    """Days, both included, in the property's time zone."""

    start_date: Day
    end_date: Day
    name: RangeName | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # ISO days compare as text; Google knows when "7daysAgo" was.
        days = [day for day in (self.start_date, self.end_date) if day[4:5] == "-"]
        if len(days) == 2 and self.end_date < self.start_date:
            raise ValueError("endDate is before startDate")
        return self


class NumericValue(WireModel):
    """Give one."""

    int64_value: int | Annotated[str, Field(pattern=r"^-?[0-9]{1,18}$")] | None = None
    double_value: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.int64_value is None) == (self.double_value is None):
            raise ValueError("give int64Value or doubleValue")
        if self.int64_value is not None and abs(int(self.int64_value)) >= 2**63:
            raise ValueError("int64Value is too large")
        return self

    def question(self) -> dict[str, Any]:
        """Return the value as Google takes it."""
        if self.double_value is not None:
            return {"double_value": float(self.double_value)}
        return {"int64_value": int(self.int64_value or 0)}


class StringFilter(WireModel):
    """Compares text."""

    match_type: Literal[
        "EXACT", "BEGINS_WITH", "ENDS_WITH", "CONTAINS", "FULL_REGEXP", "PARTIAL_REGEXP"
    ] = "EXACT"
    value: _Text
    case_sensitive: bool = False


class InListFilter(WireModel):
    """Is one of the texts."""

    values: list[_Text] = Field(min_length=1, max_length=100)
    case_sensitive: bool = False


class NumericFilter(WireModel):
    """Compares a number."""

    operation: Literal[
        "EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL"
    ]
    value: NumericValue


class BetweenFilter(WireModel):
    """Lies between two numbers, both included."""

    from_value: NumericValue
    to_value: NumericValue


class EmptyFilter(WireModel):
    """Is empty or `(not set)`."""


class Condition(WireModel):
    """One field and one test."""

    field_name: FieldName
    string_filter: StringFilter | None = None
    in_list_filter: InListFilter | None = None
    numeric_filter: NumericFilter | None = None
    between_filter: BetweenFilter | None = None
    empty_filter: EmptyFilter | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(_given(self)) != 2:
            raise ValueError("give fieldName and one of the filters")
        return self


class FilterExpressionList(WireModel):
    """Several expressions."""

    expressions: list["FilterExpression"] = Field(min_length=1, max_length=MAX_CONDITIONS)


class FilterExpression(WireModel):
    """One of: a condition (`filter`), `andGroup`, `orGroup`, `notExpression`."""

    and_group: FilterExpressionList | None = None
    or_group: FilterExpressionList | None = None
    not_expression: "FilterExpression | None" = None
    filter: Condition | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(_given(self)) != 1:
            raise ValueError("give one of filter, andGroup, orGroup and notExpression")
        return self

    def below(self) -> Iterator["FilterExpression"]:
        """Yield the expressions directly inside."""
        for group in (self.and_group, self.or_group):
            if group is not None:
                yield from group.expressions
        if self.not_expression is not None:
            yield self.not_expression


def _a_small_filter(expression: FilterExpression) -> FilterExpression:
    depth, conditions, level = 0, 0, [expression]
    while level:
        depth += 1
        conditions += sum(e.filter is not None for e in level)
        level = [inner for e in level for inner in e.below()]
    if depth > MAX_DEPTH:
        raise ValueError(f"expressions are nested deeper than {MAX_DEPTH}")
    if conditions > MAX_CONDITIONS:
        raise ValueError(f"there are more than {MAX_CONDITIONS} conditions")
    return expression


SmallFilter = Annotated[FilterExpression, AfterValidator(_a_small_filter)]


class MetricOrderBy(WireModel):
    """By a metric's value."""

    metric_name: FieldName


class DimensionOrderBy(WireModel):
    """By a dimension's value."""

    dimension_name: FieldName
    order_type: Literal["ALPHANUMERIC", "CASE_INSENSITIVE_ALPHANUMERIC", "NUMERIC"] = "ALPHANUMERIC"


class OrderBy(WireModel):
    """One of `metric` and `dimension`."""

    metric: MetricOrderBy | None = None
    dimension: DimensionOrderBy | None = None
    desc: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.metric is None) == (self.dimension is None):
            raise ValueError("give metric or dimension")
        return self


def question_of(value: Any) -> Any:
    """Return parameters as Google's library takes them: its own names, nothing that is not set."""
    if isinstance(value, NumericValue):
        return value.question()
    if isinstance(value, WireModel):
        return {name: question_of(inner) for name, inner in _given(value).items()}
    if isinstance(value, list):
        return [question_of(inner) for inner in value]
    return value


def named(names: list[str]) -> list[dict[str, str]]:
    """Return names as Google takes dimensions and metrics."""
    return [{"name": name} for name in names]


def _given(model: WireModel) -> dict[str, Any]:
    values = ((name, getattr(model, name)) for name in type(model).model_fields)
    return {name: value for name, value in values if value is not None}
