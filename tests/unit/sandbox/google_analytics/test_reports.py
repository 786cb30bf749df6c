"""Reports of the played Analytics: what they count, filter, order, convert and sample."""

from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.google_analytics.compatibility import fits
from sandbox.google_analytics.dimensions import DIMENSIONS
from sandbox.google_analytics.metrics import METRICS
from sandbox.world import day_totals
from tests.unit.support.analytics import ASTER, BIRCH, DUNE, OCTOBER, Played

SOURCE = "sessionSourceMedium"


def exactly(name: str, value: str) -> dict[str, Any]:
    return {"filter": {"field_name": name, "string_filter": {"value": value}}}


def ads_of(played: Played, client: str) -> dict[str, tuple[int, float]]:
    """Clicks and conversions of October by campaign, straight from the ads."""
    found: dict[str, tuple[int, float]] = {}
    for account in played.world.client_accounts:
        for campaign in account.campaigns.values() if account.client == client else ():
            days = [
                day_totals(campaign, (date(2026, 10, 1) + timedelta(n)).toordinal())
                for n in range(31)
            ]
            if any(day.impressions for day in days):
                clicks = sum(day.clicks for day in days)
                found[campaign.name] = (clicks, sum(day.conversions for day in days) / 100)
    return found


@pytest.mark.parametrize(("number", "client"), [(ASTER, "aster"), (BIRCH, "birch"), (DUNE, "dune")])
def test_clicks_of_ads_are_cpc_sessions_and_conversions_are_key_events(
    analytics: Played, number: str, client: str
) -> None:
    rows = analytics.rows(
        number,
        dimensions=["sessionCampaignName"],
        metrics=["sessions", "keyEvents"],
        dimension_filter=exactly(SOURCE, "google / cpc"),
        keep_empty_rows=True,
    )

    ads = ads_of(analytics, client)
    assert {name for (name,) in rows} == set(ads)
    assert sum(s for s, _ in rows.values()) / sum(c for c, _ in ads.values()) == pytest.approx(
        0.9, abs=0.02
    )
    for (name,), (sessions, key_events) in rows.items():
        clicks, conversions = ads[name]
        assert 0.84 * clicks - 31 <= sessions <= 0.96 * clicks + 31
        assert key_events == pytest.approx(conversions)


@pytest.mark.parametrize("name", sorted(DIMENSIONS))
def test_every_dimension_is_evaluated_and_its_rows_add_up(analytics: Played, name: str) -> None:
    metric = "itemsViewed" if DIMENSIONS[name].split == "item" else "screenPageViews"
    answer = analytics.answer(dimensions=[name], metrics=[metric], metric_aggregations=["TOTAL"])

    values = [row.dimension_values[0].value for row in answer.rows]
    assert all(values)
    assert len(set(values)) == len(values) == answer.row_count
    counts = [int(row.metric_values[0].value) for row in answer.rows]
    assert sum(counts) == int(answer.totals[0].metric_values[0].value) > 0


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_metric_is_evaluated(analytics: Played, name: str) -> None:
    needs = [] if fits([], [name]) else ["sessionCampaignName"]
    answer = analytics.answer(dimensions=needs, metrics=[name])

    assert answer.metric_headers[0].type_.name == METRICS[name].kind
    assert max(float(row.metric_values[0].value) for row in answer.rows) > 0


def test_the_catalogue_is_large_enough() -> None:
    assert len(DIMENSIONS) >= 25
    assert len(METRICS) >= 25


COUNTRIES = {"United States", "United Kingdom", "Germany", "France"}
FRANCE_BERLIN = [exactly("country", "France"), exactly("city", "Berlin")]


def country(match_type: str, value: str, **more: bool) -> dict[str, Any]:
    told = {"match_type": match_type, "value": value, **more}
    return {"filter": {"field_name": "country", "string_filter": told}}


def one_of(*ids: str, **more: bool) -> dict[str, Any]:
    listed = {"values": list(ids), **more}
    return {"filter": {"field_name": "countryId", "in_list_filter": listed}}


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ({}, COUNTRIES),
        (exactly("country", "germany"), {"Germany"}),
        ({"not_expression": exactly("country", "Germany")}, COUNTRIES - {"Germany"}),
        ({"or_group": {"expressions": FRANCE_BERLIN}}, {"France", "Germany"}),
        ({"and_group": {"expressions": FRANCE_BERLIN}}, set()),
        (country("BEGINS_WITH", "united"), {"United States", "United Kingdom"}),
        (country("ENDS_WITH", "S"), {"United States"}),
        (country("CONTAINS", "K", case_sensitive=True), {"United Kingdom"}),
        (country("FULL_REGEXP", "[fg].*"), {"France", "Germany"}),
        (country("PARTIAL_REGEXP", "an"), {"France", "Germany"}),
        (one_of("us", "FR"), {"United States", "France"}),
        (one_of("us", "FR", case_sensitive=True), {"France"}),
        ({"filter": {"field_name": "country", "empty_filter": {}}}, set()),
    ],
)
def test_filters_of_dimensions(analytics: Played, expression: Any, left: set[str]) -> None:
    rows = analytics.rows(dimensions=["country"], metrics=["sessions"], dimension_filter=expression)

    assert {name for (name,) in rows} == left


