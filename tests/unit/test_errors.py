import pytest

from wpp_mcp.errors import SPECS, ErrorCode, WppError

STATUSES = {
    400: {"INVALID_REQUEST", "GOOGLE_INVALID_REQUEST"},
    401: {"UNAUTHENTICATED"},
    403: {
        *("FORBIDDEN", "ACCOUNT_NOT_AUTHORIZED", "APPROVED_ACCOUNTS_INVALID"),
        *("CONFIRMATION_INVALID", "SECOND_APPROVAL_REQUIRED", "GOOGLE_ACCESS_DENIED"),
    },
    404: {"NOT_FOUND"},
    405: {"METHOD_NOT_ALLOWED"},
    409: {"OPERATION_IN_PROGRESS", "CONFLICT", "STATE_CHANGED"},
    410: {"OPERATION_EXPIRED"},
    413: {"PAYLOAD_TOO_LARGE"},
    422: {"SAFETY_LIMIT_EXCEEDED"},
    423: {"WRITES_DISABLED"},
    424: {"GOOGLE_AUTH_EXPIRED"},
    429: {"RATE_LIMITED", "GOOGLE_QUOTA_EXCEEDED"},
    500: {"INTERNAL"},
    502: {"OUTCOME_UNKNOWN"},
    503: {"GOOGLE_UNAVAILABLE", "AUDIT_UNAVAILABLE", "STORAGE_UNAVAILABLE"},
    504: {"DEADLINE_EXCEEDED"},
}


def test_every_code_has_its_status() -> None:
    found: dict[int, set[str]] = {}
    for code in ErrorCode:
        found.setdefault(WppError(code).status, set()).add(code.value)
    assert found == STATUSES
    assert set(SPECS) == set(ErrorCode)


@pytest.mark.parametrize("code", list(ErrorCode))
def test_a_bare_error_says_its_own_text(code: ErrorCode) -> None:
    body = WppError(code, reason="for the log").body()
    assert (body["code"], body["message"]) == (code.value, SPECS[code].message)
    assert body.get("action") == SPECS[code].action
    assert "for the log" not in str(body)


def test_a_body_holds_what_the_caller_may_know() -> None:
    error = WppError(
        ErrorCode.RATE_LIMITED,
        "Slow down",
        reason="secret",
        action="Wait",
        details={"limit": 120},
        extra={"requestedAccount": "1"},
        retry_after=7,
    )
    assert error.body() == {
        "code": "RATE_LIMITED",
        "message": "Slow down",
        "action": "Wait",
        "details": {"limit": 120},
        "retryAfterSeconds": 7,
        "requestedAccount": "1",
    }
    assert str(error) == "RATE_LIMITED: Slow down"
