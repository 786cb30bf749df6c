"""The change history of the played Google Ads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.ads.googleads.errors import GoogleAdsException

from sandbox.clock import SandboxClock
from sandbox.world_controls import GoogleAdsPage, UnknownThingError
from tests.unit.support.emulated_writes import (
    DE,
    MANAGER_ACCOUNT,
    NOW,
    US,
    Writable,
    create,
    errors_of,
    name,
    remove,
    update,
)

BUDGET = name("campaignBudgets", 1000002)
RUNNING = name("campaigns", 1000003)
MOMENT = "change_event.change_date_time"
DAYS = f"{MOMENT} >= '2026-11-20' AND {MOMENT} <= '2026-11-23'"
EVENTS = (
    f"SELECT {MOMENT}, change_event.change_resource_type, change_event.change_resource_name, "
    "change_event.resource_change_operation, change_event.changed_fields, change_event.campaign, "
    "change_event.ad_group, change_event.user_email, change_event.client_type FROM change_event "
)


@pytest.fixture
def page(ads: Writable) -> GoogleAdsPage:
    return GoogleAdsPage(ads.world, Now(ads))


class Now(SandboxClock):
    """The emulator's time."""

    def __init__(self, ads: Writable) -> None:
        super().__init__()
        self._ads = ads

    def __call__(self) -> datetime:
        return self._ads.now


def events(ads: Writable, where: str = DAYS) -> list[Any]:
    return [row.change_event for row in ads.rows(f"{EVENTS} WHERE {where} LIMIT 100")]


def word(event: Any, field: str) -> str:
    enum = event.DESCRIPTOR.fields_by_name[field].enum_type
    return str(enum.values_by_number[getattr(event, field)].name)


def test_what_was_written_shows_after_three_minutes(ads: Writable) -> None:
    (_, ad_group, _) = ads.names(
        update("campaign_budget", BUDGET, amount_micros=70_000_000),
        create("ad_group", campaign=RUNNING, name="Group"),
        remove("campaign_criterion", name("campaignCriteria", 1000003, 1000083)),
    )
    ads.mutate(create("label", name="Not in the history"))
    ads.mutate(update("campaign_budget", BUDGET, amount_micros=80_000_000), validate_only=True)
    ads.now += timedelta(minutes=2, seconds=59)
    assert events(ads) == []
    ads.now += timedelta(seconds=1)
    first, second, third = events(ads)

    assert first.change_date_time == "2026-11-21 10:30:00.000000"
    assert word(first, "change_resource_type") == "CAMPAIGN_BUDGET"
    assert word(first, "resource_change_operation") == "UPDATE"
    assert word(first, "client_type") == "GOOGLE_ADS_API"
    assert (first.change_resource_name, first.campaign) == (BUDGET, "")
    assert list(first.changed_fields.paths) == ["amount_micros"]
    assert first.user_email == "practitioner@north.example"
    assert word(second, "resource_change_operation") == "CREATE"
    assert (second.change_resource_name, second.ad_group) == (ad_group, ad_group)
    assert list(second.changed_fields.paths) == ["name", "campaign"]
    assert word(third, "resource_change_operation") == "REMOVE"
    assert (word(third, "change_resource_type"), third.campaign) == ("CAMPAIGN_CRITERION", RUNNING)
    assert len({e.resource_name for e in (first, second, third)}) == 3


def test_who_changed_it_and_in_which_days(ads: Writable, page: GoogleAdsPage) -> None:
    page.change_budget(US, "1000002", {"amount_micros": 60_000_000})
    ads.now += timedelta(days=1)
    ads.mutate(update("campaign_budget", BUDGET, amount_micros=70_000_000))
    ads.now += timedelta(minutes=5)
    people = [(e.user_email, word(e, "client_type")) for e in events(ads)]
    assert people == [
        ("marketing@aster.example", "GOOGLE_ADS_WEB_CLIENT"),
        ("practitioner@north.example", "GOOGLE_ADS_API"),
    ]
    assert len(events(ads, f"{MOMENT} DURING YESTERDAY")) == 1
    assert len(events(ads, f"{MOMENT} DURING LAST_7_DAYS")) == 1
    assert len(events(ads, f"{MOMENT} DURING TODAY")) == 1
    by_web = f"{DAYS} AND change_event.client_type != 'GOOGLE_ADS_API'"
    assert [e.user_email for e in events(ads, by_web)] == ["marketing@aster.example"]


