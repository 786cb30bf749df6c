"""Properties and URLs that were not approved: refused however they are named, without Google."""

from typing import Any

import pytest

from tests.support.api import USD, Api

ASTER = "sc-domain:aster.example"
DATES = {"startDate": "2026-10-01", "endDate": "2026-10-28"}


def refused(api: Api, tool: str, params: dict[str, Any], requested: str) -> dict[str, Any]:
    """The error of a call that is refused in three storage calls and without Google."""
    api.execute("get_property", {"siteUrl": ASTER})
    api.box.calls.clear()
    answer = api.execute(tool, params)
    calls = api.calls()
    assert answer.status_code == 403, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert error["requestedAccount"] == requested
    assert sum(calls.values()) == 3
    assert all(name.startswith("dynamodb:") for name in calls)
    entry = api.audit()[0]
    assert (entry["tool"], entry["result"]) == (tool, "blocked")
    return error


@pytest.mark.parametrize(
    "site",
    [
        "sc-domain:birch.example",
        "sc-domain:dune.example",
        "sc-domain:nobody.example",
        "sc-domain:www.aster.example",
        "https://www.aster.example/",
        "http://www.aster.example/",
        "https://www.aster.example/boots/",
        "https://aster.example/",
    ],
)
def test_another_property_and_another_spelling_of_the_same_site(api: Api, site: str) -> None:
    error = refused(api, "get_property", {"siteUrl": site}, site)
    assert error["approvedAccounts"] == [ASTER]
    assert api.audit()[0]["accountId"] == f"GSC:{site}"


def test_an_existing_and_a_made_up_property_are_refused_alike(api: Api) -> None:
    sites = ("sc-domain:birch.example", "sc-domain:nobody.example")
    one, other = (refused(api, "get_property", {"siteUrl": s}, s) for s in sites)
    assert one["message"].replace(sites[0], sites[1]) == other["message"]
    assert one.keys() == other.keys()


@pytest.mark.parametrize(
    ("more", "requested"),
    [
        ({"site": "https://www.cedar.example/"}, "https://www.cedar.example/"),
        ({"siteUrls": [ASTER, "https://www.cedar.example/"]}, "https://www.cedar.example/"),
        ({"options": {"site_url": "sc-domain:cedar.example"}}, "sc-domain:cedar.example"),
        ({"note": "see sc-domain:cedar.example please"}, "sc-domain:cedar.example"),
        ({"note": "sc-domain%3Acedar.example"}, "sc-domain:cedar.example"),
        (
            {"dimensionFilters": [{"dimension": "page", "expression": "sc-domain:cedar.example"}]},
            "sc-domain:cedar.example",
        ),
        ({"customerId": "1000000104"}, "1000000104"),
    ],
)
def test_a_second_account_anywhere_in_the_call(
    api: Api, more: dict[str, Any], requested: str
) -> None:
    asked = {"siteUrl": ASTER, **DATES, **more}
    refused(api, "query_search_analytics", asked, requested)


@pytest.mark.parametrize(
    ("tool", "name"), [("inspect_url", "inspectionUrl"), ("get_sitemap", "sitemapUrl")]
)
@pytest.mark.parametrize(
    ("url", "requested"),
    [
        ("https://www.dune.example/offers/1?key=secret", "https://www.dune.example/"),
        ("https://www.aster.example.dune.example/", "https://www.aster.example.dune.example/"),
        ("https://notaster.example/", "https://notaster.example/"),
        ("http://169.254.169.254.example/latest/", "http://169.254.169.254.example/"),
        ("http://169.254.169.254/latest/meta-data", "http://169.254.169.254/"),
    ],
)
def test_a_url_outside_the_property(
    api: Api, tool: str, name: str, url: str, requested: str
) -> None:
    refused(api, tool, {"siteUrl": ASTER, name: url}, requested)


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("inspect_url", "inspectionUrl"),
        ("get_sitemap", "sitemapUrl"),
        ("list_sitemaps", "sitemapIndex"),
        ("submit_sitemap", "sitemapUrl"),
        ("delete_sitemap", "sitemapUrl"),
    ],
)
@pytest.mark.parametrize(
    "url",
    [
        "ftp://www.aster.example/a.xml",
        "https://www.aster.example/ü.xml",
        "https://www.dune.example\\@www.aster.example/",
        "https://www.aster.example@www.dune.example/",
        "http://localhost:8787/_sandbox/world",
        "file:///etc/passwd",
    ],
)
def test_a_url_that_is_none_of_a_site(api: Api, tool: str, name: str, url: str) -> None:
    answer = api.execute(tool, {"siteUrl": ASTER, name: url})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "INVALID_REQUEST"
    assert "http:// or https://" in error["message"]
    assert "percent-encoded" in error["message"]
    assert not {"action", "requestedAccount"} & set(error)
    assert url not in answer.text
    assert api.calls("search-console") == {}
    entry = api.audit()[0]
    assert (entry["tool"], entry["error"]) == (tool, "INVALID_REQUEST")


def test_a_sitemap_index_outside_the_property(api: Api) -> None:
    index = "https://www.dune.example/sitemap.xml"
    asked = {"siteUrl": ASTER, "sitemapIndex": index}
    refused(api, "list_sitemaps", asked, "https://www.dune.example/")


@pytest.mark.parametrize(
    "site",
    [
        "SC-DOMAIN:aster.example",
        "sc-domain:Aster.example",
        " sc-domain:aster.example",
        "sc-domain:aster.example/",
        "aster.example",
        "https://www.aster.example",
        "https://www.aster.example/?x",
        "sc-domain:\u0430ster.example",
        "",
    ],
)
def test_what_is_not_spelled_as_a_property(api: Api, site: str) -> None:
    answer = api.execute("get_property", {"siteUrl": site})
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "INVALID_REQUEST"
    assert api.calls("search-console") == {}


def test_a_property_of_another_product_is_no_property(api: Api) -> None:
    assert api.execute("get_property", {"siteUrl": USD}).status_code == 400
    assert api.execute("list_budgets", {"customerId": ASTER}).status_code in (400, 403)
    assert api.calls("google-ads") == {}


def test_granted_by_us_and_refused_by_google(api: Api) -> None:
    stranger = api.box.world.google_token("other-practitioner")
    answer = api.execute(
        "get_property", {"siteUrl": ASTER}, headers={"X-Google-Access-Token": stranger}
    )
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "GOOGLE_ACCESS_DENIED"
