import grpc
import pytest
from google.api_core import exceptions
from google.rpc.error_details_pb2 import BadRequest, RetryInfo

from wpp_mcp.errors import ErrorCode
from wpp_mcp.google.analytics.errors import translated


class Status(grpc.RpcError):
    def __init__(self, status: grpc.StatusCode, text: str = "plain") -> None:
        super().__init__(status.name)
        self._status, self._text = status, text

    def code(self) -> grpc.StatusCode:
        return self._status

    def details(self) -> str:
        return self._text


CODES = {
    "UNAUTHENTICATED": ErrorCode.GOOGLE_AUTH_EXPIRED,
    "PERMISSION_DENIED": ErrorCode.GOOGLE_ACCESS_DENIED,
    "RESOURCE_EXHAUSTED": ErrorCode.GOOGLE_QUOTA_EXCEEDED,
    "INVALID_ARGUMENT": ErrorCode.GOOGLE_INVALID_REQUEST,
    "NOT_FOUND": ErrorCode.GOOGLE_INVALID_REQUEST,
    "FAILED_PRECONDITION": ErrorCode.GOOGLE_INVALID_REQUEST,
    "OUT_OF_RANGE": ErrorCode.GOOGLE_INVALID_REQUEST,
}


@pytest.mark.parametrize("status", list(grpc.StatusCode), ids=lambda s: s.name)
def test_every_status_has_a_code_of_ours(status: grpc.StatusCode) -> None:
    error = translated(Status(status))

    assert error.code is CODES.get(status.name, ErrorCode.GOOGLE_UNAVAILABLE)
    assert error.details == {"google": [{"code": status.name, "message": "plain"}]}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Exhausted property tokens per day.", 86_400),
        ("Exhausted property tokens for a project per hour.", 3_600),
        ("Exhausted concurrent requests quota.", 1),
    ],
)
def test_without_googles_word_the_bucket_says_when_to_come_back(text: str, seconds: int) -> None:
    assert translated(exceptions.ResourceExhausted(text)).retry_after == seconds


def test_googles_word_on_when_to_come_back_counts() -> None:
    delay = RetryInfo()
    delay.retry_delay.seconds, delay.retry_delay.nanos = 4, 1
    error = exceptions.ResourceExhausted("Exhausted property tokens per day.", details=[delay])

    assert translated(error).retry_after == 5


def test_words_of_google_are_made_visible_and_ours_stand_where_nobody_can_mend_it() -> None:
    wrong = translated(exceptions.InvalidArgument("Field a\u202eb is not valid"))
    denied = translated(exceptions.PermissionDenied("User does not have permissions"))

    assert wrong.message == "Field ab is not valid"
    assert denied.message == "Google refuses this account to this user"
    assert denied.details["google"][0]["message"] == "User does not have permissions"


def test_each_wrong_field_is_named_up_to_ten() -> None:
    violations = [BadRequest.FieldViolation(field=f"f{n}", description="bad") for n in range(20)]
    error = exceptions.InvalidArgument("Bad", details=[BadRequest(field_violations=violations)])

    details = translated(error).details["google"]
    assert [d["fieldPath"] for d in details] == [f"f{n}" for n in range(10)]
