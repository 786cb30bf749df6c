"""``python -m stacks.cost``: prices the synthesised templates of every environment."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from stacks.cost.choices import rows
from stacks.cost.inventory import Inventory
from stacks.cost.load import Load
from stacks.cost.report import Bill, bill, comparison, heading, missed, table
from stacks.environments import Egress, Environment, load
from stacks.packages import Packages
from stacks.synthesis import ENVIRONMENTS, assembled

_IPV6: Final = {"egress": Egress.IPV6, "nat_gateways": 0}


def inventory(environment: Environment, folder: Path) -> Inventory:
    """Synthesise an environment, and return what is in it."""
    stacks = assembled(environment, folder, packages=Packages.stand_ins()).stacks
    return Inventory.of(environment, {one.stack_name: one.template for one in stacks})


def _arguments(given: Sequence[str]) -> tuple[Load, str | None]:
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    usual = Load()
    parser.add_argument("--users", type=int, default=usual.users)
    parser.add_argument("--operations", type=_number, default=usual.operations, help="a day")
    parser.add_argument("--writes", type=_number, default=usual.write_share, help="0 to 1")
    parser.add_argument("--months", type=int, default=usual.months, help="of stored data")
    parser.add_argument("--choices", choices=ENVIRONMENTS, help="what choosing otherwise costs")
    asked = parser.parse_args(given)
    try:
        priced = replace(
            usual,
            users=asked.users,
            operations=asked.operations,
            write_share=asked.writes,
            months=asked.months,
        )
    except ValueError as error:
        parser.error(str(error))
    return priced, asked.choices


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not number.is_finite():
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return number


def _bill(environment: Environment, asked: Load) -> Bill:
    with tempfile.TemporaryDirectory() as folder:
        return bill(inventory(environment, Path(folder)), asked)


def main(given: Sequence[str]) -> int:
    """Print the bills; 1 where a target is missed at the usual load."""
    asked, chosen = _arguments(given)
    print(heading(asked), "", sep="\n", flush=True)
    if chosen is not None:
        print(*rows(load(chosen), lambda one: _bill(one, asked)), sep="\n")
        return 0
    environments = [load(name) for name in ENVIRONMENTS]
    bills = [_bill(one, asked) for one in environments]
    print(*table(bills), *comparison(bills, asked), sep="\n", flush=True)
    frugal = [_bill(one.model_copy(update=_IPV6), asked) for one in environments]
    print("", "with IPv6 egress everywhere, and no NAT gateway:", *table(frugal), sep="\n")
    lacking = missed(bills, asked) if asked == Load() else []
    for one in lacking:
        print(f"MISSED: {one}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