@pytest.mark.parametrize(
    ("rest", "code"),
    [
        (f"WHERE {DAYS}", "LIMIT_NOT_SPECIFIED"),
        (f"WHERE {DAYS} LIMIT 10001", "INVALID_LIMIT_CLAUSE"),
        ("LIMIT 10", "CHANGE_DATE_RANGE_INFINITE"),
        (f"WHERE {MOMENT} >= '2026-11-20' LIMIT 10", "CHANGE_DATE_RANGE_INFINITE"),
        (f"WHERE {MOMENT} <= '2026-11-20' LIMIT 10", "CHANGE_DATE_RANGE_INFINITE"),
        (
            f"WHERE {MOMENT} BETWEEN '2026-10-21' AND '2026-11-21' LIMIT 10",
            "START_DATE_TOO_OLD",
        ),
        (
            f"WHERE {MOMENT} >= '2026-11-21' AND {MOMENT} <= '2026-11-20' LIMIT 10",
            "CHANGE_DATE_RANGE_NEGATIVE",
        ),
    ],
)
def test_queries_that_google_does_not_take(ads: Writable, rest: str, code: str) -> None:
    with pytest.raises(GoogleAdsException) as caught:
        ads.rows(f"{EVENTS} {rest}")
    assert errors_of(caught.value) == [(f"change_event_error.{code}", "")]


def test_the_page_changes_amounts_and_campaigns(ads: Writable, page: GoogleAdsPage) -> None:
    changed = page.change_budget(DE, "2000090", {"amount_micros": 5_000_000})
    assert changed["total_amount_micros"] == 5_000_000
    assert ads.account(DE).budgets[2000090].total_amount_micros == 5_000_000
    answer = page.change_campaign(US, "1000003", {"status": "PAUSED", "name": "Held back"})
    assert answer == {"id": 1000003, "status": "PAUSED", "name": "Held back"}
    assert page.change_campaign(US, "1000003", {"status": "REMOVED"})["status"] == "REMOVED"
    assert [one.client for one in ads.world.mutates] == ["GOOGLE_ADS_WEB_CLIENT"] * 3
    assert ads.calls.snapshot() == {}


@pytest.mark.parametrize(
    ("customer", "budget"),
    [("9999999999", "1000002"), (US, "1"), (US, "x"), (US, "\u0661"), (MANAGER_ACCOUNT, "1000002")],
)
def test_the_page_knows_what_there_is(page: GoogleAdsPage, customer: str, budget: str) -> None:
    with pytest.raises(UnknownThingError):
        page.change_budget(customer, budget, {"amount_micros": 10_000_000})
    with pytest.raises(UnknownThingError):
        page.change_campaign(customer, budget, {"status": "PAUSED"})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"amount_micros": "5"},
        {"amount_micros": True},
        {"amount_micros": 1 << 63},
        {"amount_micros": 10_000_000, "name": "x"},
        {"amount_micros": 0},
        {"amount_micros": 5},
    ],
)
def test_amounts_that_the_page_does_not_take(page: GoogleAdsPage, body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"send|Google refuses"):
        page.change_budget(US, "1000002", body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "ON"},
        {"status": None},
        {"name": 5},
        {"name": None},
        {"name": ""},
        {"budget": 5},
        {"status": "REMOVED", "name": "x"},
        {"name": "generic BOOTS | Search 002"},
    ],
)
def test_campaigns_that_the_page_does_not_take(
    ads: Writable, page: GoogleAdsPage, body: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"send|status is|removed gets|Google refuses"):
        page.change_campaign(US, "1000003", body)
    assert ads.account().changes == ()


def test_moments_are_aware_and_in_order(ads: Writable, page: GoogleAdsPage) -> None:
    page.change_campaign(US, "1000003", {"status": "PAUSED"})
    (change,) = ads.account().changes
    assert change.at == NOW
    assert change.at.tzinfo is UTC
