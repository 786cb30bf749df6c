"""Money: a `Decimal` in the account's currency. The one place that knows micros."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import WithJsonSchema

Amount = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""An amount in the currency that the answer names; a number on the wire."""

_MICROS: Final = Decimal(1_000_000)
_NO_CENTS: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"}
    | {"PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DIGITS: Final = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_LARGEST_MICROS: Final = 2**63 - 1
"""Google's amounts are 64-bit whole numbers."""


class NotAnAmountError(ValueError):
    """The amount cannot be said in the currency; the message tells why."""


def from_micros(micros: float) -> Decimal:
    """Return the amount for millionths of the currency's unit, exact to a millionth.

    Averages come from Google as fractions of a micro; they are rounded to whole ones first.
    """
    return Decimal(round(micros)) / _MICROS


def to_micros(amount: Decimal) -> int:
    """Return an amount in millionths of the currency's unit.

    Raises
    ------
    NotAnAmountError
        It is not finite, finer than a millionth, or larger than Google's amounts are.
    """
    if not amount.is_finite():
        raise NotAnAmountError("it is not a number")
    micros = amount * _MICROS
    if abs(micros) > _LARGEST_MICROS:
        raise NotAnAmountError("it is too large")
    if micros != micros.to_integral_value():
        raise NotAnAmountError("it is finer than a millionth")
    return int(micros)


def smallest_unit(currency: str) -> Decimal:
    """Return the smallest amount that can be paid in a currency (ISO 4217 minor units)."""
    if currency in _NO_CENTS:
        return Decimal(1)
    return Decimal("0.001") if currency in _THREE_DIGITS else Decimal("0.01")


def payable(amount: Decimal, currency: str) -> Decimal:
    """Return an amount that can be paid in a currency, above zero.

    Raises
    ------
    NotAnAmountError
        It is zero or less, too large, or finer than the currency's smallest unit.
    """
    to_micros(amount)
    if amount <= 0:
        raise NotAnAmountError("it has to be above zero")
    unit = smallest_unit(currency)
    if amount % unit:
        raise NotAnAmountError(f"{currency} has no smaller unit than {unit}")
    return amount
