"""G3: whatever names and filters hold, Google gets exactly one governed SELECT."""

from dataclasses import dataclass
from typing import Any, Final

import pytest

from sandbox.world import hostile
from tests.support.api import HOSTILE, MANAGER_ACCOUNT, USD, Api
from wpp_mcp.google.ads.gaql.ast import LiteralKind
from wpp_mcp.google.ads.gaql.parser import parse

ROLE: Final = "other-practitioner"


@dataclass(frozen=True)
class Asked:
    """What reached Google."""

    account: str
    login: str | None
    query: str


@pytest.fixture
def asked(api: Api, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Every query that reaches Google during a test."""
    search = api.box._google.ads._search.search
    found: list[Asked] = []

    def watched(request: Any, headers: Any) -> Any:
        found.append(Asked(request.customer_id, headers.login_customer_id, request.query))
        return search(request, headers)

    monkeypatch.setattr(api.box._google.ads._search, "search", watched)
    return found


def quoted(text: str) -> str:
    """A text as a GAQL string."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


NAMES: Final = [
    *(n for n in hostile.CAMPAIGN_NAMES if len(n) < 1_500 and n.isprintable()),
    "O'Brien",
    'He said "no"',
    "back\\slash",
    "both ' and \" and \\' here",
    "' OR campaign.id > 0 OR campaign.name = '",
    "x' LIMIT 9999 PARAMETERS include_drafts = true --",
    "x') FROM customer_client WHERE (campaign.name = 'x",
    "%_[]^$",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:30])
@pytest.mark.parametrize("form", ["text", "parts"])
def test_a_name_in_a_filter_stays_one_value(
    api: Api, asked: list[Asked], name: str, form: str
) -> None:
    condition = f"campaign.name = {quoted(name)}"
    params: dict[str, Any] = {"query": f"SELECT campaign.id FROM campaign WHERE {condition}"}
    if form == "parts":
        params = {"fields": ["campaign.id"], "resource": "campaign", "conditions": [condition]}

    answer = api.execute("search_google_ads", {"customerId": HOSTILE, **params}, role=ROLE)

    assert answer.status_code == 200, answer.text
    (one,) = asked
    sent = parse(one.query)
    assert one.account == HOSTILE
    assert (sent.resource, sent.fields, sent.limit) == ("campaign", ("campaign.id",), 1_000)
    assert (sent.parameters, sent.orderings) == ((), ())
    (only,) = sent.conditions
    (value,) = only.values
    assert (only.field, only.operator.value) == ("campaign.name", "=")
    assert (value.kind, value.text) == (LiteralKind.STRING, name)
    known = {c.name for c in api.box.world.accounts[HOSTILE].campaigns.values()}
    assert (answer.json()["data"]["returnedRows"] > 0) is (name in known)


SMUGGLED: Final[dict[str, dict[str, Any]]] = {
    "clause in a field": {"fields": ["campaign.id FROM customer"], "resource": "campaign"},
    "list in a field": {"fields": ["campaign.id, campaign.name"], "resource": "campaign"},
    "clause in the resource": {"fields": ["campaign.id"], "resource": "campaign LIMIT 1"},
    "two resources": {"fields": ["campaign.id"], "resource": "campaign, customer"},
    "two conditions": {
        "fields": ["campaign.id"],
        "resource": "campaign",
        "conditions": ["campaign.id > 0 AND campaign.status = 'ENABLED'"],
    },
    "clause in a condition": {
        "fields": ["campaign.id"],
        "resource": "campaign",
        "conditions": ["campaign.id > 0 ORDER BY campaign.id"],
    },
    "open quote": {
        "fields": ["campaign.id"],
        "resource": "campaign",
        "conditions": ["campaign.name = 'x", "campaign.name = x'"],
    },
    "clause in an ordering": {
        "fields": ["campaign.id"],
        "resource": "campaign",
        "orderings": ["campaign.id LIMIT 5"],
    },
    "parameters in an ordering": {
        "fields": ["campaign.id"],
        "resource": "campaign",
        "orderings": ["campaign.id DESC PARAMETERS include_drafts=true"],
    },
    "comment": {
        "fields": ["campaign.id"],
        "resource": "campaign",
        "conditions": ["campaign.id > 0 -- and no more"],
    },
    "line break in a string": {"query": "SELECT campaign.id FROM campaign WHERE a = 'x\ny'"},
    "two statements": {"query": "SELECT campaign.id FROM campaign; SELECT x FROM customer"},
    "union": {"query": "SELECT campaign.id FROM campaign UNION SELECT x FROM customer"},
    "no select": {"query": "DELETE FROM campaign"},
    "sub-select": {
        "query": "SELECT campaign.id FROM campaign WHERE campaign.id IN (SELECT x FROM y)"
    },
    "wildcard": {"query": "SELECT * FROM campaign"},
    "unknown parameter": {"query": "SELECT campaign.id FROM campaign PARAMETERS x = true"},
    "limit over the top": {"query": "SELECT campaign.id FROM campaign LIMIT 10001"},
    "limit 0": {"query": "SELECT campaign.id FROM campaign LIMIT 0"},
    "both forms": {"query": "SELECT campaign.id FROM campaign", "resource": "campaign"},
    "a query beside a limit": {"query": "SELECT campaign.id FROM campaign", "limit": 5},
}


