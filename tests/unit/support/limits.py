"""What the limits find wrong with changes."""

from decimal import Decimal
from typing import Any

from wpp_mcp.models.changes import Change
from wpp_mcp.models.write_rules import WriteRules
from wpp_mcp.operations.breaches import Breach, LimitKind
from wpp_mcp.operations.limits import check
from wpp_mcp.operations.money import effects

RULES = WriteRules()


def found(
    *changes: Change,
    first: Any = None,
    risen: Any = 0,
    user: Any = 0,
    rules: WriteRules = RULES,
    currency: str | None = "EUR",
    full: frozenset[str] = frozenset(),
) -> list[Breach]:
    """The breaches; ``first`` is the first value of the first change's money."""
    values = {}
    if first is not None:
        values[effects(changes[:1], currency)[0].key] = Decimal(first)
    return check(changes, currency, rules, values, Decimal(risen), Decimal(user), full=full)


def kinds(*changes: Change, **how: Any) -> list[LimitKind]:
    return [breach.kind for breach in found(*changes, **how)]
