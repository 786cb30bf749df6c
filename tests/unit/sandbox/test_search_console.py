"""The played Search Console through Google's own client: figures, order, days, properties."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.search_console.days import known
from sandbox.world import World
from sandbox.world.organic import organic_clicks
from tests.unit.support.search_console import DOMAIN, NOW, PREFIX, SOUTH, Played, played


@pytest.fixture(scope="module")
def running(world: World) -> Iterator[Played]:
    with played(world) as emulator:
        yield emulator


@pytest.fixture
def console(running: Played) -> Played:
    running.now = NOW
    running.faults.clear()
    running.calls.clear()
    return running


def organic(world: World, first: date, days: int) -> tuple[int, int]:
    found = [organic_clicks(world.seed, "aster", first + timedelta(n)) for n in range(days)]
    return sum(c for c, _ in found), sum(i for _, i in found)


def test_a_domain_property_has_all_organic_traffic_of_its_client(console: Played) -> None:
    assert console.sums() == organic(console.world, date(2026, 10, 1), 28)


def test_a_url_prefix_property_has_a_part_of_it(console: Played) -> None:
    clicks, impressions = console.sums(site=PREFIX)
    all_clicks, all_impressions = console.sums()
    assert 0 < clicks < all_clicks
    assert 0 < impressions < all_impressions
    pages = console.rows("page", site=PREFIX)
    assert pages
    assert all(page.startswith(PREFIX) for (page,) in pages)


@pytest.mark.parametrize("dimensions", [("date",), ("country",), ("device",), ("date", "device")])
def test_rows_add_up_to_the_whole(console: Played, dimensions: tuple[str, ...]) -> None:
    rows = console.rows(*dimensions).values()
    assert (sum(r["clicks"] for r in rows), sum(r["impressions"] for r in rows)) == console.sums()
    assert all(row["ctr"] == row["clicks"] / row["impressions"] for row in rows)
    assert all(1 <= row["position"] < 30 for row in rows)


def test_rare_queries_are_never_shown(console: Played) -> None:
    shown = sum(row["impressions"] for row in console.rows("query").values())
    assert 0 < shown < console.sums()[1]
    everything = [{"dimension": "QUERY", "operator": "INCLUDING_REGEX", "expression": ""}]
    assert console.sums(dimensionFilterGroups=[{"filters": everything}])[1] == shown


def test_by_page_counts_every_page_of_a_result(console: Played) -> None:
    by_property, by_page = console.sums(), console.sums(aggregationType="BY_PAGE")
    assert by_page[0] == by_property[0]
    assert by_page[1] > by_property[1]
    assert console.query(dimensions=["page"])["responseAggregationType"] == "byPage"
    assert console.query()["responseAggregationType"] == "byProperty"


def test_most_clicks_come_first_and_pages_follow_each_other(console: Played) -> None:
    keys = list(console.rows("query", "country", "device"))
    clicks = [row["clicks"] for row in console.rows("query", "country", "device").values()]
    assert clicks == sorted(clicks, reverse=True)
    first = list(console.rows("query", "country", "device", rowLimit=30))
    second = list(console.rows("query", "country", "device", rowLimit=30, startRow=30))
    assert first + second == keys[:60]
    assert len(console.rows("query", "date", rowLimit=1)) == 1
    assert "rows" not in console.query(dimensions=["date"], startRow=5_000)


@pytest.mark.parametrize(
    ("operator", "expression", "inside"),
    [
        ("equals", "BOOTS sale", lambda text: text == "boots sale"),
        ("notEquals", "boots sale", lambda text: text != "boots sale"),
        ("contains", "Boots", lambda text: "boots" in text),
        ("notContains", "boots", lambda text: "boots" not in text),
        ("includingRegex", "^(buy|best) ", lambda text: text.startswith(("buy ", "best "))),
        ("excludingRegex", "s$", lambda text: not text.endswith("s")),
    ],
)
def test_filters(console: Played, operator: str, expression: str, inside: object) -> None:
    one = {"dimension": "query", "operator": operator, "expression": expression}
    texts = [text for (text,) in console.rows("query")]
    found = [text for (text,) in console.rows("query", dimensionFilterGroups=[{"filters": [one]}])]
    assert found == [text for text in texts if inside(text)]
    assert 0 < len(found) < len(texts)


def test_all_filters_have_to_hold(console: Played) -> None:
    def only(**wanted: str) -> dict[str, object]:
        filters = [{"dimension": name, "expression": value} for name, value in wanted.items()]
        return {"dimensionFilterGroups": [{"groupType": "and", "filters": filters}]}

    both = console.sums(**only(country="deu", device="MOBILE"))
    rows = console.rows("country", "device")
    assert both == (rows["deu", "MOBILE"]["clicks"], rows["deu", "MOBILE"]["impressions"])


def test_final_figures_lag_and_fresh_ones_are_said_to_be_open(console: Played) -> None:
    days = {"startDate": "2026-11-10", "endDate": "2026-11-21"}
    assert max(console.rows("date", **days)) == ("2026-11-19",)
    fresh = console.query(dimensions=["date"], dataState="all", **days)
    assert max(row["keys"][0] for row in fresh["rows"]) == "2026-11-21"
    assert fresh["metadata"] == {"firstIncompleteDate": "2026-11-20"}
    assert "metadata" not in console.query(dataState="all", **days)
    console.now = NOW - timedelta(hours=3)  # 10:30 there: a day further behind
    assert max(console.rows("date", **days)) == ("2026-11-18",)


def test_today_grows_by_the_hour(console: Played) -> None:
    today = {"startDate": "2026-11-21", "endDate": "2026-11-21", "dataState": "all"}
    early = console.sums(**today)
    console.now = NOW + timedelta(hours=6)
    assert early < console.sums(**today)
    console.now = NOW + timedelta(days=1)
    assert console.sums(**today) == organic(console.world, date(2026, 11, 21), 1)


def test_hours_of_the_last_ten_days(console: Played) -> None:
    days = {"startDate": "2026-11-01", "endDate": "2026-11-21", "dataState": "HOURLY_ALL"}
    answer = console.query(dimensions=["hour"], rowLimit=1_000, **days)
    hours = sorted(row["keys"][0] for row in answer["rows"])
    assert hours[0] == "2026-11-12T00:00:00-08:00"
    assert hours[-1] == "2026-11-21T12:00:00-08:00"
    assert answer["metadata"] == {"firstIncompleteHour": "2026-11-21T10:00:00-08:00"}
    one = [row for row in answer["rows"] if row["keys"][0].startswith("2026-11-15")]
    assert sum(row["clicks"] for row in one) == organic(console.world, date(2026, 11, 15), 1)[0]


def test_sixteen_months_are_kept(console: Played) -> None:
    rows = console.rows("date", startDate="2024-01-01", endDate="2025-08-01")
    assert min(rows) == ("2025-07-21",)
    assert known(datetime(2026, 6, 30, 20, tzinfo=UTC)).first == date(2025, 2, 28)


def test_search_types_and_appearances(console: Played) -> None:
    web = console.sums()
    for other in ("IMAGE", "video", "news", "discover", "googleNews"):
        assert 0 < console.sums(type=other)[1] < web[1]
    assert console.sums(searchType="image") == console.sums(type="IMAGE")
    appearances = {key for (key,) in console.rows("searchAppearance")}
    assert appearances == {"PRODUCT_SNIPPETS", "VIDEO", "REVIEW_SNIPPET"}


def test_who_sees_which_properties(console: Played) -> None:
    def sites(role: str) -> list[str]:
        with console.service(role) as service:
            found = service.sites().list().execute().get("siteEntry", [])
            return [one["siteUrl"] for one in found]

    everything = sites("practitioner")
    assert len(everything) == 8
    assert {DOMAIN, PREFIX, SOUTH} < set(everything)
    assert sites("manager") == sites("admin") == sites("second-admin") == everything
    south = [s for s in everything if "cedar.example" in s or "dune.example" in s]
    assert sites("other-practitioner") == sites("other-manager") == south
    assert sites("auditor") == []


def test_permission_levels(console: Played) -> None:
    for role, level in (("practitioner", "siteFullUser"), ("manager", "siteOwner")):
        with console.service(role) as service:
            site = service.sites().get(siteUrl=PREFIX).execute()
        assert site == {"siteUrl": PREFIX, "permissionLevel": level}


def test_sitemaps(console: Played) -> None:
    with console.service() as service:
        listed = service.sitemaps().list(siteUrl=DOMAIN).execute()["sitemap"]
        index = listed[0]["path"]
        below = service.sitemaps().list(siteUrl=DOMAIN, sitemapIndex=index).execute()["sitemap"]
        one = service.sitemaps().get(siteUrl=DOMAIN, feedpath=below[0]["path"]).execute()
        narrow = service.sitemaps().list(siteUrl=PREFIX).execute()["sitemap"]
    assert listed[0]["isSitemapsIndex"]
    assert one == below[0]
    assert {s["path"] for s in narrow} < {s["path"] for s in listed}
    assert listed[0]["errors"] == "0"


def test_inspections(console: Played) -> None:
    def inspect(url: str, site: str = DOMAIN) -> dict[str, str]:
        with console.service() as service:
            body = {"inspectionUrl": url, "siteUrl": site}
            result = service.urlInspection().index().inspect(body=body).execute()
        status: dict[str, str] = result["inspectionResult"]["indexStatusResult"]
        return status

    assert inspect(f"{PREFIX}boots/")["verdict"] == "PASS"
    assert inspect(f"{PREFIX}boots/", PREFIX) == inspect(f"{PREFIX}boots/")
    assert inspect(f"{PREFIX}nothing")["coverageState"] == "URL is unknown to Google"
    states = {inspect(page)["indexingState"] for (page,) in console.rows("page")}
    assert states == {"INDEXING_ALLOWED", "BLOCKED_BY_META_TAG"}
