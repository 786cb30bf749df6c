"""The bill of what is synthesised stays below its targets."""

from stacks.cost.inventory import Inventory
from stacks.cost.load import Load
from stacks.cost.report import bill, comparison, missed, table
from tests.infrastructure.conftest import Synthesised


def test_every_environment_is_below_its_target(assemblies: dict[str, Synthesised]) -> None:
    asked = Load()
    bills = [
        bill(Inventory.of(one.environment, {n: s.template for n, s in one.stacks.items()}), asked)
        for one in assemblies.values()
    ]
    print("", *table(bills), *comparison(bills, asked), sep="\n")
    assert missed(bills, asked) == []
