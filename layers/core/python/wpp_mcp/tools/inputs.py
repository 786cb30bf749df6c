"""What tool parameters are made of: strict models with both spellings, limits and examples."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.text import visible

MAX_PAGE: Final = 1_000
LONGEST_PERIOD_DAYS: Final = 731
_MAX_PROBLEMS: Final = 20

M = TypeVar("M", bound="ToolInput")


class WireModel(BaseModel):
    """camelCase on the wire, snake_case here, nothing unknown, no silent conversion."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
    )


class ToolInput(WireModel):
    """Parameters of a tool."""


CustomerId = Annotated[
    str,
    Field(
        description="The Google Ads account: ten digits, dashes allowed. Must be approved for you.",
        examples=["1234567890", "123-456-7890"],
        max_length=20,
    ),
]
Ids = Annotated[
    list[Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]], Field(min_length=1, max_length=200)
]


def a_number(value: Any) -> Any:
    """Return a number as `Decimal`; refuse zero, texts and truth values.

    Raises
    ------
    ValueError
        In words that tell the caller what to give instead.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        problem = "give a number: no quotes, no currency, no thousands separators"
        raise ValueError(problem)  # noqa: TRY004 - what pydantic reports as the field's problem
    if value == 0:
        raise ValueError("zero is refused: to spend nothing, pause it instead")
    return Decimal(str(value))


Money = Annotated[
    Decimal,
    BeforeValidator(a_number),
    Field(gt=0, le=1_000_000_000, examples=[150]),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "examples": [150]}),
]
"""An amount in the account's currency, in whole units and not in micros. Zero is refused: who wants
to spend nothing pauses."""


class PagedInput(ToolInput):
    """Parameters of a tool whose answer has rows."""

    page_size: int = Field(
        default=200, ge=1, le=MAX_PAGE, description="Rows in one answer at most."
    )
    page_token: str | None = Field(
        default=None,
        max_length=200,
        description="nextPageToken of the answer before, with all else unchanged.",
    )


class PeriodInput(PagedInput):
    """Parameters of a report over days, in the account's own time zone."""

    start_date: date | None = Field(
        default=None, description="First day, ISO 8601. Without dates: the last 30 days."
    )
    end_date: date | None = Field(default=None, description="Last day, included, ISO 8601.")

    @model_validator(mode="after")
    def _a_period(self) -> Self:
        if (self.start_date is None) != (self.end_date is None):
            raise ValueError("give startDate and endDate, or neither for the last 30 days")
        if self.start_date is not None and self.end_date is not None:
            days = (self.end_date - self.start_date).days
            if days < 0:
                raise ValueError("endDate is before startDate")
            if days > LONGEST_PERIOD_DAYS:
                raise ValueError(f"ask for {LONGEST_PERIOD_DAYS} days at most")
        return self


def wire_params(model: type[ToolInput], params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters in their wire spelling.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` where one parameter is given in both spellings.
    """
    aliases = {name: field.alias or name for name, field in model.model_fields.items()}
    spelled: dict[str, Any] = {}
    for name, value in params.items():
        wire = aliases.get(name, name)
        if wire in spelled:
            raise WppError(ErrorCode.INVALID_REQUEST, f"{wire} is given twice, in two spellings")
        spelled[wire] = value
    return spelled


def parsed(model: type[M], params: dict[str, Any]) -> M:
    """Return the typed parameters.

    Parameters
    ----------
    params
        As `wire_params` returns them.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` with ``details``: each wrong field and what is wrong with it. The
        given values are not repeated.
    """
    try:
        # As JSON, because strict JSON knows dates and decimals where strict Python does not.
        return model.model_validate_json(strict_json.dumps(params))
    except ValidationError as error:
        raise not_valid(error, "params") from None


def not_valid(error: ValidationError, whole: str) -> WppError:
    """Return the refusal that names each wrong field, the first twenty at most.

    Parameters
    ----------
    whole
        What to call the object itself, where no single field is wrong.
    """
    details = [
        # The name of a field that does not exist is the caller's text like any other.
        {"field": visible(".".join(map(str, item["loc"])), 100) or whole, "problem": _say(item)}
        for item in error.errors(include_url=False, include_input=False)[:_MAX_PROBLEMS]
    ]
    names = ", ".join(sorted({item["field"] for item in details}))
    return WppError(ErrorCode.INVALID_REQUEST, f"Not valid: {names}", details=details)


def _say(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "there is no such parameter"
    return str(item["msg"]).removeprefix("Value error, ")
