from typing import Any

import pytest
from google.api_core import exceptions

from tests.unit.support.analytics import ASTER, CEDAR, Played

SOME = {"metrics": ["sessions"]}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"metrics": ["sessins"]}, "Did you mean sessions? Field sessins is not a valid metric.  "),
        ({"dimensions": ["nope"]}, "Field nope is not a valid dimension. For a list of valid"),
        ({}, "Requests require dimensions and/or metrics"),
        ({"dimensions": ["date"] * 10}, "limited to 9 dimensions. This request contains 10"),
        ({"metrics": ["sessions"] * 11}, "limited to 10 metrics"),
        (
            {"dimensions": ["itemName"], "metrics": ["sessions"]},
            "Please remove sessions to make the request compatible.",
        ),
        ({"metrics": ["itemRevenue", "sessions"]}, "Please remove sessions"),
        ({"metrics": ["advertiserAdCost"]}, "Please add sessionCampaignName"),
        (
            {"dimensions": ["sessionCampaignName", "pagePath"], "metrics": ["advertiserAdCost"]},
            "Please remove pagePath",
        ),
        ({**SOME, "date_ranges": []}, "A dateRange is required."),
        (
            {**SOME, "date_ranges": [{"start_date": "today", "end_date": "today"}] * 5},
            "limited to 4 dateRanges",
        ),
        (
            {**SOME, "date_ranges": [{"start_date": "soon", "end_date": "today"}]},
            "Invalid date soon",
        ),
        (
            {**SOME, "date_ranges": [{"start_date": "today", "end_date": "yesterday"}]},
            "must not be before the startDate",
        ),
        (
            {
                **SOME,
                "date_ranges": [
                    {"start_date": "today", "end_date": "today", "name": "date_range_9"}
                ],
            },
            "is reserved",
        ),
        ({**SOME, "limit": -1}, "limit must be positive"),
        ({**SOME, "offset": -1}, "offset must not be negative"),
        ({**SOME, "currency_code": "ZZZ"}, "Invalid currencyCode ZZZ"),
        (
            {**SOME, "order_bys": [{"metric": {"metric_name": "newUsers"}}]},
            "Field newUsers in orderBys",
        ),
        ({**SOME, "order_bys": [{"desc": True}]}, "An OrderBy requires"),
        (
            {
                **SOME,
                "dimension_filter": {"filter": {"field_name": "sessions", "empty_filter": {}}},
            },
            "Field sessions is not a valid dimension",
        ),
        (
            {**SOME, "dimension_filter": {"filter": {"field_name": "country"}}},
            "requires one filter",
        ),
        ({**SOME, "dimension_filter": {"and_group": {}}}, "at least one expression"),
        (
            {
                **SOME,
                "dimension_filter": {
                    "filter": {
                        "field_name": "country",
                        "string_filter": {"match_type": "FULL_REGEXP", "value": "("},
                    }
                },
            },
            "Invalid regular expression",
        ),
        (
            {
                **SOME,
                "dimension_filter": {
                    "filter": {"field_name": "country", "in_list_filter": {"values": []}}
                },
            },
            "non-empty list",
        ),
    ],
)
def test_what_google_does_not_take(analytics: Played, question: Any, words: str) -> None:
    error = analytics.refusal(**question)

    assert isinstance(error, exceptions.InvalidArgument)
    assert words in error.message


def test_a_wrong_field_is_named(analytics: Played) -> None:
    error = analytics.refusal(
        **SOME, date_ranges=[{"start_date": "2026-02-30", "end_date": "today"}]
    )
    (details,) = error.details

    assert [v.field for v in details.field_violations] == ["dateRanges[0].startDate"]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("practitioner", 4),
        ("manager", 4),
        ("admin", 4),
        ("second-admin", 4),
        ("other-practitioner", 2),
        ("other-manager", 2),
        ("auditor", 0),
        ("outsider", 0),
    ],
)
def test_who_sees_what(analytics: Played, role: str, seen: int) -> None:
    with analytics.admin(role) as admin:
        accounts = list(admin.list_account_summaries(retry=None))

    assert len(accounts) == seen
    if seen:
        assert analytics.answer(CEDAR, role, **SOME).rows
    with pytest.raises(exceptions.PermissionDenied, match="sufficient permissions"):
        analytics.answer(ASTER if role != "practitioner" and seen < 4 else "999", role, **SOME)


def test_a_property_needs_a_number(analytics: Played) -> None:
    with pytest.raises(exceptions.InvalidArgument, match="A numeric Property ID is required"):
        analytics.answer("aster", **SOME)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("sandbox-google-expired-practitioner", "ACCESS_TOKEN_EXPIRED"),
        ("somebody-else", "ACCESS_TOKEN_TYPE_UNSUPPORTED"),
    ],
)
def test_tokens_that_google_does_not_take(analytics: Played, token: str, reason: str) -> None:
    with (
        analytics.data(token=token) as client,
        pytest.raises(exceptions.Unauthenticated) as caught,
    ):
        client.get_metadata(name=f"properties/{ASTER}/metadata", retry=None)

    assert caught.value.reason == reason


def test_an_hours_quota_ends_and_comes_back(analytics: Played) -> None:
    from sandbox.google_analytics.failures import Refusal
    from sandbox.google_analytics.quotas import Quotas

    quotas = Quotas(lambda: analytics.now)
    quotas.spend("1", 14_000, thresholded=False)
    with pytest.raises(Refusal, match="project per hour"):
        quotas.spend("1", 1, thresholded=False)
    quotas.spend("2", 1, thresholded=False)
    analytics.now = analytics.now.replace(hour=(analytics.now.hour + 1) % 24)
    quotas.spend("1", 200_000, thresholded=False)
    with pytest.raises(Refusal, match="per day"):
        quotas.spend("1", 1, thresholded=False)
    for _ in range(120):
        quotas.spend("3", 1, thresholded=True)
    with pytest.raises(Refusal, match="potentially thresholded"):
        quotas.spend("3", 1, thresholded=True)
