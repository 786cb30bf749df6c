"""Asking the person themself, in the middle of a call (MCP 2026-07-28).

A write that needs its requester's own yes is answered ``input_required`` with the address of the
operation's page. The client sends the person there and repeats the call; the sealed state that
comes back with it holds the operation's id, so that nothing is previewed twice. The state is bound
to our caller, to the tool and its arguments; the SDK checks that before any handler runs.

A client without URL mode whose word counts asks in a form of its own, which says all that the page
says. Who cannot be asked (an older revision, another client, more than a form holds) gets the
preview.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import mcp_types as types
from mcp.server import ServerRequestContext
from mcp.server.request_state import (
    AESGCMRequestStateCodec,
    InvalidRequestState,
    RequestStateBoundary,
    RequestStateSecurity,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from wpp_mcp.gateway.answers import Answer
from wpp_mcp.models.caller import Principal
from wpp_mcp.operations.form import form_text
from wpp_mcp.operations.risk import Risk
from wpp_mcp.secret_store import SecretName, SecretStore

LIFETIME_SECONDS: Final = 900
"""As long as a preview lives."""

_APPROVAL: Final = "approval"
_APPROVED: Final = "approved"
_IN_FORM: Final = "form"
"""Stands behind the operation's id in the state of a call whose person was asked in a form."""


PrincipalOf = Callable[[ServerRequestContext[Any, Any]], Principal]
"""Tells whose call a handler serves."""


class RotatingCodec:
    """Seals with the current key, and opens what the one before or the next one has sealed."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets
        self._known: tuple[tuple[str, ...], AESGCMRequestStateCodec] | None = None

    def seal(self, payload: bytes) -> str:
        """Return the sealed state.

        Raises
        ------
        SecretUnavailableError, ConfigurationError
            There is no key: the SDK answers an internal error.
        """
        return self._codec().seal(payload)

    def unseal(self, token: str) -> bytes:
        """Return what was sealed.

        Raises
        ------
        InvalidRequestState
            It was not sealed by us, or with a key that is gone.
        """
        if not token.isascii():
            raise InvalidRequestState("malformed")
        return self._codec().unseal(token)

    def _codec(self) -> AESGCMRequestStateCodec:
        keys = tuple(dict.fromkeys(self._secrets.get(SecretName.REQUEST_STATE_KEY)))
        if self._known is None or self._known[0] != keys:
            self._known = (keys, AESGCMRequestStateCodec(keys))
        return self._known[1]


def boundary(
    secrets: SecretStore, principal_of: PrincipalOf, audience: str
) -> RequestStateBoundary:
    """Return the middleware that seals and checks states, bound to our own caller.

    The SDK's own idea of the caller is empty behind an authorizer of API Gateway: without a binding
    of ours a state would work for anybody.
    """

    def bound(context: ServerRequestContext[Any, Any]) -> str:
        principal = principal_of(context)
        return f"{principal.employee_id} {principal.client_id}"

    security = RequestStateSecurity(
        codec=RotatingCodec(secrets), ttl=LIFETIME_SECONDS, bind_principal=bound
    )
    return RequestStateBoundary(security, default_audience=audience)


@dataclass(frozen=True, slots=True)
class Resumed:
    """A call that comes back.

    Parameters
    ----------
    operation_id
        From the sealed state.
    agreed_in_form
        The client was given a form, and says that the person agreed in it.
    """

    operation_id: str
    agreed_in_form: bool


def resumed(params: types.CallToolRequestParams) -> Resumed | None:
    """Return what a repeated call brings along; its state has been opened and checked."""
    if params.request_state is None:
        return None
    operation_id, _, how = params.request_state.partition(" ")
    answer = (params.input_responses or {}).get(_APPROVAL)
    agreed = (
        how == _IN_FORM
        and isinstance(answer, types.ElicitResult)
        and answer.action == "accept"
        and (answer.content or {}).get(_APPROVED) is True
    )
    return Resumed(operation_id, agreed)


def question(
    answer: Answer, context: ServerRequestContext[Any, Any]
) -> types.InputRequiredResult | None:
    """Return how to ask the person, where they have to agree and the client can be asked."""
    body = answer.body
    if not answer.pending or context.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        return None
    if body["preview"].get("riskLevel") != Risk.MEDIUM:
        return None
    asked = _request(body, context.session.client_capabilities, form=answer.form_counts)
    if asked is None:
        return None
    how = f" {_IN_FORM}" if isinstance(asked, types.ElicitRequestFormParams) else ""
    return types.InputRequiredResult(
        input_requests={_APPROVAL: types.ElicitRequest(params=asked)},
        request_state=f"{body['operationId']}{how}",
    )


def _request(
    body: Mapping[str, Any], capabilities: types.ClientCapabilities | None, *, form: bool
) -> types.ElicitRequestParams | None:
    can = capabilities.elicitation if capabilities else None
    page = str(body["approvalUrl"])
    if can is not None and can.url is not None:
        message = f"{body['preview']['operation']}: nothing has been changed yet. Do you agree?"
        return types.ElicitRequestURLParams(message=message, url=page)
    text = form_text(body["preview"], page) if can is not None and form else None
    if text is not None:
        schema = {
            "type": "object",
            "properties": {_APPROVED: {"type": "boolean", "title": "I agree to this change"}},
            "required": [_APPROVED],
        }
        return types.ElicitRequestFormParams(message=text, requested_schema=schema)
    return None
