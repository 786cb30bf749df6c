"""Changes to what the emulator's account has, as tools plan them."""

from decimal import Decimal

from tests.unit.support.ads_writing import ACCOUNT, Played
from wpp_mcp.google.ads.resources import BUDGETS, LABELS
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.models.changes import Change


def budget_change(google: Played, amount: str = "75") -> Change:
    budget = next(b for b in google.google.account().budgets.values() if not b.explicitly_shared)
    (thing,) = current(google.ads, BUDGETS, [str(budget.budget_id)], with_budgets=True)
    return thing.change({"amount": Decimal(amount)})


def label(temporary: str, name: str) -> Change:
    return LABELS.new(ACCOUNT, temporary, {"name": name})


def some_campaigns(google: Played, count: int = 3) -> list[str]:
    there = google.google.account().campaigns.values()
    return [str(c.campaign_id) for c in there if c.status == "ENABLED"][:count]
