from decimal import Decimal

from tests.unit.support.budgets import place
from wpp_mcp.models import strict_json
from wpp_mcp.models.changes import Budget, Change, Inherited, ResourceType, Verb, change_of


def test_what_stands_behind_a_change_is_kept_with_it() -> None:
    group = place(ResourceType.AD_GROUP, "7")
    change = Change(
        locator=place(ResourceType.KEYWORD, "7~8", "boots"),
        verb=Verb.UPDATE,
        before={"cpcBid": None},
        after={"cpcBid": Decimal(2)},
        budget=Budget(id="9", amount=Decimal("50.5"), shared_by=("One", "Two")),
        inherited=Inherited(parent=group, values={"cpcBid": Decimal(1)}),
    )
    assert change_of(change.wire()) == change
    stored = strict_json.plain(change.wire())
    assert stored["inherited"] == {"type": "ad_group", "id": "7", "values": {"cpcBid": 1}}
    assert "inherited" not in Change(locator=group, verb=Verb.REMOVE).wire()
