import time

import grpc
import pytest
from google.ads.googleads.errors import GoogleAdsException
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.api_core import exceptions
from google.rpc.status_pb2 import Status

from sandbox.faults import FaultKind

US = "1000000101"
SOUTH = "1000000201"
MANAGER_ACCOUNT = "1000000001"
PLAIN = "SELECT campaign.id FROM campaign"
DATED = "SELECT segments.date, metrics.clicks FROM campaign WHERE segments.date"


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        (
            "SELECT campaign.nme FROM campaign",
            "UNRECOGNIZED_FIELD",
            "Unrecognized field in the query: 'campaign.nme'.",
        ),
        (
            "SELECT ad_group.type_ FROM ad_group",
            "UNRECOGNIZED_FIELD",
            "Unrecognized field in the query: 'ad_group.type_'.",
        ),
        (
            "SELECT campaign.id FROM campaign WHERE campaign.name.first = 'x'",
            "UNRECOGNIZED_FIELD",
            "Unrecognized field in the query: 'campaign.name.first'.",
        ),
        (
            "SELECT campaign.id FROM campaigns",
            "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE",
            "Invalid resource type was specified in the FROM clause: 'campaigns'.",
        ),
        (
            "SELECT ad_group.id, ad_group_criterion.status FROM campaign",
            "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE",
            (
                "Cannot select fields from the following resources: 'AD_GROUP', "
                "'AD_GROUP_CRITERION', since the resource is incompatible with the resource in "
                "FROM clause."
            ),
        ),
        (
            "SELECT campaign.id, metrics.clicks FROM campaign WHERE segments.device = MOBILE",
            "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
            "The following field must be present in SELECT clause: 'segments.device'.",
        ),
        (
            "SELECT campaign.id FROM campaign ORDER BY metrics.clicks",
            "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
            "The following field must be present in SELECT clause: 'metrics.clicks'.",
        ),
        (
            "SELECT segments.date, metrics.clicks FROM campaign",
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "Expects filters on the following field to limit a finite date range: 'segments.date'",
        ),
        (
            f"{PLAIN} WHERE campaign.status = 'ENABLD'",
            "BAD_ENUM_CONSTANT",
            "Invalid enum value cannot be included in WHERE clause: 'ENABLD'.",
        ),
    ],
)
def test_google_words_for_bad_queries(ads, query: str, code: str, message: str) -> None:
    assert ads.refusal(query) == ("INVALID_ARGUMENT", code, message)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT campaign FROM campaign", "PROHIBITED_FIELD_IN_SELECT_CLAUSE"),
        ("SELECT campaign.network_settings FROM campaign", "PROHIBITED_FIELD_IN_SELECT_CLAUSE"),
        (f"{PLAIN} ORDER BY campaign.labels", "PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE"),
        (f"{PLAIN} WHERE campaign.network_settings = 1", "PROHIBITED_FIELD_IN_WHERE_CLAUSE"),
        (f"{PLAIN} WHERE ad_group.id = 1", "PROHIBITED_RESOURCE_TYPE_IN_WHERE_CLAUSE"),
        ("SELECT asset.id FROM asset", "PROHIBITED_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT metrics.clicks FROM metrics", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        (
            "SELECT metrics.clicks FROM ad_group_criterion",
            "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (
            "SELECT segments.hour, metrics.clicks FROM campaign",
            "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (f"{DATED} >= '2026-01-01'", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (f"{DATED} != '2026-01-01'", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (f"{DATED} DURING LAST_5_DAYS", "INVALID_VALUE_WITH_DURING_OPERATOR"),
        (f"{DATED} = '2026-02-30'", "INVALID_DATE_FORMAT"),
        (f"{DATED} BETWEEN '2026-02-02' AND '2026-02-01'", "INVALID_VALUE_WITH_BETWEEN_OPERATOR"),
        (
            f"{DATED} = '2026-02-01' AND segments.month = '2026-02-02'",
            "MISALIGNED_DATE_FOR_FILTER",
        ),
        (f"{PLAIN} WHERE campaign.id DURING TODAY", "OPERATOR_FIELD_MISMATCH"),
        (f"{PLAIN} WHERE campaign.id LIKE '1%'", "OPERATOR_FIELD_MISMATCH"),
        (f"{PLAIN} WHERE campaign.name > 'a'", "OPERATOR_FIELD_MISMATCH"),
        (f"{PLAIN} WHERE campaign.name CONTAINS ANY ('a')", "OPERATOR_FIELD_MISMATCH"),
        (f"{PLAIN} WHERE campaign.status = UNKNOWN", "PROHIBITED_ENUM_CONSTANT"),
        (f"{PLAIN} WHERE campaign.id = 'one'", "BAD_NUMBER"),
        (f"{PLAIN} WHERE campaign.id = '\u0661'", "BAD_NUMBER"),
        (f"{PLAIN} WHERE metrics.ctr > 'nan'", "BAD_NUMBER"),
        (f"{PLAIN} WHERE campaign.name = 1", "BAD_VALUE"),
        (f"{PLAIN} WHERE campaign_budget.explicitly_shared = 'maybe'", "BAD_VALUE"),
        (f"{PLAIN} WHERE campaign.name REGEXP_MATCH '('", "INVALID_STRING_VALUE"),
        (f"{PLAIN} PARAMETERS include_everything=true", "BAD_PARAMETER_NAME"),
        (f"{PLAIN} PARAMETERS include_drafts=perhaps", "BAD_PARAMETER_VALUE"),
        ("DELETE FROM campaign", "EXPECTED_SELECT"),
        (f"{PLAIN}; DROP TABLE campaign", "UNEXPECTED_INPUT"),
        ("SELECT campaign.id FROM", "UNEXPECTED_END_OF_QUERY"),
        ("", "REQUIRED_FIELD_MISSING"),
    ],
)
def test_codes_for_bad_queries(ads, query: str, code: str) -> None:
    assert ads.refusal(query)[:2] == ("INVALID_ARGUMENT", code)


