"""What a good answer to a function's sample event is."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from wpp_mcp.functions import Function


def _claims(answer: Any) -> bool:
    said = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
    return bool(said["claimsToAddOrOverride"]["employeeId"] == "WPP-1001")


def _of_the_manifest(answer: Any) -> bool:
    return answer["job"] == "audit-manifest" and answer["left"] == 0


def _of_the_reconciliation(answer: Any) -> bool:
    return answer["job"] == "reconciliation" and answer["failed"] == 0 and not answer["left"]


TRIGGERED_ANSWERS: Final[Mapping[Function, Callable[[Any], bool]]] = {
    Function.TOKEN_CLAIMS: _claims,
    Function.ARCHIVE_AUDIT: lambda answer: answer == {"batchItemFailures": []},
    Function.ROTATE_SECRET: lambda answer: answer["outcome"] == "created",
    Function.SECRET_AGES: lambda answer: set(answer["ages"].values()) == {0},
    Function.BLOCK_ADDRESSES: lambda answer: answer == {"failures": 2, "blocked": 0},
    Function.AUDIT_JOBS: _of_the_manifest,
    Function.OPERATION_JOBS: _of_the_reconciliation,
    Function.EXPORT_TABLES: lambda answer: answer["job"] == "exports",
    Function.JOBS: lambda answer: answer["errorType"] == "JobNotBuiltError",
    Function.HEALTH_PROBE: lambda answer: answer["healthy"] is True,
    Function.SEND_MAIL: lambda answer: answer == {"batchItemFailures": []},
    Function.FORWARD_FINDINGS: lambda answer: (
        answer == {"forwarded": "16afba5c5c43e07c9e3e5e2e544e95df"}
    ),
}
"""By the function that AWS calls, what its answer to its sample looks like."""


def answered(call: Callable[[], Any]) -> Any:
    """Return a function's answer; where it raises, what Lambda makes of that."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return {"errorType": type(error).__name__, "errorMessage": str(error)}


def is_good(function: Function, answer: Any) -> bool:
    """Whether a function did what its sample asks for."""
    if function in TRIGGERED_ANSWERS:
        return TRIGGERED_ANSWERS[function](answer)
    if function is Function.AUTHORIZER:
        return bool(answer["isAuthorized"] is True)
    return answer["statusCode"] < 400 and '"isError":true' not in answer["body"]
