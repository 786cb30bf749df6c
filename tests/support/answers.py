"""What a good answer to a function's sample event is."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from wpp_mcp.routes import Function

TRIGGERED_ANSWERS: Final[Mapping[Function, Callable[[Any], bool]]] = {
    Function.HEALTH_PROBE: lambda answer: answer["healthy"] is True,
    Function.FORWARD_FINDINGS: lambda answer: (
        answer == {"forwarded": "16afba5c5c43e07c9e3e5e2e544e95df"}
    ),
}
"""By the function that AWS calls, what its answer to its sample looks like."""


def is_good(function: Function, answer: Any) -> bool:
    """Whether a function did what its sample asks for."""
    if function in TRIGGERED_ANSWERS:
        return TRIGGERED_ANSWERS[function](answer)
    if function is Function.AUTHORIZER:
        return answer["isAuthorized"] is True
    return answer["statusCode"] < 400 and '"isError":true' not in answer["body"]