def test_metrics_of_the_manager_account(ads) -> None:
    query = "SELECT metrics.clicks FROM customer"
    status, code, message = ads.refusal(query, MANAGER_ACCOUNT)
    assert (status, code) == ("INVALID_ARGUMENT", "REQUESTED_METRICS_FOR_MANAGER")
    assert message.startswith("Metrics cannot be requested for a manager account.")


@pytest.mark.parametrize(
    ("role", "login", "customer_id"),
    [
        ("practitioner", None, US),
        ("practitioner", US, US),
        ("practitioner", SOUTH, US),
        ("practitioner", MANAGER_ACCOUNT, "9999999999"),
        ("other-practitioner", None, US),
        ("other-practitioner", MANAGER_ACCOUNT, SOUTH),
        ("other-practitioner", SOUTH, "1000000202"),
        ("auditor", MANAGER_ACCOUNT, US),
        ("outsider", None, US),
    ],
)
def test_accounts_out_of_reach(ads, role: str, login: str | None, customer_id: str) -> None:
    status, code, message = ads.refusal(PLAIN, customer_id, role=role, login=login)
    assert (status, code) == ("PERMISSION_DENIED", "USER_PERMISSION_DENIED")
    assert "'login-customer-id' header" in message


@pytest.mark.parametrize("login", [None, SOUTH])
def test_accounts_reached_directly(ads, login: str | None) -> None:
    assert ads.rows(PLAIN, SOUTH, role="other-practitioner", login=login)


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("sandbox-google-expired-practitioner", "OAUTH_TOKEN_EXPIRED"),
        ("sandbox-google-token-nobody", "OAUTH_TOKEN_INVALID"),
    ],
)
def test_bad_tokens(ads, token: str, code: str) -> None:
    service = ads.client(token).get_service("GoogleAdsService")
    with pytest.raises(GoogleAdsException) as caught:
        service.search(customer_id=US, query=PLAIN, retry=None)
    assert ads.refused(caught.value) == ("UNAUTHENTICATED", code)
    customers = ads.client(token).get_service("CustomerService")
    with pytest.raises(GoogleAdsException) as caught:
        customers.list_accessible_customers(retry=None)
    assert ads.refused(caught.value) == ("UNAUTHENTICATED", code)


@pytest.mark.parametrize(
    ("metadata", "status", "code"),
    [
        ([("developer-token", "x")], "UNAUTHENTICATED", b"header is missing"),
        ([("authorization", "Bearer x")], "INVALID_ARGUMENT", b"developer token"),
        (
            [
                ("authorization", "Bearer sandbox-google-token-practitioner"),
                ("developer-token", "x"),
                ("login-customer-id", "100-000-0001"),
            ],
            "INVALID_ARGUMENT",
            b"login customer ID",
        ),
    ],
)
def test_missing_and_malformed_headers(ads, metadata, status: str, code: bytes) -> None:
    with grpc.secure_channel(ads.endpoint, grpc.ssl_channel_credentials()) as channel:
        search = channel.unary_unary("/google.ads.googleads.v26.services.GoogleAdsService/Search")
        with pytest.raises(grpc.RpcError) as caught:
            search(b"\x0a\x0a1000000101", metadata=metadata)
    assert caught.value.code().name == status
    trailing = dict(caught.value.trailing_metadata())
    assert code in trailing["google.ads.googleads.v26.errors.googleadsfailure-bin"]