@pytest.mark.parametrize("operation", ["EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN"])
def test_filters_of_metrics_count_after_the_sums(analytics: Played, operation: str) -> None:
    every = analytics.rows(dimensions=["country"], metrics=["sessions"])
    (edge,) = every[("Germany",)]
    wanted = {
        "EQUAL": lambda n: n == edge,
        "LESS_THAN": lambda n: n < edge,
        "LESS_THAN_OR_EQUAL": lambda n: n <= edge,
        "GREATER_THAN": lambda n: n > edge,
    }[operation]

    numeric = {"operation": operation, "value": {"int64_value": int(edge)}}
    rows = analytics.rows(
        dimensions=["country"],
        metrics=["sessions"],
        metric_filter={"filter": {"field_name": "sessions", "numeric_filter": numeric}},
    )
    between = analytics.rows(
        dimensions=["country"],
        metrics=["sessions"],
        metric_filter={
            "filter": {
                "field_name": "sessions",
                "between_filter": {
                    "from_value": {"double_value": edge},
                    "to_value": {"double_value": edge + 0.5},
                },
            }
        },
    )

    assert rows == {key: value for key, value in every.items() if wanted(value[0])}
    assert list(between) == [("Germany",)]


def test_order_limit_and_offset(analytics: Played) -> None:
    question: dict[str, Any] = {
        "dimensions": ["date"],
        "metrics": ["sessions"],
        "order_bys": [{"dimension": {"dimension_name": "date"}, "desc": True}],
    }
    every = list(analytics.rows(**question))
    page = analytics.answer(**question, limit=10, offset=25)
    beyond = analytics.answer(**question, limit=10, offset=31)

    assert [day for (day,) in every] == [f"202610{n:02d}" for n in range(31, 0, -1)]
    assert [row.dimension_values[0].value for row in page.rows] == [day for (day,) in every[25:]]
    assert page.row_count == beyond.row_count == 31
    assert not beyond.rows
    by_value = [
        n
        for (n,) in analytics.rows(
            dimensions=["date"],
            metrics=["sessions"],
            order_bys=[{"metric": {"metric_name": "sessions"}}],
        ).values()
    ]
    assert by_value == sorted(by_value)
    by_number = list(
        analytics.rows(
            dimensions=["day"],
            metrics=["sessions"],
            order_bys=[{"dimension": {"dimension_name": "day", "order_type": "NUMERIC"}}],
        )
    )
    assert by_number == [(f"{n:02d}",) for n in range(1, 32)]


def test_several_ranges_have_rows_and_totals_of_their_own(analytics: Played) -> None:
    weeks = [
        {"start_date": "2026-10-01", "end_date": "2026-10-07", "name": "first"},
        {"start_date": "2026-10-08", "end_date": "2026-10-14"},
    ]
    answer = analytics.answer(
        dimensions=["country"],
        metrics=["sessions"],
        date_ranges=weeks,
        metric_aggregations=["TOTAL"],
    )
    alone = analytics.rows(metrics=["sessions"], date_ranges=weeks[:1])

    assert [h.name for h in answer.dimension_headers] == ["country", "dateRange"]
    totals = {t.dimension_values[1].value: t.metric_values[0].value for t in answer.totals}
    assert set(totals) == {"first", "date_range_1"}
    assert float(totals["first"]) == alone[()][0]


def test_relative_days_are_the_propertys_own(analytics: Played) -> None:
    analytics.now = analytics.now.replace(hour=3)  # in New York it is still yesterday
    today = analytics.rows(
        dimensions=["date"],
        metrics=["sessions"],
        date_ranges=[{"start_date": "1daysAgo", "end_date": "today"}],
    )
    day = (analytics.now - timedelta(hours=5)).date()

    assert set(today) == {(f"{day:%Y%m%d}",), (f"{day - timedelta(1):%Y%m%d}",)}


def test_amounts_come_in_the_currency_asked_for(analytics: Played) -> None:
    own = analytics.answer(metrics=["totalRevenue"])
    euro = analytics.answer(metrics=["totalRevenue"], currency_code="EUR")

    amounts = [float(answer.rows[0].metric_values[0].value) for answer in (own, euro)]
    assert (own.metadata.currency_code, euro.metadata.currency_code) == ("USD", "EUR")
    assert amounts[0] == pytest.approx(amounts[1] * 1.08)


def test_one_session_of_many_events_counts_once_in_the_totals(analytics: Played) -> None:
    answer = analytics.answer(
        dimensions=["eventName"],
        metrics=["sessions", "eventCount"],
        metric_aggregations=["TOTAL"],
    )
    plain = analytics.rows(metrics=["sessions", "eventCount"])[()]

    assert {row.dimension_values[0].value for row in answer.rows} >= {"purchase", "page_view"}
    assert [float(v.value) for v in answer.totals[0].metric_values] == plain


def test_ages_are_subject_to_thresholding(analytics: Played) -> None:
    plain = analytics.answer(dimensions=["date"], metrics=["totalUsers"])
    aged = analytics.answer(
        dimensions=["userAgeBracket", "sessionCampaignName", "date"], metrics=["totalUsers"]
    )

    assert not plain.metadata.subject_to_thresholding
    assert aged.metadata.subject_to_thresholding
    assert min(int(row.metric_values[0].value) for row in aged.rows) >= 10


def test_a_large_property_is_sampled_over_a_long_time(analytics: Played) -> None:
    long = analytics.answer(
        BIRCH, metrics=["sessions"], date_ranges=[{"start_date": "90daysAgo", "end_date": "today"}]
    )
    (sample,) = long.metadata.sampling_metadatas

    assert 0 < sample.samples_read_count < sample.sampling_space_size
    assert not analytics.answer(metrics=["sessions"]).metadata.sampling_metadatas


def test_quota_is_told_and_used_up(analytics: Played) -> None:
    first = analytics.answer(metrics=["sessions"], return_property_quota=True).property_quota
    second = analytics.answer(metrics=["sessions"], return_property_quota=True).property_quota

    assert second.tokens_per_day.remaining < first.tokens_per_day.remaining <= 200_000
    assert second.tokens_per_project_per_hour.consumed > 0
    assert "property_quota" not in analytics.answer(metrics=["sessions"], date_ranges=OCTOBER)
