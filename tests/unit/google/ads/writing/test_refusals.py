"""Which of Google's answers are a definite refusal, and which leave the outcome unknown."""

from typing import Any

import grpc
import pytest
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.api_core import exceptions

from tests.unit.support.ads import Refusal, ads_exception, failure
from wpp_mcp.google.ads.errors import FAILURE_KEY
from wpp_mcp.google.ads.writer import REFUSED, REFUSED_WHERE_GOOGLE_SAYS_WHY, is_refusal

STATUSES = [status.name for status in grpc.StatusCode if status is not grpc.StatusCode.OK]
TABLE = {
    "CANCELLED": "unknown",
    "UNKNOWN": "unknown",
    "INVALID_ARGUMENT": "refused",
    "DEADLINE_EXCEEDED": "unknown",
    "NOT_FOUND": "refused",
    "ALREADY_EXISTS": "refused",
    "PERMISSION_DENIED": "refused",
    "RESOURCE_EXHAUSTED": "refused where Google says why",
    "FAILED_PRECONDITION": "refused",
    "ABORTED": "refused where Google says why",
    "OUT_OF_RANGE": "refused",
    "UNIMPLEMENTED": "refused",
    "INTERNAL": "unknown",
    "UNAVAILABLE": "unknown",
    "DATA_LOSS": "unknown",
    "UNAUTHENTICATED": "refused",
}
SAID = {"refused", "refused where Google says why"}


def test_the_table_has_every_status() -> None:
    assert set(TABLE) == set(STATUSES)
    assert {s for s, what in TABLE.items() if what == "refused"} == REFUSED
    assert {s for s, what in TABLE.items() if "where" in what} == REFUSED_WHERE_GOOGLE_SAYS_WHY


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_by_itself(status: str) -> None:
    expected = TABLE[status] == "refused"
    assert is_refusal(Refusal(grpc.StatusCode[status])) is expected
    wrapped = exceptions.from_grpc_status(grpc.StatusCode[status], "as the library wraps it")
    assert is_refusal(wrapped) is expected


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_with_googles_own_failure(status: str) -> None:
    said = ads_exception(grpc.StatusCode[status], failure(quota_error=2))
    assert is_refusal(said) is (TABLE[status] in SAID)
    empty = ads_exception(grpc.StatusCode[status], GoogleAdsFailure.pb()())
    assert is_refusal(empty) is (TABLE[status] == "refused")


@pytest.mark.parametrize("status", STATUSES)
def test_google_failing_is_never_a_refusal(status: str) -> None:
    failing = failure(quota_error=2, internal_error=2)
    assert not is_refusal(ads_exception(grpc.StatusCode[status], failing))


@pytest.mark.parametrize(
    "error",
    [ConnectionResetError(), OSError(), ValueError(), exceptions.RetryError("r", None), EOFError()],
    ids=repr,
)
def test_what_is_no_answer_of_googles_is_not_known(error: Exception) -> None:
    assert not is_refusal(error)


def test_a_failure_in_the_metadata_counts() -> None:
    class Throttled(Refusal):
        def trailing_metadata(self) -> Any:
            return ((FAILURE_KEY, failure(quota_error=2).SerializeToString()),)

    assert is_refusal(Throttled(grpc.StatusCode.RESOURCE_EXHAUSTED))
