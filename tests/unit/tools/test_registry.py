import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from wpp_mcp.audit.entry import Action
from wpp_mcp.google.scopes import GOOGLE_SCOPES
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.caller import Role, Scope
from wpp_mcp.tools import registry
from wpp_mcp.tools.connections import CONNECTIONS
from wpp_mcp.tools.google_ads.list_campaigns import Campaign, CampaignsQuery
from wpp_mcp.tools.registry import (
    Kind,
    OneAccount,
    OwnAccounts,
    Public,
    catalogue,
    products,
    read_tool,
)
from wpp_mcp.tools.schemas import input_schema, output_schema
from wpp_mcp.tools.table import Table

NAMES = [
    "add_keywords",
    "add_negative_keywords",
    "apply_label_to_campaign",
    "cancel_operation",
    "confirm_operation",
    "create_ad_group",
    "create_budget",
    "create_campaign",
    "create_label",
    "create_responsive_search_ad",
    "create_search_campaign",
    "delete_sitemap",
    "get_analytics_metadata",
    "get_campaign_performance",
    "get_operation",
    "get_property",
    "get_property_details",
    "get_realtime_users",
    "get_resource_metadata",
    "get_search_terms_report",
    "get_sitemap",
    "inspect_url",
    "list_accessible_accounts",
    "list_analytics_accounts",
    "list_analytics_properties",
    "list_budgets",
    "list_campaigns",
    "list_operations",
    "list_properties",
    "list_sitemaps",
    "pause_ad",
    "pause_keyword",
    "preview_rollback",
    "query_search_analytics",
    "remove_keywords",
    "remove_negative_keywords",
    "run_analytics_report",
    "search_google_ads",
    "set_keyword_bid",
    "submit_sitemap",
    "update_ad_group",
    "update_budget",
    "update_campaign",
    "update_campaign_status",
]
DECLARED = registry._DECLARED


def declared(function: Any, **how: Any) -> Any:
    how = {"api": Api.GOOGLE_ADS, "title": "T", "account": "customer_id"} | how
    return getattr(read_tool(**how)(function), DECLARED)


def good(ads: object, query: CampaignsQuery) -> Table[Campaign]:
    """When to use it."""
    return Table([])


def silent(ads: object, query: CampaignsQuery) -> Table[Campaign]:
    return Table([])


def untyped(ads, query) -> Table[Campaign]:
    """When to use it."""
    return Table([])


def vague(ads: object, query: CampaignsQuery):
    """When to use it."""
    return Table([])


def crowded(ads: object, query: CampaignsQuery, more: str) -> Table[Campaign]:
    """When to use it."""
    return Table([])


def test_a_declaration_says_everything() -> None:
    tool = declared(good)
    assert (tool.name, tool.title, tool.description) == ("good", "T", "When to use it.")
    assert (tool.input, tool.row, tool.connection) == (CampaignsQuery, Campaign, object)
    assert (tool.action, tool.scope, tool.toolset) == (Action.READ, Scope.TOOLS_READ, "ads")
    assert tool.reach == OneAccount("customer_id")
    assert tool.run is good
    assert declared(good, account=None, reach=OwnAccounts()).reach == OwnAccounts()


@pytest.mark.parametrize(
    ("function", "how"),
    [
        (good, {"account": None}),
        (good, {"account": "customerId"}),
        (good, {"account": "no_such"}),
        (good, {"account": None, "reach": Public("")}),
        (silent, {}),
        (untyped, {}),
        (vague, {}),
        (crowded, {}),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value),
)
def test_a_declaration_that_is_not_complete_does_not_start(function: Any, how: Any) -> None:
    with pytest.raises(TypeError):
        declared(function, **how)


def test_the_catalogue() -> None:
    assert list(catalogue()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_is_complete(name: str) -> None:
    tool = catalogue()[name]
    assert tool.name == name
    assert tool.title
    assert "Use it" in tool.description or "Call it" in tool.description
    assert Role.AUDITOR not in tool.roles
    assert (tool.connection in CONNECTIONS) is (tool.api is not None)
    if isinstance(tool.reach, OneAccount):
        assert tool.reach.parameter in tool.input.model_fields
    elif isinstance(tool.reach, Public):
        assert "customer_id" not in tool.input.model_fields
        assert len(tool.reach.reason) > 20


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_the_wire_s(name: str) -> None:
    tool = catalogue()[name]
    given, answered = input_schema(tool), output_schema(tool)
    assert set(given["properties"]) == {f.alias for f in tool.input.model_fields.values()}
    assert given["additionalProperties"] is False
    assert "title" not in given
    assert {"data", "preview", "error"} <= set(answered["properties"])
    assert answered["required"] == ["success"]
    if tool.kind is not Kind.READ:
        assert (tool.row, tool.scope) == (None, Scope.TOOLS_WRITE)
        return
    row = answered["properties"]["data"]["properties"]["rows"]["items"]
    assert set(row.get("properties", {})) == {f.alias for f in tool.row.model_fields.values()}


def test_two_tools_of_one_name_do_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = registry.pkgutil.iter_modules
    monkeypatch.setattr(registry.pkgutil, "iter_modules", lambda path: [*modules(path)] * 2)
    catalogue.cache_clear()
    with pytest.raises(TypeError, match="two tools are called"):
        catalogue()
    monkeypatch.undo()
    assert list(catalogue()) == NAMES


def test_the_catalogue_loads_no_google_library() -> None:
    code = (
        "import sys; from wpp_mcp.tools.registry import catalogue; catalogue();"
        "print([m for m in sys.modules if m.split('.')[0] in ('grpc', 'google')])"
    )
    environ = {"PYTHONPATH": str(Path(registry.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environ, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_each_product_asks_google_for_one_scope() -> None:
    """What a connection asks for: the products that have tools, and no more than they need."""
    assert set(GOOGLE_SCOPES) == set(Api) == set(products())
    assert set(products()) == {tool.api for tool in catalogue().values()} - {None}
    base = "https://www.googleapis.com/auth/"
    assert {
        Api.GOOGLE_ADS: f"{base}adwords",
        Api.ANALYTICS: f"{base}analytics.readonly",
        Api.SEARCH_CONSOLE: f"{base}webmasters",
    } == GOOGLE_SCOPES
