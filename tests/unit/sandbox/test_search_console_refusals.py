"""What the played Search Console refuses, and how it says so."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from sandbox.faults import FaultKind
from sandbox.world import World
from tests.unit.support.search_console import DOMAIN, PREFIX, SOUTH, Played, played, refusal

NO_PERMISSION = (
    "User does not have sufficient permission for site '{}'. See also: "
    "https://support.google.com/webmasters/answer/2451999."
)


@pytest.fixture(scope="module")
def running(world: World) -> Iterator[Played]:
    with played(world) as emulator:
        yield emulator


@pytest.fixture
def console(running: Played) -> Played:
    running.faults.clear()
    running.calls.clear()
    return running


def field_of(console: Played, body: dict[str, Any]) -> str:
    """Return the field that Google names in the refusal of a body."""
    headers = {"Authorization": f"Bearer {console.world.google_token('practitioner')}"}
    path = "/webmasters/v3/sites/sc-domain%3Aaster.example/searchAnalytics/query"
    answer = httpx2.post(console.endpoint + path, json=body, headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    (detail,) = error.get("details", [{"fieldViolations": [{"field": ""}]}])
    return error["errors"][0].get("location") or detail["fieldViolations"][0]["field"]


DATES = {"startDate": "2026-10-01", "endDate": "2026-10-28"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**DATES, "metrics": ["clicks"]}, ""),
        ({**DATES, "dimensions": "query"}, "dimensions"),
        ({**DATES, "dimensions": ["query", "town"]}, "dimensions[1]"),
        ({**DATES, "dimensions": ["query", "QUERY"]}, "dimensions"),
        ({**DATES, "dimensions": ["searchAppearance", "page"]}, "dimensions"),
        ({**DATES, "dimensions": ["hour"]}, "dataState"),
        ({**DATES, "dimensions": ["query"], "type": "discover"}, "dimensions"),
        ({**DATES, "dimensions": ["page"], "aggregationType": "byProperty"}, "aggregationType"),
        ({**DATES, "aggregationType": "byNewsShowcasePanel"}, "aggregationType"),
        ({**DATES, "rowLimit": "10"}, "rowLimit"),
        ({**DATES, "rowLimit": True}, "rowLimit"),
        ({**DATES, "rowLimit": 25_001}, "rowLimit"),
        ({**DATES, "rowLimit": 0}, "rowLimit"),
        ({**DATES, "startRow": -1}, "startRow"),
        ({**DATES, "dataState": "fresh"}, "dataState"),
        ({**DATES, "dimensionFilterGroups": {}}, "dimensionFilterGroups"),
        (
            {**DATES, "dimensionFilterGroups": [{"groupType": "or"}]},
            "dimensionFilterGroups[0].groupType",
        ),
        (
            {**DATES, "dimensionFilterGroups": [{"filters": [{"dimension": "date"}]}]},
            "dimensionFilterGroups[0].filters[0].dimension",
        ),
        (
            {**DATES, "dimensionFilterGroups": [{"filters": [{"dimension": "page"}]}]},
            "dimensionFilterGroups[0].filters[0].expression",
        ),
        (
            {
                **DATES,
                "dimensionFilterGroups": [
                    {"filters": [{"dimension": "page", "operator": "like", "expression": "x"}]}
                ],
            },
            "dimensionFilterGroups[0].filters[0].operator",
        ),
        (
            {
                **DATES,
                "dimensionFilterGroups": [
                    {
                        "filters": [
                            {
                                "dimension": "page",
                                "operator": "includingRegex",
                                "expression": "(",
                            }
                        ]
                    }
                ],
            },
            "dimensionFilterGroups[0].filters[0].expression",
        ),
        ({"startDate": "2026-10-01"}, "endDate"),
        ({**DATES, "startDate": "1.10.2026"}, "startDate"),
        ({**DATES, "startDate": "2026-13-01"}, "startDate"),
        ({**DATES, "startDate": "2026-11-01"}, "endDate"),
        ({"startDate": "2020-01-01", "endDate": "2020-01-31"}, "startDate"),
    ],
)
def test_bodies_that_google_does_not_take(
    console: Played, body: dict[str, Any], field: str
) -> None:
    assert field_of(console, body) == field


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/webmasters/v3/sites?siteUrl=x", 400, "invalid"),
        ("GET", "/webmasters/v3/sites?alt=xml", 400, "invalid"),
        ("GET", "/webmasters/v3/sites/https://www.aster.example/", 404, "notFound"),
        ("GET", "/webmasters/v4/sites", 404, "notFound"),
        ("POST", "/webmasters/v3/sites", 404, "notFound"),
        ("PUT", "/webmasters/v3/sites/sc-domain%3Aaster.example", 501, "notImplemented"),
        ("DELETE", "/webmasters/v3/sites/sc-domain%3Aaster.example", 501, "notImplemented"),
        ("POST", "/v1/urlInspection/index:inspect", 400, "parseError"),
    ],
)
def test_requests_that_google_does_not_take(
    console: Played, method: str, path: str, status: int, reason: str
) -> None:
    headers = {"Authorization": f"Bearer {console.world.google_token('practitioner')}"}
    answer = httpx2.request(method, console.endpoint + path, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["errors"][0]["reason"] == reason


@pytest.mark.parametrize(
    ("authorization", "reason", "detail"),
    [
        (None, "required", "CREDENTIALS_MISSING"),
        ("Basic eDp5", "required", "CREDENTIALS_MISSING"),
        ("Bearer somebody", "authError", "ACCESS_TOKEN_INVALID"),
        ("Bearer sandbox-google-expired-practitioner", "authError", "ACCESS_TOKEN_EXPIRED"),
    ],
)
def test_tokens(console: Played, authorization: str | None, reason: str, detail: str) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = httpx2.get(f"{console.endpoint}/webmasters/v3/sites", headers=headers)
    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (401, "UNAUTHENTICATED")
    assert error["errors"][0]["reason"] == reason
    assert error["details"][0]["reason"] == detail
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("role", "site"),
    [
        ("other-practitioner", DOMAIN),
        ("other-manager", PREFIX),
        ("auditor", DOMAIN),
        ("practitioner", "sc-domain:www.aster.example"),
        ("practitioner", "sc-domain:nobody.example"),
        ("practitioner", "https://www.aster.example"),
    ],
)
def test_a_property_that_is_not_visible(console: Played, role: str, site: str) -> None:
    refused = refusal(lambda: console.query(site, role))
    assert refused["message"] == NO_PERMISSION.format(site)
    assert (refused["code"], refused["reason"]) == (403, "forbidden")
    with console.service(role) as service:
        for act in (
            service.sites().get(siteUrl=site),
            service.sitemaps().list(siteUrl=site),
            service.sitemaps().get(siteUrl=site, feedpath="https://www.aster.example/s.xml"),
        ):
            assert refusal(act.execute)["message"] == NO_PERMISSION.format(site)


@pytest.mark.parametrize(
    ("url", "site", "status"),
    [
        ("https://www.dune.example/", DOMAIN, 403),
        ("https://blog.aster.example/", PREFIX, 403),
        ("https://www.aster.example.evil.example/", DOMAIN, 403),
        ("https://www.dune.example/", SOUTH, 200),
        ("", DOMAIN, 400),
    ],
)
def test_inspections_outside_a_property(console: Played, url: str, site: str, status: int) -> None:
    with console.service() as service:
        asked = (
            service.urlInspection().index().inspect(body={"inspectionUrl": url, "siteUrl": site})
        )
        if status == 200:
            assert asked.execute()
        else:
            assert refusal(asked.execute)["code"] == status


def test_an_unknown_sitemap(console: Played) -> None:
    with console.service() as service:
        asked = service.sitemaps().get(siteUrl=DOMAIN, feedpath=f"{PREFIX}none.xml")
        assert refusal(asked.execute)["code"] == 404


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        (FaultKind.UNAVAILABLE, 503, "backendError"),
        (FaultKind.DENIED, 403, "forbidden"),
        (FaultKind.AUTH_EXPIRED, 401, "authError"),
        (FaultKind.THROTTLED, 403, "quotaExceeded"),
    ],
)
def test_ordered_faults_happen_once(
    console: Played, kind: FaultKind, code: int, reason: str
) -> None:
    console.faults.arm("search-console:searchanalytics.query", kind)
    refused = refusal(console.query)
    assert (refused["code"], refused["reason"]) == (code, reason)
    assert console.query()["rows"]
    assert console.calls.snapshot() == {"search-console:searchanalytics.query": 2}


def test_other_methods_are_throttled_with_a_time_to_wait(console: Played) -> None:
    console.faults.arm("search-console:sites.get", FaultKind.THROTTLED)
    with console.service() as service:
        refused = refusal(service.sites().get(siteUrl=DOMAIN).execute)
    assert (refused["code"], refused["reason"]) == (429, "rateLimitExceeded")
