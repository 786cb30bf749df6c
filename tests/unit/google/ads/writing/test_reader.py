"""The reading half on the emulator: live values, checks, settling, spending."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.faults import FaultKind
from tests.unit.google.ads.writing.test_life import AD, everything
from tests.unit.google.ads.writing.test_writer import budget_change, label
from tests.unit.support.ads_writing import ACCOUNT, MUTATE, Played
from tests.unit.support.emulated_writes import NOW
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.resources import (
    AD_GROUPS,
    ADS,
    BUDGETS,
    CAMPAIGN_LABELS,
    CAMPAIGN_NEGATIVES,
    CAMPAIGNS,
    KEYWORDS,
    LABELS,
    adapter_of,
)
from wpp_mcp.google.ads.resources.current import current
from wpp_mcp.google.ads.resources.keywords import inherited_from
from wpp_mcp.google.ads.settling import NOT_DONE
from wpp_mcp.google.writing import OutcomeUnknownError, WritableReader, WritableWriter
from wpp_mcp.models.changes import Applied, Change

SINCE, UNTIL = NOW - timedelta(seconds=5), NOW + timedelta(seconds=25)
LATER = NOW + timedelta(minutes=30)


def some_campaigns(google: Played, count: int = 3) -> list[str]:
    there = google.google.account().campaigns.values()
    return [str(c.campaign_id) for c in there if c.status == "ENABLED"][:count]


def test_the_halves_are_what_operations_expects(google: Played) -> None:
    reader: WritableReader = google.reader
    writer: WritableWriter = google.writer
    assert reader.live([]) == []
    assert writer is not reader


# Live values


def test_live_asks_once_for_each_kind(google: Played) -> None:
    paused = [
        thing.change({"status": "PAUSED"})
        for thing in current(google.ads, CAMPAIGNS, some_campaigns(google, 3))
    ]
    budget = budget_change(google)
    google.google.calls.clear()
    live = google.reader.live([paused[0], budget, *paused[1:], label("-1", "Not there")])
    assert live == [{"status": "ENABLED"}, budget.before, *[{"status": "ENABLED"}] * 2, None]
    assert google.counts() == {"google-ads:Search": 3}


def test_live_sees_what_changed_since(google: Played) -> None:
    change = budget_change(google, "75")
    google.apply(budget_change(google, "60"))
    assert google.reader.live([change]) == [{"period": "DAILY", "amount": Decimal(60)}]


def test_what_was_removed_is_not_there(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1))
    change = thing.change({"name": "Other"})
    google.apply(thing.remove())
    assert google.reader.live([change]) == [None]


def test_live_finds_what_is_to_be_created(google: Played) -> None:
    changes = everything()
    assert google.reader.live(changes) == [None] * 9
    google.apply(*changes)
    for index in (0, 1, 7):
        there = google.reader.live([changes[index]])[0]
        assert there is not None
        assert there["name"] == changes[index].after["name"]


def test_a_keyword_is_the_same_in_any_case(google: Played) -> None:
    group = next(iter(google.google.account().ad_groups))
    after = {"adGroupId": str(group), "text": "mars boots", "matchType": "EXACT"}
    change = KEYWORDS.new(ACCOUNT, "-1", after)
    google.apply(change)
    assert google.reader.live([change]) == [after]
    shouted = KEYWORDS.new(ACCOUNT, "-2", after | {"text": "Mars BOOTS"})
    assert google.reader.live([shouted]) == [after]
    other = KEYWORDS.new(ACCOUNT, "-2", after | {"matchType": "PHRASE"})
    assert google.reader.live([other]) == [None]


# Asking Google


def test_a_check_changes_nothing(google: Played) -> None:
    before = google.google.account().last_id
    assert google.reader.validate(everything(), partial=False) == [Applied()] * 9
    assert google.counts() == {f"{MUTATE}.validate": 1}
    assert (google.google.account().last_id, google.google.world.mutates) == (before, [])


def test_a_check_raises_the_refusal_or_tells_it_item_by_item(google: Played) -> None:
    items = [label("-1", "Good"), label("-2", "x" * 81)]
    with pytest.raises(WppError) as caught:
        google.reader.validate(items, partial=False)
    assert caught.value.code is ErrorCode.GOOGLE_INVALID_REQUEST
    assert caught.value.details["items"][0]["item"] == 1
    good, bad = google.reader.validate(items, partial=True)
    assert (good.done, bad.done) == (True, False)
    assert google.google.world.mutates == []


def test_a_check_is_a_read_and_tried_again(google: Played) -> None:
    google.google.faults.arm(MUTATE, FaultKind.UNAVAILABLE)
    assert google.reader.validate([label("-1", "Good")], partial=False) == [Applied()]


def test_a_check_without_the_flag_does_not_leave(
    google: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wpp_mcp.google.ads import writable
    from wpp_mcp.google.read_only import ReadOnlyChannelError

    build: Callable[..., Any] = writable.request_of

    def wrong(*args: Any, **how: Any) -> Any:
        return build(*args, **how | {"validate_only": False})

    monkeypatch.setattr(writable, "request_of", wrong)
    with pytest.raises(ReadOnlyChannelError):
        google.reader.validate([label("-1", "Good")], partial=False)
    assert google.counts() == {}


# Settling


def lost(google: Played, changes: list[Change], kind: FaultKind) -> None:
    google.google.faults.arm(MUTATE, kind)
    google.seconds = 3.2
    with pytest.raises(OutcomeUnknownError):
        google.apply(*changes)
    google.seconds = 25


def settled(google: Played, changes: list[Change], now: datetime = LATER) -> list[Any]:
    google.google.now = now
    return google.reader.settled(changes, SINCE, UNTIL)


def test_an_update_that_was_done_is_seen(google: Played) -> None:
    change = budget_change(google)
    lost(google, [change], FaultKind.TIMEOUT_AFTER_APPLY)
    assert settled(google, [change]) == [Applied(id=change.locator.id)]


def test_an_update_that_was_not_done_is_seen_once_its_time_is_over(google: Played) -> None:
    change = budget_change(google)
    lost(google, [change], FaultKind.UNAVAILABLE)
    assert settled(google, [change], NOW) == [None]
    assert settled(google, [change]) == [NOT_DONE]


def test_a_value_that_is_neither_does_not_tell(google: Played) -> None:
    change = budget_change(google)
    google.apply(budget_change(google, "61"))
    assert settled(google, [change]) == [None]


def test_an_update_of_what_was_removed_does_not_tell(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1))
    google.apply(thing.remove())
    assert settled(google, [thing.change({"name": "Other"})]) == [None]


def test_a_removal_is_seen_either_way(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1))
    assert settled(google, [thing.remove()]) == [NOT_DONE]
    google.apply(thing.remove())
    assert settled(google, [thing.remove()]) == [Applied(id=thing.locator.id)]


def test_everything_that_was_created_is_found_again(google: Played) -> None:
    changes = everything()
    lost(google, changes, FaultKind.TIMEOUT_AFTER_APPLY)
    found = settled(google, changes)
    assert [a is not None and a.done for a in found] == [True] * 9
    for change, applied in zip(changes, found, strict=True):
        name = change.after.get("name") or change.after.get("text")
        there = google.values(change, applied.id)
        assert name in {None, there.get("name"), there.get("text")}


def test_what_was_not_created_is_seen_after_the_history_has_caught_up(google: Played) -> None:
    changes = everything()
    soon = UNTIL + timedelta(minutes=4)
    assert settled(google, changes, soon) == [None] * 9
    seen = settled(google, changes)
    # The change history has no labels.
    expected = [NOT_DONE] * 7 + [None, None]
    assert seen == expected


def an_ad(google: Played) -> Change:
    group = next(iter(google.google.account().ad_groups))
    return ADS.new(ACCOUNT, "-1", AD | {"adGroupId": str(group)})


def test_of_two_alike_the_change_history_tells_ours(google: Played) -> None:
    change = an_ad(google)
    google.google.now = NOW - timedelta(hours=1)
    google.apply(change)
    google.google.now = NOW
    lost(google, [change], FaultKind.TIMEOUT_AFTER_APPLY)
    newest = f"{change.after['adGroupId']}~{google.google.account().last_id}"
    assert settled(google, [change]) == [Applied(id=newest)]


def test_of_two_alike_within_the_time_it_does_not_tell(google: Played) -> None:
    change = an_ad(google)
    google.apply(change)
    google.apply(change)
    assert settled(google, [change]) == [None]


def test_a_time_zone_that_is_not_known_does_not_tell(google: Played) -> None:
    google.google.account().time_zone = "Mars/Olympus"
    from wpp_mcp.google.ads.settling import _moment

    assert _moment("2026-11-21 10:00:00", "Mars/Olympus") is None
    assert _moment("2026-11-21 10:00:00", "America/New_York") == datetime(
        2026, 11, 21, 15, tzinfo=UTC
    )


# Spending

DAYS = (date(2026, 11, 1), date(2026, 11, 20))


def test_spending_is_the_campaigns_own(google: Played) -> None:
    (first, second) = current(google.ads, CAMPAIGNS, some_campaigns(google, 2))
    one = google.reader.spending([first.change({"status": "PAUSED"})], *DAYS)
    two = google.reader.spending([second.change({"status": "PAUSED"})], *DAYS)
    both = google.reader.spending([first.remove(), second.remove(), first.remove()], *DAYS)
    assert one["cost"] > 0
    assert both["cost"] == one["cost"] + two["cost"]
    assert both["clicks"] == one["clicks"] + two["clicks"]
    assert (both["currency"], both["days"]) == ("USD", 20)
    assert both["campaigns"] == [*one["campaigns"], *two["campaigns"]]
    assert one["campaigns"][0]["campaignId"] == first.locator.id


def test_spending_finds_the_campaigns_behind_each_kind(google: Played) -> None:
    account = google.google.account()
    group = next(iter(account.ad_groups.values()))
    campaign = str(group.campaign_id)
    keyword = next(k for k in account.keywords.values() if k.ad_group_id == group.ad_group_id)
    parent = str(group.ad_group_id)
    budget = str(account.campaigns[group.campaign_id].budget_id)
    direct = current(google.ads, CAMPAIGNS, [campaign])[0].remove()
    changes = [
        current(google.ads, BUDGETS, [budget])[0].change({"amount": Decimal(1)}),
        current(google.ads, AD_GROUPS, [parent])[0].change({"cpcBid": Decimal(1)}),
        current(google.ads, KEYWORDS, [f"{parent}~{keyword.criterion_id}"])[0].remove(),
        CAMPAIGN_NEGATIVES.new(
            ACCOUNT, "-1", {"campaignId": campaign, "text": "x", "matchType": "EXACT"}
        ),
        ADS.new(ACCOUNT, "-1", {"adGroupId": parent}),
    ]
    expected = google.reader.spending([direct], *DAYS)
    assert expected["cost"] > 0
    for change in changes:
        assert google.reader.spending([change], *DAYS) == expected, adapter_of(change)


def test_labels_and_what_is_not_there_yet_spend_nothing(google: Played) -> None:
    new = everything()
    assert google.reader.spending([new[7], new[8], new[1], new[2]], *DAYS) == {}
    on = CAMPAIGN_LABELS.new(ACCOUNT, "-1", {"campaignId": "1", "labelId": "2"})
    assert google.reader.spending([on, LABELS.new(ACCOUNT, "-2", {"name": "x"})], *DAYS) == {}


# What is known of a thing


def test_a_shared_budget_names_all_its_campaigns(google: Played) -> None:
    account = google.google.account()
    shared = next(b for b in account.budgets.values() if b.explicitly_shared)
    (thing,) = current(google.ads, BUDGETS, [str(shared.budget_id)], with_budgets=True)
    names = [
        c.name
        for c in account.campaigns.values()
        if c.budget_id == shared.budget_id and c.status != "REMOVED"
    ]
    assert len(names) > 1
    change = thing.change({"amount": Decimal(444)})
    assert change.budget is not None
    assert sorted(change.budget.shared_by) == sorted(names)
    assert change.budget.amount == 444
    undo = google.reader.undo(change, Applied(id=change.locator.id)).change
    assert undo is not None
    assert undo.budget == replace(change.budget, amount=thing.values["amount"])


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


def test_a_total_budget_is_changed_where_google_keeps_it(google: Played) -> None:
    budget = next(b for b in google.google.account().budgets.values() if not b.explicitly_shared)
    budget.period, budget.amount_micros, budget.total_amount_micros = "CUSTOM_PERIOD", 0, 9_000_000
    (thing,) = current(google.ads, BUDGETS, [str(budget.budget_id)], with_budgets=True)
    assert thing.values["amount"] == 9
    change = thing.change({"amount": Decimal(12)})
    assert change.budget is not None
    assert change.budget.total
    google.apply(change)
    now = google.google.account().budgets[budget.budget_id]
    assert (now.amount_micros, now.total_amount_micros) == (0, 12_000_000)


def test_what_is_not_there_or_removed_cannot_be_changed(google: Played) -> None:
    with pytest.raises(WppError, match="campaignId: there is no campaign 99") as caught:
        current(google.ads, CAMPAIGNS, ["99"])
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    removed = next(c for c in google.google.account().campaigns.values() if c.status == "REMOVED")
    with pytest.raises(WppError, match="was removed, which is final"):
        current(google.ads, CAMPAIGNS, [str(removed.campaign_id)])


def test_a_change_to_what_is_so_already_is_none(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1))
    with pytest.raises(WppError, match="is already at status ENABLED"):
        thing.change({"status": "ENABLED", "name": thing.values["name"]})
    assert thing.change({"status": "PAUSED", "name": thing.values["name"]}).fields == ("status",)


def test_a_keyword_in_other_letters_is_found(google: Played) -> None:
    """Google's conditions mind the case of texts, its keywords do not."""
    group = next(iter(google.google.account().ad_groups))
    for adapter, parent, place in (
        (KEYWORDS, "adGroupId", group),
        (CAMPAIGN_NEGATIVES, "campaignId", some_campaigns(google, 1)[0]),
    ):
        after = {parent: str(place), "text": "mars boots", "matchType": "EXACT"}
        google.apply(adapter.new(ACCOUNT, "-1", after))
        other = adapter.new(ACCOUNT, "-2", after | {"text": "Mars BOOTS"})
        assert google.reader.live([other]) == [after]


def test_a_hostile_name_is_shown_as_what_can_be_seen(google: Played) -> None:
    (place,) = some_campaigns(google, 1)
    google.google.account().campaigns[int(place)].name = "Buy\u202e\u200b\nnow" + "x" * 500
    (thing,) = current(google.ads, CAMPAIGNS, [place])
    assert thing.called.startswith('Campaign "Buy now')
    assert thing.called.endswith(f'x… [cut]" ({place})')
    assert len(thing.called) < 150
