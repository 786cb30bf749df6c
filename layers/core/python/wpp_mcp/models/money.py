"""Money: a `Decimal` in the account's currency. The one place that knows micros."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import WithJsonSchema

Amount = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""An amount in the currency that the answer names; a number on the wire."""

_MICROS: Final = Decimal(1_000_000)


def from_micros(micros: float) -> Decimal:
    """Return the amount for millionths of the currency's unit, exact to a millionth.

    Averages come from Google as fractions of a micro; they are rounded to whole ones first.
    """
    return Decimal(round(micros)) / _MICROS
