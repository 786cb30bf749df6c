"""What a good answer to a function's sample event is."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from wpp_mcp.routes import Function


def _of_the_manifest(answer: Any) -> bool:
    return answer["job"] == "audit-manifest" and answer["left"] == 0


TRIGGERED_ANSWERS: Final[Mapping[Function, Callable[[Any], bool]]] = {
    Function.AUDIT_JOBS: _of_the_manifest,
    Function.EXPORT_TABLES: lambda answer: answer["job"] == "exports",
    Function.JOBS: lambda answer: answer["errorType"] == "JobNotBuiltError",
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
        return answer["isAuthorized"] is True
    return answer["statusCode"] < 400 and '"isError":true' not in answer["body"]
