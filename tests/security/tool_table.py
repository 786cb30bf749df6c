"""What each tool needs and touches, by hand: the table that the product is held against.

A tool that it does not name fails the tests that walk through it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.support.api import USD, Api
from tests.support.write_journeys import confirm
from tests.support.write_samples import SAMPLES
from wpp_mcp.models.caller import Scope

ONE: Final = {"customerId": USD}
PROPERTY: Final = {"propertyId": "300000001"}
SITE: Final = {"siteUrl": "sc-domain:aster.example"}
DAYS: Final = {"startDate": "2026-08-01", "endDate": "2026-08-28"}

SUCCESS: Final = "SUCCESS"
PREVIEW: Final = "PREVIEW"
"""A change that was planned and waits for its yes: ``202``."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tool.

    Parameters
    ----------
    params
        Makes the parameters of a call that goes well, while every grant is as it was.
    touches
        ``account``: it needs the grant of one, and asks Google; ``own``: the caller's grants;
        ``asked``: them, and Google for each; ``nothing``: nothing of a client's;
        ``operation``: an operation of the caller's, and not its account.
    scope
        The scope that it needs.
    gives
        What a caller gets who may.
    """

    params: Callable[[Api], Mapping[str, Any]]
    touches: str = "account"
    scope: Scope = Scope.TOOLS_READ
    gives: str = SUCCESS


def _read(params: Mapping[str, Any], touches: str = "account") -> Row:
    return Row(lambda _: params, touches)


def _planned(sample: Callable[[Any], Mapping[str, Any]]) -> Row:
    return Row(lambda api: sample(api.box), scope=Scope.TOOLS_WRITE, gives=PREVIEW)


def _moved(params: Callable[[Api], Mapping[str, Any]], touches: str, gives: str = SUCCESS) -> Row:
    return Row(params, touches, Scope.TOOLS_WRITE, gives)


def _previewed(api: Api) -> dict[str, Any]:
    """Preview a change that an assistant may confirm alone."""
    answer = api.execute("submit_sitemap", SAMPLES["submit_sitemap"](api.box))
    assert answer.status_code == 202, answer.text
    preview: dict[str, Any] = answer.json()
    return preview


def _waiting(api: Api) -> dict[str, Any]:
    return {"operationId": _previewed(api)["operationId"]}


def _to_confirm(api: Api) -> dict[str, Any]:
    preview = _previewed(api)
    return {name: preview[name] for name in ("operationId", "confirmationToken")}


def _to_undo(api: Api) -> dict[str, Any]:
    preview = _previewed(api)
    assert confirm(api, preview)["success"] is True
    return {"operationIds": [preview["operationId"]]}


TOOLS: Final[Mapping[str, Row]] = {
    "get_analytics_metadata": _read(PROPERTY),
    "get_campaign_performance": _read(ONE),
    "get_property": _read(SITE),
    "get_property_details": _read(PROPERTY),
    "get_realtime_users": _read(PROPERTY),
    "get_resource_metadata": _read({"resource": "campaign"}, "nothing"),
    "get_search_terms_report": _read(ONE),
    "get_sitemap": _read({**SITE, "sitemapUrl": "https://www.aster.example/sitemap.xml"}),
    "inspect_url": _read({**SITE, "inspectionUrl": "https://www.aster.example/"}),
    "list_accessible_accounts": _read({}, "own"),
    "list_analytics_accounts": _read({}, "asked"),
    "list_analytics_properties": _read({}, "own"),
    "list_budgets": _read(ONE),
    "list_campaigns": _read(ONE),
    "list_properties": _read({}, "own"),
    "list_sitemaps": _read(SITE),
    "query_search_analytics": _read({**SITE, **DAYS, "dimensions": ["query"]}),
    "run_analytics_report": _read(
        {**PROPERTY, "dimensions": ["date"], "metrics": ["sessions"], "dateRanges": [DAYS]}
    ),
    "search_google_ads": _read({**ONE, "query": "SELECT campaign.id FROM campaign"}),
    "get_operation": Row(_waiting, "operation"),
    "list_operations": _read({}, "operation"),
    "cancel_operation": _moved(_waiting, "operation"),
    "confirm_operation": _moved(_to_confirm, "account"),
    "preview_rollback": _moved(_to_undo, "account", PREVIEW),
    **{name: _planned(sample) for name, sample in SAMPLES.items()},
}


def came_out(body: Mapping[str, Any]) -> str:
    """What a call came to: `SUCCESS`, `PREVIEW`, or the code of its refusal."""
    if body["success"]:
        return SUCCESS
    return PREVIEW if "preview" in body else str(body["error"]["code"])
