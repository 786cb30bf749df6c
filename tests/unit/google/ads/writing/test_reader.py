"""The reading half on the emulator: live values, checks, spending."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sandbox.faults import FaultKind
from tests.unit.google.ads.writing.sample_changes import budget_change, label, some_campaigns
from tests.unit.google.ads.writing.test_life import everything
from tests.unit.support.ads_writing import ACCOUNT, MUTATE, Played
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
from wpp_mcp.google.writing import WritableReader, WritableWriter
from wpp_mcp.models.changes import CONTENTS, Applied


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


def test_live_names_what_goes_along_with_what_is_removed(google: Played) -> None:
    changes = everything()
    done = google.apply(*changes)
    back = [google.reader.undo(c, a).change for c, a in zip(changes, done, strict=True)]
    campaign, group, keyword, negative = (c for c in back[1:5] if c is not None)
    google.google.calls.clear()
    whole, parts, _ = google.reader.live([campaign, group, keyword])
    assert google.counts() == {"google-ads:Search": 8}
    assert whole is not None
    assert parts is not None
    assert whole[CONTENTS] == [f'Negative keyword "jobs" ({done[5].id})']
    assert parts[CONTENTS] == [
        f'Negative keyword "free" ({negative.locator.id})',
        f'Ad "Boots | Walk far | Dry feet" ({done[6].id})',
    ]


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


def test_what_cannot_be_said_is_refused_item_by_item_too(google: Played) -> None:
    (thing,) = current(google.ads, CAMPAIGNS, some_campaigns(google, 1))
    fixed = replace(thing.change({"name": "Other"}), after={"biddingStrategy": "MANUAL_CPC"})
    fixed = replace(fixed, before={"biddingStrategy": "TARGET_CPA"})
    bad, good = google.reader.validate([fixed, label("-1", "Good")], partial=True)
    assert bad.error is not None
    assert (bad.error["message"], good.done) == ("biddingStrategy cannot be changed", True)
    assert [one.done for one in google.reader.validate([fixed], partial=True)] == [False]
    assert google.counts()[f"{MUTATE}.validate"] == 1


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
