"""What stands behind changes, as the emulator has it now: budgets, bids that are inherited."""

from dataclasses import replace
from decimal import Decimal

from tests.unit.google.ads.writing.sample_changes import label, some_campaigns
from tests.unit.support.ads_writing import ACCOUNT, Played
from wpp_mcp.google.ads.resources import (
    AD_GROUPS,
    BUDGETS,
    CAMPAIGNS,
    KEYWORDS,
)
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.resources.keywords import inherited_from


def test_switching_a_campaign_brings_its_budget(google: Played) -> None:
    (place,) = some_campaigns(google, 1)
    (thing,) = current(google.ads, CAMPAIGNS, [place], with_budgets=True)
    change = thing.change({"status": "PAUSED"})
    assert change.budget is not None
    assert change.budget.id == thing.values["budgetId"]
    assert thing.change({"name": "Other"}).budget is None


def test_what_stands_behind_changes_is_read_at_once(google: Played) -> None:
    things = current(google.ads, CAMPAIGNS, some_campaigns(google, 3), with_budgets=True)
    paused = [thing.change({"status": "PAUSED"}) for thing in things]
    (budget,) = current(google.ads, BUDGETS, [things[0].values["budgetId"]], with_budgets=True)
    raised = budget.change({"amount": Decimal(77)})
    new = BUDGETS.new(ACCOUNT, "-1", {"name": "New", "amount": Decimal(5), "period": "DAILY"})
    changes = [*paused, raised, new, label("-2", "Label")]
    google.google.calls.clear()
    assert google.reader.behind(changes) == changes
    assert google.counts() == {"google-ads:Search": 1}
    google.google.calls.clear()
    assert google.reader.behind(changes[-2:]) == changes[-2:]
    assert google.counts() == {}


def test_a_campaign_that_has_another_budget_by_now(google: Played) -> None:
    account = google.google.account()
    one, other = some_campaigns(google, 2)
    (thing,) = current(google.ads, CAMPAIGNS, [one], with_budgets=True)
    change = thing.change({"status": "PAUSED"})
    moved, joined = account.campaigns[int(one)], account.campaigns[int(other)]
    moved.budget_id = joined.budget_id
    (now,) = google.reader.behind([change])
    assert now.budget is not None
    assert now.budget.id == str(joined.budget_id)
    assert {moved.name, joined.name} <= set(now.budget.shared_by)
    moved.status = "REMOVED"
    assert google.reader.behind([change])[0].budget is None


def test_a_bid_that_keywords_inherit_is_read_with_them(google: Played) -> None:
    account = google.google.account()
    keyword = next(k for k in account.keywords.values() if not k.negative and k.cpc_bid_micros)
    group = account.ad_groups[keyword.ad_group_id]
    group.cpc_bid_micros = 400_000
    place = f"{keyword.ad_group_id}~{keyword.criterion_id}"
    parent = AD_GROUPS.read(google.ads, [str(group.ad_group_id)])[str(group.ad_group_id)]
    held = inherited_from(parent)
    thing = replace(KEYWORDS.read(google.ads, [place])[place], inherited=held)
    assert thing.change({"cpcBid": Decimal(9)}).inherited is None
    bare = replace(thing, values={**thing.values, "cpcBid": None})
    change = bare.change({"cpcBid": Decimal(9)})
    assert change.inherited == held
    assert bare.change({"status": "PAUSED"}).inherited is None
    google.google.calls.clear()
    assert google.reader.behind([change]) == [change]
    assert google.counts() == {"google-ads:Search": 1}
    group.cpc_bid_micros = 0
    assert google.reader.behind([change])[0].inherited is None


def test_behind_a_removal_is_what_it_stops(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1), with_budgets=True)
    removal = replace(thing.remove(), budget=None)
    idle = replace(removal, before={**removal.before, "status": "PAUSED"})
    assert google.reader.behind([removal])[0].budget == thing.budget
    assert google.reader.behind([idle]) == [idle]
