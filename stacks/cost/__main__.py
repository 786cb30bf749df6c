"""``python -m stacks.cost``: prices the synthesised templates of every environment."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from stacks.cost.inventory import Inventory
from stacks.cost.load import Load
from stacks.cost.report import Bill, bill, comparison, heading, missed, table
from stacks.environments import Egress, Environment, load
from stacks.packages import Packages
from stacks.synthesis import ENVIRONMENTS, assembly_of

_IPV6: Final = {"egress": Egress.IPV6, "nat_gateways": 0}


def inventory(environment: Environment, folder: Path) -> Inventory:
    """Synthesise an environment, and return what is in it."""
    stacks = assembly_of(environment, folder, packages=Packages.stand_ins()).stacks
    return Inventory.of(environment, {one.stack_name: one.template for one in stacks})


def _arguments(given: Sequence[str]) -> Load:
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    usual = Load()
    parser.add_argument("--users", type=int, default=usual.users)
    parser.add_argument("--operations", type=_number, default=usual.operations, help="a day")
    parser.add_argument("--writes", type=_number, default=usual.write_share, help="0 to 1")
    parser.add_argument("--months", type=int, default=usual.months, help="of stored data")
    asked = parser.parse_args(given)
    try:
        return replace(
            usual,
            users=asked.users,
            operations=asked.operations,
            write_share=asked.writes,
            months=asked.months,
        )
    except ValueError as error:
        parser.error(str(error))


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not number.is_finite():
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return number


def _bills(environments: Sequence[Environment], asked: Load) -> list[Bill]:
    with tempfile.TemporaryDirectory() as folder:
        return [bill(inventory(one, Path(folder) / one.name), asked) for one in environments]


def main(given: Sequence[str]) -> int:
    """Print the bills; 1 where a target is missed at the usual load."""
    asked = _arguments(given)
    environments = [load(name) for name in ENVIRONMENTS]
    bills = _bills(environments, asked)
    print(heading(asked), "", *table(bills), *comparison(bills, asked), sep="\n")
    frugal = [one.model_copy(update=_IPV6) for one in environments]
    print("", "with ipv6 egress everywhere, no NAT gateways:", sep="\n")
    print(*table(_bills(frugal, asked)), sep="\n")
    lacking = missed(bills, asked) if asked == Load() else []
    print(*(f"MISSED: {one}" for one in lacking), sep="\n", end="\n" if lacking else "")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
