"""The bill of an environment, and the table that ``make cost`` prints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from stacks.cost.fixed import Line, fixed_lines
from stacks.cost.inventory import Inventory
from stacks.cost.load import SHARES, Load, Use
from stacks.cost.prices import AS_OF, CURRENCY, REGION
from stacks.cost.usage import usage_lines

TARGETS: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"dev": Decimal(25), "staging": Decimal(90), "prod": Decimal(250)}
)
"""Below which each environment has to stay, in US dollars a month."""

PER_USER: Final = Decimal("0.25")
"""What one user may cost in prod, in US dollars a month."""

GUIDE: Final[Mapping[str, Decimal]] = MappingProxyType(
    {"dev": Decimal(120), "staging": Decimal(180), "prod": Decimal(350)}
)
"""The deployment guide's optimised figures: together $650."""

GUIDE_UNOPTIMISED: Final = Decimal(900)
"""The deployment guide's figure for all three, before it optimises."""

_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bill:
    """What one environment costs a month, line by line."""

    environment: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        """US dollars."""
        return sum((line.amount for line in self.lines), Decimal(0))

    def of(self, service: str) -> Decimal:
        """Return the US dollars of one service."""
        return sum((line.amount for line in self.lines if line.service == service), Decimal(0))

    @property
    def services(self) -> set[str]:
        """Every service that costs something."""
        return {line.service for line in self.lines if line.amount}


def bill(inventory: Inventory, load: Load) -> Bill:
    """Price an environment's templates for its share of a load."""
    name = inventory.environment.name
    use = Use(load, SHARES[name])
    return Bill(name, (*fixed_lines(inventory), *usage_lines(inventory, use)))


def dollars(amount: Decimal) -> str:
    """Return an amount, rounded to cents."""
    return f"{amount.quantize(_CENT):,}"


def table(bills: Sequence[Bill]) -> list[str]:
    """Return bills side by side, the dearest service first."""
    services = set().union(*(one.services for one in bills))
    ordered = sorted(services, key=lambda s: (-sum(one.of(s) for one in bills), s))
    heading = _row("", [one.environment for one in bills])
    rows = [_row(service, [dollars(one.of(service)) for one in bills]) for service in ordered]
    return [heading, *rows, _row("total", [dollars(one.total) for one in bills])]


def comparison(bills: Iterable[Bill], load: Load) -> list[str]:
    """Return how bills stand against the targets and the guide's figures."""
    known = {one.environment: one.total for one in bills}
    rows = [
        _row("target, below", [dollars(TARGETS[name]) for name in known]),
        _row("the guide, optimised", [dollars(GUIDE[name]) for name in known]),
    ]
    each = known["prod"] / load.users
    total, guide = sum(known.values(), Decimal(0)), sum(GUIDE.values(), Decimal(0))
    theirs = f"the guide: {dollars(GUIDE_UNOPTIMISED)}, optimised {dollars(guide)}"
    return [
        *rows,
        "",
        f"a user of prod: {dollars(each)} (target {dollars(PER_USER)})",
        f"all three: {dollars(total)}; {theirs}",
    ]


def missed(bills: Iterable[Bill], load: Load) -> list[str]:
    """Return the targets that are not met, in words."""
    found = [
        f"{one.environment} costs {dollars(one.total)}, its target is below {dollars(target)}"
        for one in bills
        if one.total >= (target := TARGETS[one.environment])
    ]
    found += [
        f"a user of prod costs {dollars(one.total / load.users)}, above {dollars(PER_USER)}"
        for one in bills
        if one.environment == "prod" and one.total / load.users > PER_USER
    ]
    return found


def heading(load: Load) -> str:
    """Return what is priced."""
    return (
        f"{CURRENCY} a month, {REGION}, prices of {AS_OF}; {load.users:,} users,"
        f" {load.operations} operations a day each, {load.write_share:.0%} writes,"
        f" after {load.months} months"
    )


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:24}" + "".join(f"{cell:>12}" for cell in cells)
