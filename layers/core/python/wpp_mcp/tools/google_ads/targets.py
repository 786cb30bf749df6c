"""Targets of automatic bidding that are no amounts."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from wpp_mcp.tools.inputs import a_number

TargetRoas = Annotated[
    Decimal,
    BeforeValidator(a_number),
    Field(ge=Decimal("0.01"), le=1000, decimal_places=4),
    WithJsonSchema({"type": "number", "minimum": 0.01, "maximum": 1000, "examples": [3.5]}),
]
"""Conversion value for each unit of money: 3.5 is 350 %."""