def test_malformed_customer_id(ads) -> None:
    with pytest.raises(GoogleAdsException) as caught:
        ads.rows(PLAIN, "123-456-7890")
    assert ads.refused(caught.value) == ("INVALID_ARGUMENT", "INVALID_CUSTOMER_ID")
    path = caught.value.failure.errors[0].location.field_path_elements
    assert [element.field_name for element in path] == ["customer_id"]


def test_page_size_and_tokens_of_other_queries(ads) -> None:
    service = ads.service("GoogleAdsService")
    request = {"customer_id": US, "query": PLAIN}
    for more, code in (
        ({"page_size": 10}, "PAGE_SIZE_NOT_SUPPORTED"),
        ({"page_token": "bm9uc2Vuc2U="}, "INVALID_PAGE_TOKEN"),
        (
            {"search_settings": {"return_summary_row": True}},
            "CANNOT_RETURN_SUMMARY_ROW_FOR_REQUEST_WITHOUT_METRICS",
        ),
    ):
        with pytest.raises(GoogleAdsException) as caught:
            service.search(request={**request, **more}, retry=None)
        assert ads.refused(caught.value) == ("INVALID_ARGUMENT", code)
    many = "SELECT campaign.id, segments.date FROM campaign WHERE segments.date DURING LAST_30_DAYS"
    page = next(service.search(customer_id="1000000103", query=many, retry=None).pages)
    with pytest.raises(GoogleAdsException) as caught:
        service.search(request={**request, "page_token": page.next_page_token}, retry=None)
    assert ads.refused(caught.value) == ("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN")


def test_refusals_of_a_stream(ads) -> None:
    service = ads.service("GoogleAdsService")
    with pytest.raises(GoogleAdsException) as caught:
        list(service.search_stream(customer_id=US, query="SELECT campaign.x FROM campaign"))
    assert ads.refused(caught.value) == ("INVALID_ARGUMENT", "UNRECOGNIZED_FIELD")


def test_failure_also_stands_in_the_status_details(ads) -> None:
    with pytest.raises(GoogleAdsException) as caught:
        ads.rows("SELECT campaign.nme FROM campaign")
    trailing = dict(caught.value.call.trailing_metadata())
    status = Status.FromString(trailing["grpc-status-details-bin"])
    failure = GoogleAdsFailure.pb()()
    assert status.details[0].Unpack(failure)
    assert failure.request_id == caught.value.request_id == trailing["request-id"]


def test_other_methods_are_unimplemented(ads) -> None:
    service = ads.service("CampaignService")
    with pytest.raises(exceptions.MethodNotImplemented):
        service.mutate_campaigns(customer_id=US, operations=[], retry=None)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FaultKind.DENIED, ("PERMISSION_DENIED", "USER_PERMISSION_DENIED")),
        (FaultKind.AUTH_EXPIRED, ("UNAUTHENTICATED", "OAUTH_TOKEN_EXPIRED")),
    ],
)
def test_ordered_refusals(ads, kind: FaultKind, expected: tuple[str, str]) -> None:
    ads.faults.arm("google-ads:Search", kind)
    with pytest.raises(GoogleAdsException) as caught:
        ads.rows(PLAIN)
    assert ads.refused(caught.value) == expected
    assert ads.rows(PLAIN)
    assert ads.calls.snapshot() == {"google-ads:Search": 2}


def test_ordered_unavailability(ads) -> None:
    ads.faults.arm("google-ads:Search", FaultKind.UNAVAILABLE)
    with pytest.raises(exceptions.ServiceUnavailable):
        ads.rows(PLAIN)


def test_ordered_throttling_says_when_to_come_back(ads) -> None:
    ads.faults.arm("google-ads:Search", FaultKind.THROTTLED)
    with pytest.raises(exceptions.ResourceExhausted) as caught:
        ads.rows(PLAIN)
    trailing = dict(caught.value.errors[0].trailing_metadata())
    failure = GoogleAdsFailure.deserialize(
        trailing["google.ads.googleads.v26.errors.googleadsfailure-bin"]
    )
    error = failure.errors[0]
    assert error.error_code.quota_error.name == "RESOURCE_TEMPORARILY_EXHAUSTED"
    assert error.details.quota_error_details.retry_delay.total_seconds() == 1


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY])
@pytest.mark.parametrize("method", ["search", "search_stream"])
def test_ordered_time_out_ends_with_the_callers_deadline(ads, kind, method: str) -> None:
    service = ads.service("GoogleAdsService")
    ads.faults.arm("google-ads:Search", kind)
    begun = time.perf_counter()
    with pytest.raises(exceptions.DeadlineExceeded):
        list(getattr(service, method)(customer_id=US, query=PLAIN, retry=None, timeout=0.2))
    assert time.perf_counter() - begun < 2
