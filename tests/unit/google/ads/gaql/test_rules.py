import dataclasses

import pytest

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.gaql import reach
from wpp_mcp.google.ads.gaql.parser import parse
from wpp_mcp.google.ads.gaql.render import render
from wpp_mcp.google.ads.gaql.rules import govern, mentioned_customers
from wpp_mcp.models.accounts import AccountRef, Api

GRANTED, FOREIGN = "1234567890", "9876543210"
ACCOUNT = AccountRef(Api.GOOGLE_ADS, GRANTED)


def governed(text):
    return govern(parse(text), ACCOUNT, default_limit=1_000, max_limit=10_000)


def where(condition):
    return f"SELECT campaign.id FROM campaign WHERE {condition}"


def refusal(text):
    with pytest.raises(WppError) as caught:
        governed(text)
    return caught.value


def test_an_honest_query_passes_unchanged_but_for_its_limit():
    text = "SELECT customer.id, campaign.name FROM campaign WHERE campaign.name LIKE '%50%25 off%'"
    assert render(governed(text)) == f"{text} LIMIT 1000"
    assert render(governed(f"{text} LIMIT 10000")) == f"{text} LIMIT 10000"


@pytest.mark.parametrize("resource", reach.RESOURCES)
@pytest.mark.parametrize(
    "text",
    [
        "SELECT customer.id FROM {0}",
        "SELECT customer.id, {0}.id FROM customer",
        "SELECT customer.id FROM customer WHERE {0}.id = 1",
        "SELECT customer.id FROM customer ORDER BY {0}.id",
        "SELECT {0} FROM customer",
    ],
)
def test_resources_that_reach_further(resource, text):
    error = refusal(text.format(resource))
    assert error.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert error.extra["requestedAccount"].startswith(resource)


@pytest.mark.parametrize(
    "field",
    [
        *reach.FIELDS,
        "customer.conversion_tracking_setting",
        "billing_setup.payments_account_info.payments_account_name",
        "recommendation.refresh_customer_match_list_recommendation.owner_account.customer_id",
    ],
)
def test_fields_that_reach_further(field):
    error = refusal(f"SELECT {field} FROM customer")
    assert error.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert error.extra == {"requestedAccount": field}


@pytest.mark.parametrize("field", ["customer_clients.id", "goal.id", "billing_setup.id"])
def test_look_alikes_of_refused_names_are_not_refused(field):
    assert governed(f"SELECT {field} FROM campaign")


@pytest.mark.parametrize(
    "condition",
    [
        f"customer.id = {FOREIGN}",
        f"customer.id = '{FOREIGN}'",
        "customer.id = '987-654-3210'",
        "customer.id = ' 9876543210 '",
        "customer.id = '98765-43210'",
        "customer.id = 00009876543210",
        "customer.id = 9876543210.0",
        "customer.id = '\uff19876543210'",
        "customer.id = '\u0669876543210'",
        "customer.id = '9876\u200b543210'",
        "customer.id = '%39876543210'",
        f"customer.id IN ({GRANTED}, {FOREIGN})",
        f"customer.id != {FOREIGN}",
        f"customer.id BETWEEN {GRANTED} AND {FOREIGN}",
        f"customer.id LIKE '{FOREIGN}%'",
        f"campaign.id = 5 AND customer.id = {FOREIGN}",
        f"customer.resource_name = 'customers/{FOREIGN}'",
        f"customer_label.customer = 'customers/{FOREIGN}'",
        f"customer_label.customer = '{FOREIGN}'",
        f"campaign.resource_name = 'customers/{FOREIGN}/campaigns/1'",
        f"ad_group.campaign IN ('customers/{GRANTED}/campaigns/1', 'customers/{FOREIGN}/x/1')",
        "ad_group.campaign = 'customers/987-654-3210/campaigns/1'",
        f"ad_group.campaign = 'Customers/{FOREIGN}/campaigns/1'",
        f"ad_group.campaign = 'cu\u017ftomers/{FOREIGN}'",
        f"ad_group.campaign = 'customers%2F{FOREIGN}%2Fcampaigns%2F1'",
        f"ad_group.campaign = 'customers%252f{FOREIGN}'",
        "ad_group.campaign = '%63ustomers/%39876543210'",
        f"ad_group.campaign = 'customers\uff0f{FOREIGN}'",
        f"ad_group.campaign = 'cust\u200bomers/{FOREIGN}'",
        "ad_group.campaign = 'customers/987\u2011654\u20113210'",
        f"ad_group.campaign = 'https://x.example/v26/customers/{FOREIGN}/campaigns/1'",
        f"ad_group.campaign = 'customers/{GRANTED}/../customers/{FOREIGN}'",
        f"ad_group.campaign LIKE 'customers/{FOREIGN}/%'",
        "ad_group.campaign LIKE 'customers/[9]876543210/%'",
        f"ad_group.campaign REGEXP_MATCH '^customers\\\\/{FOREIGN}.*$'",
        f"campaign.name = 'see customers/{FOREIGN}'",
        f"campaign.labels CONTAINS ANY ('customers/{FOREIGN}/labels/1')",
    ],
)
def test_another_customer_however_spelled(condition):
    error = refusal(where(condition))
    assert error.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert error.extra == {"requestedAccount": FOREIGN}
    assert FOREIGN in mentioned_customers(parse(where(condition)))


