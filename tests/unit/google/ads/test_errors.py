from typing import Any

import pytest
from google.ads.googleads.v26.errors.types import (
    authentication_error,
    authorization_error,
    query_error,
    quota_error,
)
from google.api_core import exceptions
from grpc import StatusCode

from tests.unit.support.ads import Refusal, ads_exception, failure
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.errors import FAILURE_KEY, translated

BAD_FIELD = int(query_error.QueryErrorEnum.QueryError.UNRECOGNIZED_FIELD)
NO_PERMISSION = int(
    authorization_error.AuthorizationErrorEnum.AuthorizationError.USER_PERMISSION_DENIED
)
EXPIRED = int(authentication_error.AuthenticationErrorEnum.AuthenticationError.OAUTH_TOKEN_EXPIRED)
EXHAUSTED = int(quota_error.QuotaErrorEnum.QuotaError.RESOURCE_EXHAUSTED)


def of(status: StatusCode, found: Any) -> WppError:
    return translated(ads_exception(status, found))


def test_a_wrong_query_keeps_googles_words() -> None:
    found = failure(query_error=BAD_FIELD)
    path = found.errors[0].location.field_path_elements
    path.add(field_name="query")
    path.add(field_name="se\u202elect", index=2)
    found.errors[0].message = "Unrecognized field: 'x\u200by'."
    error = of(StatusCode.INVALID_ARGUMENT, found)
    assert error.code is ErrorCode.GOOGLE_INVALID_REQUEST
    assert error.message == "Unrecognized field: 'xy'."
    assert error.details == {
        "google": [
            {
                "code": "query_error.UNRECOGNIZED_FIELD",
                "message": "Unrecognized field: 'xy'.",
                "fieldPath": "query.select",
            }
        ],
        "requestId": "request-7",
    }


@pytest.mark.parametrize(
    ("status", "codes", "expected"),
    [
        (
            StatusCode.UNAUTHENTICATED,
            {"authentication_error": EXPIRED},
            ErrorCode.GOOGLE_AUTH_EXPIRED,
        ),
        (
            StatusCode.PERMISSION_DENIED,
            {"authorization_error": NO_PERMISSION},
            ErrorCode.GOOGLE_ACCESS_DENIED,
        ),
        (
            StatusCode.RESOURCE_EXHAUSTED,
            {"quota_error": EXHAUSTED},
            ErrorCode.GOOGLE_QUOTA_EXCEEDED,
        ),
        (StatusCode.INTERNAL, {"internal_error": 2}, ErrorCode.GOOGLE_UNAVAILABLE),
        (StatusCode.NOT_FOUND, {"request_error": 3}, ErrorCode.GOOGLE_INVALID_REQUEST),
        (StatusCode.UNKNOWN, {"query_error": BAD_FIELD}, ErrorCode.GOOGLE_UNAVAILABLE),
    ],
)
def test_category_then_status_decide(
    status: StatusCode, codes: dict[str, int], expected: ErrorCode
) -> None:
    error = of(status, failure(**codes))
    assert error.code is expected
    if expected is not ErrorCode.GOOGLE_INVALID_REQUEST:
        assert "about" not in error.message


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (StatusCode.UNAUTHENTICATED, ErrorCode.GOOGLE_AUTH_EXPIRED),
        (StatusCode.PERMISSION_DENIED, ErrorCode.GOOGLE_ACCESS_DENIED),
        (StatusCode.RESOURCE_EXHAUSTED, ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (StatusCode.INVALID_ARGUMENT, ErrorCode.GOOGLE_INVALID_REQUEST),
        (StatusCode.UNAVAILABLE, ErrorCode.GOOGLE_UNAVAILABLE),
        (StatusCode.INTERNAL, ErrorCode.GOOGLE_UNAVAILABLE),
        (StatusCode.DEADLINE_EXCEEDED, ErrorCode.GOOGLE_UNAVAILABLE),
        (StatusCode.CANCELLED, ErrorCode.GOOGLE_UNAVAILABLE),
    ],
)
def test_a_status_without_details_decides_alone(status: StatusCode, expected: ErrorCode) -> None:
    assert of(status, failure()).code is expected
    assert translated(Refusal(status)).code is expected
    assert translated(exceptions.from_grpc_status(status, "m")).code is expected


def test_an_error_without_a_status_is_google_not_answering() -> None:
    assert translated(exceptions.GoogleAPIError("m")).code is ErrorCode.GOOGLE_UNAVAILABLE
    assert translated(exceptions.RetryError("m", None)).code is ErrorCode.GOOGLE_UNAVAILABLE


@pytest.mark.parametrize(
    ("seconds", "nanos", "expected"), [(30, 0, 30), (30, 1, 31), (0, 1, 1), (0, 0, 1)]
)
def test_googles_delay_is_rounded_up(seconds: int, nanos: int, expected: int) -> None:
    found = failure(quota_error=EXHAUSTED)
    delay = found.errors[0].details.quota_error_details.retry_delay
    delay.seconds, delay.nanos = seconds, nanos
    assert of(StatusCode.RESOURCE_EXHAUSTED, found).retry_after == expected


def test_the_longest_delay_counts() -> None:
    found = failure(quota_error=EXHAUSTED, query_error=BAD_FIELD)
    for number, error in enumerate(found.errors):
        error.details.quota_error_details.retry_delay.seconds = 5 + number
    assert of(StatusCode.RESOURCE_EXHAUSTED, found).retry_after == 6


def test_a_used_up_quota_always_says_when_to_come_back() -> None:
    assert translated(Refusal(StatusCode.RESOURCE_EXHAUSTED)).retry_after is not None


def test_other_errors_have_no_delay() -> None:
    assert of(StatusCode.INVALID_ARGUMENT, failure(query_error=BAD_FIELD)).retry_after is None


def test_details_are_bounded_and_unknown_codes_survive() -> None:
    found = failure(query_error=9_999)
    found.errors.add().message = "no code"
    for _ in range(30):
        found.errors.add()
    error = of(StatusCode.INVALID_ARGUMENT, found)
    codes = [item["code"] for item in error.details["google"]]
    assert codes[:2] == ["query_error.9999", "unknown"]
    assert len(codes) == 10


def test_the_reason_for_the_log_names_status_and_code() -> None:
    error = of(StatusCode.PERMISSION_DENIED, failure(authorization_error=NO_PERMISSION))
    assert error.reason == "PERMISSION_DENIED authorization_error.USER_PERMISSION_DENIED"


class WithTrailer(Refusal):
    """A refusal that the library did not unpack: Google's failure is in the trailer."""

    def __init__(self, status: StatusCode, *trailer: tuple[str, Any]) -> None:
        super().__init__(status)
        self._trailer = trailer

    def trailing_metadata(self) -> Any:
        return self._trailer


def test_a_failure_in_the_trailer_is_unpacked() -> None:
    found = failure(quota_error=EXHAUSTED)
    found.errors[0].details.quota_error_details.retry_delay.seconds = 42
    trailer = ("request-id", "x"), (FAILURE_KEY, found.SerializeToString())
    error = translated(WithTrailer(StatusCode.RESOURCE_EXHAUSTED, *trailer))
    assert error.code is ErrorCode.GOOGLE_QUOTA_EXCEEDED
    assert error.retry_after == 42
    wrapped = exceptions.from_grpc_error(WithTrailer(StatusCode.RESOURCE_EXHAUSTED, *trailer))
    assert translated(wrapped).retry_after == 42
