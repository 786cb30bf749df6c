"""What parameters of the tools that write are made of, and how amounts are taken."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from wpp_mcp.google.ads.resources.thing import refused
from wpp_mcp.models.money import NotAnAmountError, payable
from wpp_mcp.models.text import visible
from wpp_mcp.tools.inputs import CustomerId, ToolInput

MOST_ITEMS: Final = 50
_LONGEST_NAME: Final = 255
_PATTERN: Final = r"^[1-9][0-9]{0,18}$"


def _an_id(value: Any) -> Any:
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        raise ValueError("give one id: digits, as text")
    return value


def _explicit_ids(value: Any) -> Any:
    if not isinstance(value, list) or not value:
        problem = 'list the ids, each one: there is no "all", no wildcard and no empty list'
        raise ValueError(problem)
    if len(value) > MOST_ITEMS:
        raise ValueError(f"{MOST_ITEMS} ids at most in one call")
    return value


def _each_once(value: Sequence[str]) -> Sequence[str]:
    twice = [place for number, place in enumerate(value) if place in value[:number]]
    if twice:
        raise ValueError(f"{twice[0]} is given twice")
    return value


def plain_text(value: str) -> str:
    """Return a text that a person can read whole, or refuse it.

    Raises
    ------
    ValueError
        It is blank, begins or ends with a blank, or has characters that cannot be seen.
    """
    if not value.strip() or value != value.strip():
        raise ValueError("it must not be blank, or begin or end with a blank")
    if visible(value, len(value)) != value:
        raise ValueError("it has characters that cannot be seen, or more than one line")
    return value


def _name(value: str) -> str:
    if len(value.encode()) > _LONGEST_NAME:
        raise ValueError(f"{_LONGEST_NAME} bytes of UTF-8 at most")
    return plain_text(value)


ResourceId = Annotated[
    str, Field(pattern=_PATTERN, examples=["1234567890"]), BeforeValidator(_an_id)
]
EXPLICIT_IDS: Final = BeforeValidator(_explicit_ids)
EACH_ONCE: Final = AfterValidator(_each_once)
ResourceIds = Annotated[
    list[ResourceId],
    Field(min_length=1, max_length=MOST_ITEMS, examples=[["1234567890"]]),
    EXPLICIT_IDS,
    EACH_ONCE,
]
Name = Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME), AfterValidator(_name)]
"""A name as Google takes it for budgets, campaigns and ad groups."""


class BatchInput(ToolInput):
    """Parameters of a tool that changes several things at once."""

    customer_id: CustomerId
    partial_failure: bool = Field(
        default=False,
        description="Do what can be done where Google refuses some. Without it: all or nothing.",
    )


def amount_in(currency: str, amount: Decimal, parameter: str) -> Decimal:
    """Return an amount that can be paid in the account's currency.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` naming the parameter.
    """
    try:
        return payable(amount, currency)
    except NotAnAmountError as error:
        raise refused(parameter, str(error)) from None
