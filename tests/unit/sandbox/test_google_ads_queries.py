import time

import pytest

EUR = "1000000102"
MANY = "1000000103"
HOSTILE = "1000000203"
MANAGER_ACCOUNT = "1000000001"
MONTH = "segments.date DURING LAST_30_DAYS"


def test_campaigns_with_names_and_measures(ads) -> None:
    rows = ads.rows(
        "SELECT campaign.id, campaign.name, campaign.status, metrics.clicks, metrics.impressions, "
        "metrics.ctr, metrics.average_cpc, metrics.cost_micros, metrics.conversions "
        f"FROM campaign WHERE {MONTH} ORDER BY metrics.cost_micros DESC"
    )
    assert len(rows) == 10
    costs = [row.metrics.cost_micros for row in rows]
    assert costs == sorted(costs, reverse=True)
    first = rows[0]
    assert first.campaign.resource_name == f"customers/1000000101/campaigns/{first.campaign.id}"
    assert first.metrics.ctr == pytest.approx(first.metrics.clicks / first.metrics.impressions)
    assert first.metrics.average_cpc == pytest.approx(costs[0] / first.metrics.clicks)
    assert 0 < first.metrics.conversions < first.metrics.clicks
    assert first.customer.resource_name == ""


def test_days_add_up_to_the_period(ads) -> None:
    by_day = ads.rows(
        "SELECT campaign.id, segments.date, segments.device, metrics.cost_micros, "
        f"metrics.conversions FROM campaign WHERE {MONTH}"
    )
    whole = ads.rows(
        f"SELECT customer.id, metrics.cost_micros, metrics.conversions FROM customer WHERE {MONTH}"
    )
    assert len(whole) == 1
    assert sum(r.metrics.cost_micros for r in by_day) == whole[0].metrics.cost_micros
    conversions = sum(r.metrics.conversions for r in by_day)
    assert conversions == pytest.approx(whole[0].metrics.conversions)
    dates = {row.segments.date for row in by_day}
    assert (min(dates), max(dates)) == ("2026-10-22", "2026-11-20")
    assert {row.segments.device.name for row in by_day} == {"MOBILE", "DESKTOP", "TABLET"}


def test_levels_add_up(ads) -> None:
    def cost(resource: str) -> int:
        rows = ads.rows(
            f"SELECT metrics.cost_micros FROM {resource} WHERE {MONTH} "
            "AND campaign.advertising_channel_type = 'SEARCH'"
        )
        return sum(row.metrics.cost_micros for row in rows)

    assert cost("campaign") == cost("ad_group") == cost("keyword_view") > 0
    assert 0 < cost("search_term_view") < cost("campaign")


def test_today_follows_the_account_time_zone(ads) -> None:
    ads.now = ads.now.replace(hour=3)  # still the evening before in New York
    query = "SELECT segments.date, metrics.clicks FROM customer WHERE segments.date DURING TODAY"
    assert [row.segments.date for row in ads.rows(query)] == ["2026-11-20"]
    assert [row.segments.date for row in ads.rows(query, EUR)] == ["2026-11-21"]


@pytest.mark.parametrize(
    ("condition", "first", "last"),
    [
        ("DURING YESTERDAY", "2026-11-20", "2026-11-20"),
        ("DURING LAST_7_DAYS", "2026-11-14", "2026-11-20"),
        ("DURING LAST_14_DAYS", "2026-11-07", "2026-11-20"),
        ("DURING THIS_MONTH", "2026-11-01", "2026-11-21"),
        ("DURING LAST_MONTH", "2026-10-01", "2026-10-31"),
        ("DURING LAST_BUSINESS_WEEK", "2026-11-09", "2026-11-13"),
        ("DURING LAST_WEEK_MON_SUN", "2026-11-09", "2026-11-15"),
        ("DURING LAST_WEEK_SUN_SAT", "2026-11-08", "2026-11-14"),
        ("DURING THIS_WEEK_MON_TODAY", "2026-11-16", "2026-11-21"),
        ("DURING THIS_WEEK_SUN_TODAY", "2026-11-15", "2026-11-21"),
        ("BETWEEN '2026-01-30' AND '20260202'", "2026-01-30", "2026-02-02"),
        ("= '2026-03-01'", "2026-03-01", "2026-03-01"),
        ("BETWEEN '2026-11-20' AND '2027-02-01'", "2026-11-20", "2026-11-21"),
        ("BETWEEN '2020-01-01' AND '2024-11-22'", "2024-11-21", "2024-11-22"),
    ],
)
def test_periods(ads, condition: str, first: str, last: str) -> None:
    rows = ads.rows(
        "SELECT segments.date, metrics.clicks FROM customer "
        f"WHERE segments.date {condition} ORDER BY segments.date"
    )
    assert (rows[0].segments.date, rows[-1].segments.date) == (first, last)


