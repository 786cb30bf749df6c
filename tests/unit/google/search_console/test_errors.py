import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.json_values import json_values
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.search_console.errors import translated


def error(code: int, headers: dict[str, str] | None = None, /, **body: Any) -> WppError:
    return translated(code, headers or {}, json.dumps({"error": body}).encode())


@pytest.mark.parametrize(
    ("status", "reason", "code"),
    [
        (400, "invalidParameter", ErrorCode.GOOGLE_INVALID_REQUEST),
        (401, "authError", ErrorCode.GOOGLE_AUTH_EXPIRED),
        (403, "forbidden", ErrorCode.GOOGLE_ACCESS_DENIED),
        (403, "insufficientPermissions", ErrorCode.GOOGLE_ACCESS_DENIED),
        (403, "quotaExceeded", ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (403, "rateLimitExceeded", ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (403, "userRateLimitExceeded", ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (403, "dailyLimitExceeded", ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (403, "RATE_LIMIT_EXCEEDED", ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (404, "notFound", ErrorCode.GOOGLE_INVALID_REQUEST),
        (408, "timeout", ErrorCode.GOOGLE_UNAVAILABLE),
        (412, "conditionNotMet", ErrorCode.GOOGLE_INVALID_REQUEST),
        (429, "rateLimitExceeded", ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (500, "internalError", ErrorCode.GOOGLE_UNAVAILABLE),
        (503, "backendError", ErrorCode.GOOGLE_UNAVAILABLE),
        (302, "moved", ErrorCode.GOOGLE_UNAVAILABLE),
    ],
)
def test_codes(status: int, reason: str, code: ErrorCode) -> None:
    found = error(status, message="Said by Google.", errors=[{"reason": reason, "message": "m"}])
    assert found.code is code
    assert found.details["google"] == [{"reason": reason, "message": "m"}]
    assert found.reason == f"{status} {reason}"
    assert (found.message == "m") == (code is ErrorCode.GOOGLE_INVALID_REQUEST)


def test_reason_message_and_location_are_kept_and_made_visible() -> None:
    found = error(
        400,
        message="Whole",
        errors=[
            {"reason": "inva\u200blid", "message": "Bad\x1b[31m\nvalue", "location": "startDate"}
        ],
    )
    assert found.details["google"] == [
        {"reason": "invalid", "message": "Bad value", "location": "startDate"}
    ]
    assert found.message == "Bad value"


def test_the_newer_form_names_the_field() -> None:
    violations = [{"field": "dimensions[0]", "description": "no"}]
    found = error(
        400, message="No", status="INVALID_ARGUMENT", details=[{"fieldViolations": violations}]
    )
    assert found.details["google"] == [
        {"reason": "INVALID_ARGUMENT", "message": "No", "location": "dimensions[0]"}
    ]


@pytest.mark.parametrize(
    ("headers", "details", "seconds"),
    [
        ({}, [], 1),
        ({"retry-after": "7"}, [], 7),
        ({"retry-after": "0"}, [], 1),
        ({"retry-after": "-5"}, [], 1),
        ({"retry-after": "٣"}, [], 1),
        ({"retry-after": "soon"}, [], 1),
        ({"retry-after": "99999999"}, [], 86_400),
        ({"retry-after": "9" * 5000}, [], 1),
        ({}, [{"retryDelay": "30s"}], 30),
        ({}, [{"retryDelay": "1.5s"}], 2),
        ({"retry-after": "3"}, [{"retryDelay": "2s"}], 3),
    ],
)
def test_when_to_come_back(headers: dict[str, str], details: list[Any], seconds: int) -> None:
    assert error(429, headers, message="m", details=details).retry_after == seconds


def test_waiting_helps_only_against_quotas() -> None:
    assert error(503, {"retry-after": "7"}, message="m").retry_after is None


@given(st.sampled_from([302, 400, 401, 403, 404, 429, 500, 503]), st.binary(max_size=40))
def test_an_answer_that_is_no_error_object_is_told_by_its_status(
    status: int, content: bytes
) -> None:
    assert translated(status, {}, content).code.value.startswith("GOOGLE_")


@given(st.sampled_from([400, 403, 429, 500]), json_values)
def test_whatever_google_puts_in_an_error_has_a_code(status: int, value: Any) -> None:
    for body in (value, {"error": value}, {"error": {"errors": value, "details": value}}):
        text = json.dumps(body).encode() if not _has_decimals(body) else b"{}"
        assert translated(status, {}, text).code.value.startswith("GOOGLE_")


def _has_decimals(value: Any) -> bool:
    try:
        json.dumps(value)
    except TypeError:
        return True
    return False