@pytest.mark.parametrize(
    ("condition", "sent"),
    [
        (f"customer.id = {GRANTED}", f"customer.id = {GRANTED}"),
        (f"customer.id = '{GRANTED}'", f"customer.id = '{GRANTED}'"),
        ("customer.id = '123-456-7890'", f"customer.id = {GRANTED}"),
        (f"customer.id IN ({GRANTED}, '123-456-7890')", f"customer.id IN ({GRANTED}, {GRANTED})"),
        (f"customer.resource_name = 'customers/{GRANTED}'", None),
        (f"campaign.resource_name = 'customers/{GRANTED}/campaigns/{FOREIGN}'", None),
        (f"campaign.id = {FOREIGN}", None),
        ("campaign.name = 'Customers/Prospects 2026'", None),
        ("campaign.name = 'call 987-654-3210'", None),
    ],
)
def test_the_granted_customer_and_what_only_looks_like_one(condition, sent):
    assert render(governed(where(condition))) == f"{where(sent or condition)} LIMIT 1000"
    assert mentioned_customers(parse(where(condition))) <= {GRANTED}


@pytest.mark.parametrize(
    "condition",
    [
        f"customer.id != {GRANTED}",
        f"customer.id > {GRANTED}",
        f"customer.id NOT IN ({GRANTED})",
        f"customer.id BETWEEN {GRANTED} AND {GRANTED}",
        f"customer.id LIKE '{GRANTED}'",
        f"customer.id LIKE '{GRANTED[:5]}%'",
        "customer.id REGEXP_MATCH '.*'",
        "customer.id IS NOT NULL",
        "customer.id IS NULL",
        f"customer.id CONTAINS ANY ({GRANTED})",
        "customer.id = 123",
        "customer.id = 'me'",
        "customer.id = TRUE",
        f"customer.id = ' {GRANTED}'",
        f"customer.id = 0{GRANTED}",
        f"customer.id = {GRANTED}.0",
        f"customer.resource_name = '{GRANTED}'",
        f"customer.resource_name = 'CUSTOMERS/{GRANTED}'",
        f"customer.resource_name LIKE 'customers/{GRANTED}'",
        "customer.resource_name LIKE 'customers/%'",
        "campaign.resource_name LIKE 'customers/%'",
        "campaign.resource_name REGEXP_MATCH '.*'",
        "campaign.resource_name > 'customers/1'",
    ],
)
def test_customers_by_pattern_range_or_exclusion(condition):
    assert refusal(where(condition)).code is ErrorCode.INVALID_REQUEST


def test_mentioned_customers_normalised():
    query = parse(
        where(
            "customer.id IN ('123-456-7890', 9876543210) "
            "AND campaign.resource_name = 'customers/5555555555/campaigns/1' AND campaign.id = 1"
        )
    )
    assert mentioned_customers(query) == {GRANTED, FOREIGN, "5555555555"}
    assert mentioned_customers(parse("SELECT a.b FROM c")) == frozenset()


@pytest.mark.parametrize("limit", [10_001, 9_999_999_999])
def test_limit_above_the_maximum_says_the_maximum(limit):
    error = refusal(f"SELECT campaign.id FROM campaign LIMIT {limit}")
    assert error.code is ErrorCode.INVALID_REQUEST
    assert "10000" in error.message


@pytest.mark.parametrize("limit", [0, -1])
def test_limit_below_one(limit):
    query = dataclasses.replace(parse("SELECT campaign.id FROM campaign"), limit=limit)
    with pytest.raises(WppError) as caught:
        govern(query, ACCOUNT, default_limit=10, max_limit=100)
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_default_limit_is_never_above_the_maximum():
    query = parse("SELECT campaign.id FROM campaign")
    assert govern(query, ACCOUNT, default_limit=500, max_limit=100).limit == 100


@pytest.mark.parametrize(
    "parameters",
    [
        "login_customer_id = x",
        "include_drafts = maybe",
        "include_drafts = true, include_drafts = false",
        "include_drafts = true, return_everything = true",
    ],
)
def test_parameters_not_on_the_list(parameters):
    error = refusal(f"SELECT campaign.id FROM campaign PARAMETERS {parameters}")
    assert error.code is ErrorCode.INVALID_REQUEST


def test_parameters_on_the_list():
    text = "SELECT campaign.id FROM campaign LIMIT 5 PARAMETERS "
    text += "include_drafts = true, omit_unselected_resource_names = false"
    assert render(governed(text)) == text


def test_a_name_from_an_account_is_data():
    """G3: a campaign called like a clause stays one string of one condition."""
    name = "x' OR customer.id = 1 LIMIT 1; SELECT customer_client.id FROM customer_client --"
    query = governed(where(f'campaign.name = "{name}"'))
    assert [value.text for value in query.conditions[0].values] == [name]
    assert parse(render(query)) == query