def test_weeks_months_quarters_years(ads) -> None:
    rows = ads.rows(
        "SELECT segments.week, segments.month, segments.quarter, segments.year, "
        "segments.day_of_week, metrics.clicks FROM customer WHERE segments.date = '2026-11-19'"
    )
    found = rows[0].segments
    assert (found.week, found.month, found.quarter, found.year, found.day_of_week.name) == (
        "2026-11-16",
        "2026-11-01",
        "2026-10-01",
        2026,
        "THURSDAY",
    )
    months = ads.rows(
        "SELECT segments.month, metrics.clicks FROM customer "
        "WHERE segments.month BETWEEN '2026-01-01' AND '2026-03-01'"
    )
    assert [row.segments.month for row in months] == ["2026-01-01", "2026-02-01", "2026-03-01"]


def test_without_dates_all_time_counts(ads) -> None:
    everything = ads.rows("SELECT metrics.clicks FROM customer")[0].metrics.clicks
    bounded = ads.rows(
        "SELECT metrics.clicks FROM customer "
        "WHERE segments.date >= '2024-11-21' AND segments.date <= '2026-11-21'"
    )
    assert everything == bounded[0].metrics.clicks > 0


def test_rows_without_traffic_are_left_out_of_segments_only(ads) -> None:
    select = "SELECT campaign.id, metrics.clicks{} FROM campaign WHERE segments.date DURING TODAY"
    assert len(ads.rows(select.format(""))) == 10
    segmented = ads.rows(select.format(", segments.date"))
    assert 0 < len(segmented) < 10


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("campaign.status = 'PAUSED'", 2),
        ("campaign.status = PAUSED", 2),
        ("campaign.status != 'REMOVED'", 9),
        ("campaign.status IN ('PAUSED', 'REMOVED')", 3),
        ("campaign.status NOT IN (ENABLED)", 3),
        ("campaign.name LIKE '%search%'", 4),
        ("campaign.name NOT LIKE 'Brand%'", 8),
        ("campaign.name LIKE 'Brand boots [%]%'", 0),
        ("campaign.name REGEXP_MATCH 'Brand.*'", 2),
        ("campaign.name REGEXP_MATCH 'Brand'", 0),
        ("campaign.name = 'Brand boots | Search 001'", 1),
        ("campaign.id > 0", 10),
        ("campaign.id BETWEEN 1 AND 2", 0),
        ("campaign.end_date_time IS NULL", 10),
        ("campaign.name IS NOT NULL", 10),
        ("campaign.labels CONTAINS ANY ('customers/1000000101/labels/1')", 0),
        ("campaign.labels CONTAINS NONE ('customers/1000000101/labels/1')", 10),
        ("campaign_budget.explicitly_shared = TRUE", 2),
        ("customer.currency_code = 'USD'", 10),
        ("metrics.clicks > 1000000000", 0),
        ("metrics.ctr > 0.0001 AND campaign.status = 'ENABLED'", 7),
    ],
)
def test_conditions(ads, condition: str, count: int) -> None:
    assert len(ads.rows(f"SELECT campaign.id FROM campaign WHERE {condition}")) == count


def test_device_filter_keeps_only_its_part(ads) -> None:
    query = f"SELECT segments.device, metrics.clicks FROM customer WHERE {MONTH}"
    devices = {row.segments.device.name: row.metrics.clicks for row in ads.rows(query)}
    only = ads.rows(f"{query} AND segments.device IN (DESKTOP)")
    assert [row.metrics.clicks for row in only] == [devices["DESKTOP"]]
    assert devices["MOBILE"] > devices["DESKTOP"] > devices["TABLET"] > 0


def test_several_orderings(ads) -> None:
    rows = ads.rows(
        "SELECT campaign.id, campaign.status FROM campaign "
        "ORDER BY campaign.status DESC, campaign.id ASC LIMIT 9"
    )
    found = [(row.campaign.status.name, row.campaign.id) for row in rows]
    assert found == sorted(sorted(found, key=lambda x: x[1]), key=lambda x: x[0], reverse=True)
    assert len(found) == 9


