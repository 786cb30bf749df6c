"""``GET /oauth/callback``: the person comes back from the pool.

The pool's code is not exchanged here but sealed into the record of ours: tokens come into being
when the client proves that it is the one that asked, and are never stored.
"""

from collections.abc import Mapping
from typing import Any

from wpp_mcp.access import pkce
from wpp_mcp.access.opaque import Purpose
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.pages import rendering
from wpp_mcp.sign_in.answering import Answering
from wpp_mcp.sign_in.asked import Asked
from wpp_mcp.sign_in.browser import is_same
from wpp_mcp.sign_in.parts import CODE_LIFETIME, Parts
from wpp_mcp.sign_in.refusals import OAuthErrorName
from wpp_mcp.storage.sessions import Kind, NotOwnError


class Callback:
    """The part of a sign-in that happens after the pool."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._answering = Answering(parts)

    def __call__(self, request: Request) -> Response:
        """Send the browser on to the client, with a code of ours or with an error.

        Raises
        ------
        WppError
            No sign-in of this browser waits for this.
        """
        fields = request.fields
        content = self._waiting(request, fields.get("state", ""))
        asked = Asked.of(content)
        if "error" in fields or not fields.get("code"):
            denied = fields.get("error") == OAuthErrorName.ACCESS_DENIED
            name = OAuthErrorName.ACCESS_DENIED if denied else OAuthErrorName.SERVER_ERROR
            self._parts.log_refusal(name, "the pool gives no code", request.correlation_id)
            to = self._answering.refusal(asked.redirect_uri, asked.state, name)
            return rendering.redirect(to)
        code = self._code(asked, fields["code"], content["verifier"])
        return rendering.redirect(self._answering.success(asked.redirect_uri, asked.state, code))

    def _waiting(self, request: Request, state: str) -> dict[str, Any]:
        def mine(found: Mapping[str, Any]) -> bool:
            # Otherwise: somebody else's, brought here to end in this person's name, or the reverse.
            return is_same(request, found["browser"])

        try:
            taken = self._parts.records.take_own(Kind.SIGN_IN, state, mine)
        except NotOwnError:
            raise _nothing_waits("the sign-in is another browser's") from None
        if taken is None:
            raise _nothing_waits("the state is unknown, used or too old")
        return taken

    def _code(self, asked: Asked, pool_code: str, verifier: str) -> str:
        runtime = self._parts.runtime
        code = pkce.unguessable(runtime.chance)
        # Sealed: reading the table opens nothing at the pool.
        sealed = self._parts.opaque.seal(
            Purpose.POOL_CODE,
            {"code": pool_code, "verifier": verifier},
            runtime.clock() + CODE_LIFETIME,
        )
        content = {**asked.content(), "pool": sealed}
        self._parts.records.remember(Kind.CODE, code, content, CODE_LIFETIME)
        return code


def _nothing_waits(reason: str) -> WppError:
    return WppError(
        ErrorCode.INVALID_REQUEST,
        "No sign-in of this browser waits for this answer",
        reason=reason,
        action="Go back to the application and sign in from there again",
    )
