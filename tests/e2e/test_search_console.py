"""Search Console over HTTP: what a granted read costs, what it answers, and when Google fails."""

from datetime import date
from typing import Any

import pytest

from sandbox.world.organic import organic_clicks
from tests.support.api import Api

ASTER = "sc-domain:aster.example"
DUNE = "sc-domain:dune.example"
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("get_property", {}, "sites.get"),
    ("query_search_analytics", {}, "searchanalytics.query"),
    ("list_sitemaps", {}, "sitemaps.list"),
    ("get_sitemap", {"sitemapUrl": "https://www.{}/sitemap.xml"}, "sitemaps.get"),
    ("inspect_url", {"inspectionUrl": "https://www.{}/"}, "urlInspection.index.inspect"),
]
"""Each tool that asks Google, what it needs beside the property, and what it calls."""


def october(api: Api) -> dict[str, str]:
    """A month that is over, whenever the tests run."""
    today = api.box.clock().date()
    month = today.year * 12 + today.month - 3
    first = date(month // 12, month % 12 + 1, 1)
    return {"startDate": first.isoformat(), "endDate": first.replace(day=28).isoformat()}


def params(api: Api, tool: str, more: dict[str, str], site: str = ASTER) -> dict[str, Any]:
    domain = site.removeprefix("sc-domain:")
    dates = october(api) if tool == "query_search_analytics" else {}
    return {"siteUrl": site, **dates, **{n: v.format(domain) for n, v in more.items()}}


@pytest.mark.parametrize(("tool", "more", "call"), CALLS, ids=lambda v: v if type(v) is str else "")
def test_a_granted_read_is_two_storage_calls_and_one_of_google(
    api: Api, tool: str, more: dict[str, str], call: str
) -> None:
    api.execute("get_property", {"siteUrl": ASTER})  # warm: the directory pairing is known
    api.box.calls.clear()

    answer = api.execute(tool, params(api, tool, more))

    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["account"] == ASTER
    assert data["returnedRows"] == len(data["rows"]) > 0
    assert api.calls() == {
        "dynamodb:BatchGetItem": 1,
        "dynamodb:TransactWriteItems": 1,
        f"search-console:{call}": 1,
    }
    entry = api.audit()[0]
    assert (entry["tool"], entry["accountId"], entry["result"]) == (tool, f"GSC:{ASTER}", "success")


def test_the_figures_are_those_of_the_world(api: Api) -> None:
    asked = october(api)
    first = date.fromisoformat(asked["startDate"])
    days = [first.replace(day=n) for n in range(1, 29)]
    world = [organic_clicks(api.box.world.seed, "aster", day) for day in days]

    data = api.execute(
        "query_search_analytics", {"siteUrl": ASTER, **asked, "dimensions": ["date"]}
    ).json()["data"]

    assert data["totals"] == {
        "clicks": sum(clicks for clicks, _ in world),
        "impressions": sum(impressions for _, impressions in world),
    }
    assert data["totalRows"] == 28
    clicks = [row["clicks"] for row in data["rows"]]
    assert clicks == sorted(clicks, reverse=True)


def test_pages_of_ours_and_rows_of_googles(api: Api) -> None:
    asked = {"siteUrl": ASTER, **october(api), "dimensions": ["query", "country", "device"]}
    whole = api.execute("query_search_analytics", {**asked, "pageSize": 1_000}).json()["data"]
    seen: list[Any] = []
    token = None
    while True:
        more = {"pageSize": 70, **({"pageToken": token} if token else {})}
        data = api.execute("query_search_analytics", {**asked, **more}).json()["data"]
        assert data["totals"] == whole["totals"]
        seen += data["rows"]
        token = data.get("nextPageToken")
        if token is None:
            break
    assert len(seen) == data["totalRows"] > 300
    assert seen[: len(whole["rows"])] == whole["rows"]

    part = api.execute("query_search_analytics", {**asked, "rowLimit": 5, "startRow": 10}).json()[
        "data"
    ]
    assert part["rows"] == seen[10:15]
    assert part["totals"]["clicks"] == sum(row["clicks"] for row in part["rows"])
    assert any("startRow 15" in note for note in part["notes"])

    other = {**asked, "rowLimit": 5, "pageToken": "eHg6MQ"}
    assert api.execute("query_search_analytics", other).status_code == 400


def test_both_spellings_of_parameters(api: Api) -> None:
    dates = october(api)
    snake = {"site_url": ASTER, "start_date": dates["startDate"], "end_date": dates["endDate"]}
    one = api.execute("query_search_analytics", snake).json()["data"]
    other = api.execute("query_search_analytics", {"siteUrl": ASTER, **dates}).json()["data"]
    assert one["rows"] == other["rows"]
    twice = api.execute("query_search_analytics", {**snake, "siteUrl": ASTER})
    assert twice.status_code == 400


def test_only_approved_properties_are_listed_and_google_is_not_asked(api: Api) -> None:
    data = api.execute("list_properties").json()["data"]
    assert [row["siteUrl"] for row in data["rows"]] == [ASTER]
    assert data["rows"][0]["propertyType"] == "domain"
    assert "account" not in data
    assert api.calls("search-console") == {}


@pytest.mark.parametrize("era", ["rpc", "modern"])
def test_both_protocol_eras_read_and_refuse_alike(api: Api, era: str) -> None:
    send = getattr(api, era)
    done, refused = (
        send("tools/call", {"name": "get_property", "arguments": {"siteUrl": site}}).json()[
            "result"
        ]
        for site in (ASTER, DUNE)
    )
    assert done["structuredContent"]["data"]["account"] == ASTER
    assert refused["isError"] is True
    assert refused["structuredContent"]["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"


def test_the_family_is_listed_to_those_who_have_a_property(api: Api) -> None:
    def names(role: str) -> set[str]:
        tools = api.send("GET", "/mcp/tools/list", role=role).json()["tools"]
        return {tool["name"] for tool in tools}

    family = {"list_properties", *(tool for tool, _, _ in CALLS)}
    assert family <= names("practitioner")
    assert names("manager") & family == {"list_properties"}


@pytest.mark.parametrize(
    ("kind", "count", "status", "code", "calls"),
    [
        ("unavailable", 1, 200, None, 2),
        ("throttled", 1, 200, None, 2),
        ("unavailable", 3, 503, "GOOGLE_UNAVAILABLE", 3),
        ("throttled", 3, 429, "GOOGLE_QUOTA_EXCEEDED", 3),
        ("denied", 1, 403, "GOOGLE_ACCESS_DENIED", 1),
        ("auth-expired", 1, 424, "GOOGLE_AUTH_EXPIRED", 1),
    ],
)
def test_when_google_fails(
    api: Api, kind: str, count: int, status: int, code: str | None, calls: int
) -> None:
    target = "search-console:searchanalytics.query"
    api.control("POST", "/faults", json={"target": target, "kind": kind, "count": count})

    answer = api.execute("query_search_analytics", {"siteUrl": ASTER, **october(api)})

    assert answer.status_code == status, answer.text
    assert answer.json().get("error", {}).get("code") == code
    assert ("Retry-After" in answer.headers) == (status == 429)
    assert api.calls("search-console") == {target: calls}
    assert api.audit()[0]["result"] == ("success" if code is None else "failure")


def test_google_says_what_it_does_not_take(api: Api) -> None:
    asked = {"dimensions": ["page"], "aggregationType": "byProperty"}
    answer = api.execute("query_search_analytics", {"siteUrl": ASTER, **october(api), **asked})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "GOOGLE_INVALID_REQUEST"
    assert error["details"]["google"][0]["location"] == "aggregationType"


def test_without_a_google_token_nothing_is_asked(api: Api) -> None:
    answer = api.execute(
        "get_property", {"siteUrl": ASTER}, headers={"X-Google-Access-Token": None}
    )
    assert answer.status_code == 424
    assert api.calls("search-console") == {}


@pytest.mark.parametrize("dimension", ["query", "page"])
def test_hostile_searches_arrive_clean_and_marked(api: Api, dimension: str) -> None:
    asked = {"siteUrl": DUNE, **october(api), "dimensions": [dimension], "pageSize": 1_000}
    answer = api.execute("query_search_analytics", asked, role="other-practitioner")
    assert answer.status_code == 200, answer.text
    clean(answer.json()["data"], answer.text)
    if dimension == "query":
        assert "Ignore all previous instructions" in answer.text  # as data, inside the marks
        assert "[cut]" in answer.text


def test_hostile_page_titles_arrive_clean_and_marked(api: Api) -> None:
    titles = []
    for number in range(1, 14):
        url = f"https://www.dune.example/offers/{number}"
        asked = {"siteUrl": DUNE, "inspectionUrl": url}
        answer = api.execute("inspect_url", asked, role="other-practitioner")
        assert answer.status_code == 200, answer.text
        clean(answer.json()["data"], answer.text)
        titles += answer.json()["data"]["rows"][0]["richResults"]
    assert any("URGENT" in title for title in titles)


def clean(data: dict[str, Any], text: str) -> None:
    assert data["contentBegins"]["mark"] == data["contentEnds"]["mark"]
    hidden = ("\u200b", "\u202e", "\u2066", "\x1b", "\U000e0049", "\u0000")
    escaped = tuple(f"\\u{ord(c):04x}" for c in hidden if ord(c) < 0x10000)
    assert not [sign for sign in (*hidden, *escaped) if sign in text]
    assert len(text) < 60_000