def test_keywords_search_terms_and_budgets(ads) -> None:
    keyword = ads.rows(
        "SELECT ad_group_criterion.keyword.text, ad_group_criterion.keyword.match_type, "
        "ad_group.type, campaign.name, metrics.clicks FROM keyword_view LIMIT 1"
    )[0]
    assert keyword.ad_group_criterion.keyword.text == "boots price"
    assert keyword.ad_group_criterion.keyword.match_type.name == "EXACT"
    assert keyword.ad_group.type_.name == "SEARCH_STANDARD"
    assert keyword.keyword_view.resource_name.startswith("customers/1000000101/keywordViews/")
    criterion = ads.rows("SELECT ad_group_criterion.status FROM ad_group_criterion LIMIT 1")[0]
    assert criterion.ad_group_criterion.status.name == "ENABLED"
    term = ads.rows("SELECT search_term_view.search_term FROM search_term_view LIMIT 1")[0]
    assert term.search_term_view.search_term.startswith("boots")
    shared = ads.rows(
        "SELECT campaign_budget.amount_micros, campaign_budget.reference_count, "
        "campaign_budget.period FROM campaign_budget WHERE campaign_budget.explicitly_shared = true"
    )
    assert [row.campaign_budget.reference_count for row in shared] == [2]
    assert shared[0].campaign_budget.period.name == "DAILY"


def test_unselected_resource_names_can_be_left_out(ads) -> None:
    query = "SELECT metrics.clicks FROM campaign LIMIT 1"
    assert ads.rows(query)[0].campaign.resource_name
    bare = ads.rows(f"{query} PARAMETERS omit_unselected_resource_names=true")
    assert not bare[0].campaign.resource_name


def test_children_of_the_manager_account(ads) -> None:
    query = "SELECT customer_client.id, customer_client.level FROM customer_client"
    rows = ads.rows(query, MANAGER_ACCOUNT)
    assert [row.customer_client.level for row in rows] == [0] + [1] * 8
    assert len(ads.rows(query)) == 1


def test_hostile_texts_arrive_unchanged(ads) -> None:
    rows = ads.rows("SELECT campaign.name, customer.descriptive_name FROM campaign", HOSTILE)
    names = [campaign.name for campaign in ads.world.accounts[HOSTILE].campaigns.values()]
    assert [row.campaign.name for row in rows] == names
    terms = ads.rows("SELECT search_term_view.search_term FROM search_term_view", HOSTILE)
    assert max(len(row.search_term_view.search_term) for row in terms) == 1024 * 1024
    assert max(len(row.search_term_view.resource_name) for row in terms) < 2_000


def test_many_campaigns(ads) -> None:
    begun = time.perf_counter()
    rows = ads.rows(
        "SELECT campaign.id, metrics.clicks, metrics.cost_micros FROM campaign "
        f"WHERE {MONTH} ORDER BY metrics.clicks DESC",
        MANY,
    )
    assert len(rows) == 500
    assert time.perf_counter() - begun < 2


def test_pages_and_stream(ads) -> None:
    query = (
        f"SELECT campaign.id, segments.date, metrics.clicks FROM campaign WHERE {MONTH} LIMIT 11000"
    )
    service = ads.service("GoogleAdsService")
    settings = {"return_total_results_count": True}
    first = service.search(
        request={"customer_id": MANY, "query": query, "search_settings": settings}, retry=None
    )
    page = next(first.pages)
    assert len(page.results) == 10_000
    assert list(page.field_mask.paths) == ["campaign.id", "segments.date", "metrics.clicks"]
    assert page.total_results_count > 11_000
    second = service.search(
        request={"customer_id": MANY, "query": query, "page_token": page.next_page_token},
        retry=None,
    )
    assert len(next(second.pages).results) == 1_000
    batches = list(service.search_stream(customer_id=MANY, query=query, retry=None))
    assert [len(batch.results) for batch in batches] == [10_000, 1_000]
    assert ads.calls.snapshot() == {"google-ads:Search": 3}


def test_summary_row(ads) -> None:
    query = f"SELECT campaign.id, metrics.clicks FROM campaign WHERE {MONTH}"
    service = ads.service("GoogleAdsService")
    page = next(
        service.search(
            request={
                "customer_id": "1000000101",
                "query": query,
                "search_settings": {"return_summary_row": True},
            },
            retry=None,
        ).pages
    )
    clicks = sum(row.metrics.clicks for row in page.results)
    assert page.summary_row.metrics.clicks == clicks > 0
    only = list(
        service.search_stream(
            request={
                "customer_id": "1000000101",
                "query": query,
                "summary_row_setting": "SUMMARY_ROW_ONLY",
            },
            retry=None,
        )
    )
    assert [batch.summary_row.metrics.clicks for batch in only] == [clicks]


def test_validate_only_answers_nothing(ads) -> None:
    found = ads.service("GoogleAdsService").search(
        request={
            "customer_id": "1000000101",
            "query": "SELECT campaign.id FROM campaign",
            "validate_only": True,
        },
        retry=None,
    )
    assert list(found) == []