@pytest.mark.parametrize("name", SMUGGLED)
@pytest.mark.parametrize("way", ["execute", "modern"])
def test_a_smuggled_clause_never_reaches_google(
    api: Api, asked: list[Asked], name: str, way: str
) -> None:
    params = {"customerId": USD, **SMUGGLED[name]}
    if way == "execute":
        body = api.execute("search_google_ads", params).json()
    else:
        answer = api.modern("tools/call", {"name": "search_google_ads", "arguments": params})
        body = answer.json()["result"]["structuredContent"]

    assert body["error"]["code"] == "INVALID_REQUEST", body
    assert asked == []


@pytest.mark.parametrize(
    ("tool", "params"),
    [
        ("get_campaign_performance", {}),
        ("get_campaign_performance", {"startDate": "2026-01-01", "endDate": "2026-01-31"}),
        ("get_campaign_performance", {"campaignIds": ["1", "2"]}),
        ("get_search_terms_report", {"campaignIds": ["00000000000000000001"]}),
        ("list_budgets", {"budgetIds": ["1"]}),
        ("list_campaigns", {"status": "PAUSED"}),
        ("search_google_ads", {"query": "select campaign.id from campaign limit 7"}),
    ],
    ids=str,
)
def test_what_reaches_google_is_one_select_on_the_granted_account(
    api: Api, asked: list[Asked], tool: str, params: dict[str, Any]
) -> None:
    answer = api.execute(tool, {"customerId": USD, **params})

    assert answer.status_code == 200, answer.text
    (one,) = asked
    assert (one.account, one.login) == (USD, MANAGER_ACCOUNT)
    sent = parse(one.query)
    assert sent.limit is not None
    assert sent.limit <= 10_000
    assert one.query.startswith("SELECT ")
    assert one.query.count("SELECT") == one.query.count(" FROM ") == 1
    assert not any(condition.field.startswith("customer") for condition in sent.conditions)


@pytest.mark.parametrize(
    ("tool", "params"),
    [
        ("get_campaign_performance", {"campaignIds": ["1) OR (1"]}),
        ("get_campaign_performance", {"campaignIds": ["1", "2 "]}),
        ("get_campaign_performance", {"campaignIds": ["\u0661"]}),
        ("get_campaign_performance", {"campaignIds": [1]}),
        ("get_campaign_performance", {"startDate": "2026-01-01'", "endDate": "2026-01-31"}),
        ("get_campaign_performance", {"startDate": "2026-02-01", "endDate": "2026-01-31"}),
        ("list_budgets", {"budgetIds": ["1 PARAMETERS x=y"]}),
        ("list_budgets", {"budgetIds": []}),
        ("list_campaigns", {"status": "ENABLED' OR '1'='1"}),
        ("get_resource_metadata", {"resource": "campaign%' OR name LIKE '%"}),
        ("get_resource_metadata", {"resource": "campaign.%"}),
        ("get_resource_metadata", {"resource": "campaign\n"}),
    ],
    ids=str,
)
def test_a_filter_that_is_more_than_a_value_is_refused(
    api: Api, asked: list[Asked], tool: str, params: dict[str, Any]
) -> None:
    given = params if tool == "get_resource_metadata" else {"customerId": USD, **params}

    answer = api.execute(tool, given)

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == "INVALID_REQUEST"
    assert asked == []
    assert api.calls("google-ads") == {}
