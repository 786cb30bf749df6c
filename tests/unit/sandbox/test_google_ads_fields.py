import pytest
from google.ads.googleads.errors import GoogleAdsException

from sandbox.google_ads.catalogue import METRICS, RESOURCES, SEGMENTS
from sandbox.google_ads.dates import BY_DAY
from sandbox.google_ads.measures import MEASURES


@pytest.fixture
def fields(ads):
    return ads.service("GoogleAdsFieldService")


def names(fields, query: str) -> list[str]:
    return [field.name for field in fields.search_google_ads_fields(query=query, retry=None)]


def test_everything_listed_is_answered() -> None:
    assert set(METRICS) == set(MEASURES)
    assert set(SEGMENTS) == {*BY_DAY, "segments.device"}


def test_one_attribute(fields) -> None:
    field = fields.get_google_ads_field(resource_name="googleAdsFields/campaign.status")
    assert field.category.name == "ATTRIBUTE"
    assert field.data_type.name == "ENUM"
    assert field.selectable
    assert field.filterable
    assert field.sortable
    assert not field.is_repeated
    assert {"ENABLED", "PAUSED", "REMOVED"} <= set(field.enum_values)


@pytest.mark.parametrize(
    ("name", "data_type", "repeated"),
    [
        ("campaign.labels", "STRING", True),
        ("campaign.resource_name", "RESOURCE_NAME", False),
        ("campaign.id", "INT64", False),
        ("campaign_budget.explicitly_shared", "BOOLEAN", False),
        ("segments.date", "DATE", False),
        ("metrics.ctr", "DOUBLE", False),
        ("ad_group.type", "ENUM", False),
        ("ad_group_criterion.keyword.text", "STRING", False),
    ],
)
def test_data_types(fields, name: str, data_type: str, repeated: bool) -> None:
    field = fields.get_google_ads_field(resource_name=f"googleAdsFields/{name}")
    assert (field.data_type.name, field.is_repeated) == (data_type, repeated)


def test_one_resource(fields) -> None:
    field = fields.get_google_ads_field(resource_name="googleAdsFields/campaign")
    assert field.category.name == "RESOURCE"
    assert not field.selectable
    assert "campaign_budget" in field.attribute_resources
    assert "metrics.clicks" in field.metrics
    assert "segments.date" in field.segments
    assert "customer" in field.selectable_with
    bare = fields.get_google_ads_field(resource_name="googleAdsFields/ad_group_criterion")
    assert not bare.metrics


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("googleAdsFields/campaign.nme", "RESOURCE_NOT_FOUND"),
        ("campaign.name", "RESOURCE_NAME_MALFORMED"),
    ],
)
def test_no_such_field(fields, name: str, code: str) -> None:
    with pytest.raises(GoogleAdsException) as caught:
        fields.get_google_ads_field(resource_name=name)
    assert caught.value.failure.errors[0].error_code.request_error.name == code


def test_search_by_prefix_gives_only_what_is_selected(fields) -> None:
    found = list(
        fields.search_google_ads_fields(
            query="SELECT name, category WHERE name LIKE 'campaign.%' ORDER BY name DESC"
        )
    )
    assert found[0].name > found[-1].name
    assert all(field.name.startswith("campaign.") for field in found)
    assert all(field.category.name == "ATTRIBUTE" for field in found)
    assert not any(field.selectable or field.enum_values for field in found)


def test_search_by_category_and_flags(fields) -> None:
    assert names(fields, "SELECT name WHERE category = 'RESOURCE'") == sorted(RESOURCES)
    assert names(fields, "SELECT name WHERE category = METRIC LIMIT 2") == sorted(METRICS)[:2]
    assert "campaign.name" in names(fields, "SELECT name WHERE selectable = true")
    assert names(fields, "SELECT name WHERE name IN ('campaign.id', 'from.where')") == [
        "campaign.id"
    ]
    assert names(fields, "SELECT name WHERE metrics CONTAINS ANY ('metrics.clicks')")


def test_pages(fields) -> None:
    request = {"query": "SELECT name", "page_size": 100}
    first = next(fields.search_google_ads_fields(request=request).pages)
    assert len(first.results) == 100
    assert first.total_results_count > 300
    assert len(names(fields, "SELECT name")) == first.total_results_count
    paged = list(fields.search_google_ads_fields(request=request))
    assert len(paged) == first.total_results_count


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT name FROM google_ads_field", "UNEXPECTED_FROM_CLAUSE"),
        ("SELECT nme", "UNRECOGNIZED_FIELD"),
        ("SELECT name WHERE category = 'METRICS'", "BAD_ENUM_CONSTANT"),
        ("name LIKE 'campaign.%'", "EXPECTED_SELECT"),
    ],
)
def test_bad_queries_for_fields(fields, query: str, code: str) -> None:
    with pytest.raises(GoogleAdsException) as caught:
        fields.search_google_ads_fields(query=query)
    assert caught.value.failure.errors[0].error_code.query_error.name == code


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("practitioner", ["customers/1000000001"]),
        ("other-practitioner", [f"customers/100000020{n}" for n in range(1, 5)]),
        ("auditor", []),
    ],
)
def test_accessible_customers(ads, role: str, expected: list[str]) -> None:
    customers = ads.service("CustomerService", role=role, login=None)
    assert list(customers.list_accessible_customers().resource_names) == expected


def test_calls_are_counted_by_operation(ads, fields) -> None:
    names(fields, "SELECT name LIMIT 1")
    fields.get_google_ads_field(resource_name="googleAdsFields/campaign")
    ads.service("CustomerService").list_accessible_customers()
    assert ads.calls.snapshot() == {
        "google-ads:GetGoogleAdsField": 1,
        "google-ads:ListAccessibleCustomers": 1,
        "google-ads:SearchGoogleAdsFields": 1,
    }
