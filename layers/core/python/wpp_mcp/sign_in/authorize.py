"""``GET /oauth/authorize`` and ``POST /oauth/consent``: who asks, for what, and who agrees.

Between the two nothing is stored: what was asked travels in the page, sealed and bound to the
browser. Consent is asked for every time and never remembered, so that one client's consent is
nobody else's (MCP, "confused deputy").
"""

from typing import Final

from wpp_mcp.access import pkce
from wpp_mcp.access.opaque import Purpose
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.models.caller import Scope
from wpp_mcp.pages import rendering
from wpp_mcp.sign_in.addresses import host_of, is_local
from wpp_mcp.sign_in.answering import Answering
from wpp_mcp.sign_in.asked import Asked, asked_in, state_in
from wpp_mcp.sign_in.browser import browser_of, cookie_of, is_same, mark_of
from wpp_mcp.sign_in.clients import Client, DocumentUnavailableError
from wpp_mcp.sign_in.parts import CONSENT_LIFETIME, SIGN_IN_LIFETIME, Parts
from wpp_mcp.sign_in.refusals import OAuthErrorName, RefusedError, unavailable
from wpp_mcp.storage.sessions import Kind

MEANINGS: Final = {
    Scope.TOOLS_READ: "Read the marketing accounts that were approved for you",
    Scope.TOOLS_WRITE: "Prepare changes to those accounts and carry out what was confirmed",
}
_AGAIN: Final = "Go back to the application and sign in from there again"


class Authorization:
    """The part of a sign-in that happens before the pool."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._answering = Answering(parts)

    def visit(self, request: Request) -> Response:
        """Show who asks for what, or tell the client why not (``GET /oauth/authorize``).

        Raises
        ------
        WppError
            Nothing can be sent to the redirect URI: the client or the address is not known.
        """
        fields = request.fields
        client = self._client(fields.get("client_id", ""), fields.get("redirect_uri", ""))
        try:
            asked = asked_in(fields, self._parts.settings.resource_url)
        except RefusedError as refused:
            self._parts.log_refusal(refused.name, refused.reason, request.correlation_id)
            to = self._answering.refusal(fields["redirect_uri"], state_in(fields), refused.name)
            return rendering.redirect(to)
        return self._page(client, asked, browser_of(request))

    def decide(self, request: Request) -> Response:
        """Go on to the pool, or back to the client (``POST /oauth/consent``).

        Raises
        ------
        WppError
            It is not the person's own answer to a page of ours, or not in time.
        """
        self._check_origin(request)
        sealed = request.form.get("consent", "")
        content = self._parts.opaque.open(Purpose.CONSENT, sealed)
        if content is None:
            raise _begin_again("the consent is not ours, or has ended")
        if not is_same(request, content["browser"]):
            raise _begin_again("the consent is another browser's")
        asked = Asked.of(content)
        self._client(asked.client_id, asked.redirect_uri)
        decision = request.form.get("decision")
        if decision not in ("allow", "deny"):
            raise _begin_again("no decision")
        if decision == "deny":
            name = OAuthErrorName.ACCESS_DENIED
            self._parts.log_refusal(name, "the person denies", request.correlation_id)
            to = self._answering.refusal(asked.redirect_uri, asked.state, name)
            return rendering.onward(to)
        return rendering.onward(self._to_pool(asked, content["browser"]))

    def _client(self, client_id: str, redirect_uri: str) -> Client:
        try:
            client = self._parts.clients.find(client_id)
        except DocumentUnavailableError as error:
            raise unavailable(f"client's document: {error}") from error
        if client is None:
            raise WppError(
                ErrorCode.INVALID_REQUEST,
                "This application is not one that may be used here",
                reason="unknown client",
                action="Ask the administrators to allow it",
            )
        if not client.answers_at(redirect_uri):
            # Never a redirect: it would lead where a stranger wants it (RFC 6749 §4.1.2.1).
            raise WppError(
                ErrorCode.INVALID_REQUEST,
                "The address that this application wants its answer at is not its own",
                reason="redirect URI",
                action="Do not go on. Tell the administrators where you found the link",
            )
        return client

    def _page(self, client: Client, asked: Asked, known: str | None) -> Response:
        runtime = self._parts.runtime
        browser = known or pkce.unguessable(runtime.chance)
        sealed = self._parts.opaque.seal(
            Purpose.CONSENT,
            {**asked.content(), "browser": mark_of(browser)},
            runtime.clock() + CONSENT_LIFETIME,
        )
        return rendering.page(
            "consent",
            cookies=() if known else (cookie_of(browser),),
            client=client,
            host=host_of(asked.redirect_uri),
            local=is_local(asked.redirect_uri),
            meanings=[MEANINGS[scope] for scope in sorted(asked.scopes)],
            minutes=int(CONSENT_LIFETIME.total_seconds()) // 60,
            consent=sealed,
        )

    def _check_origin(self, request: Request) -> None:
        """Refuse a form of somebody else's page, where the browser says that it is one."""
        origin = request.headers.get("origin", self._parts.issuer)
        if origin != self._parts.issuer:
            raise _begin_again("the form's Origin is another")
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise _begin_again("the form's site is another")

    def _to_pool(self, asked: Asked, browser: str) -> str:
        chance = self._parts.runtime.chance
        state, verifier = pkce.unguessable(chance), pkce.unguessable(chance)
        content = {**asked.content(), "browser": browser, "verifier": verifier}
        self._parts.records.remember(Kind.SIGN_IN, state, content, SIGN_IN_LIFETIME)
        return self._parts.pool.authorize_url(
            state=state,
            challenge=pkce.challenge_of(verifier),
            scopes=asked.scopes,
            resource=self._parts.settings.resource_url,
        )


def _begin_again(reason: str) -> WppError:
    return WppError(
        ErrorCode.INVALID_REQUEST, "This sign-in cannot go on", reason=reason, action=_AGAIN
    )
