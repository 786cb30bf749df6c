"""Google tokens that come with a call, and what Google's token endpoint makes of a refresh token.

An access token serves as it is. A refresh token (in the body of execute-tool, product.md §2) is
exchanged; neither it nor what comes of it outlives the call. The request is google-auth's own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall, OAuthClient, TokenSource
from wpp_mcp.google.retries import repeat_read

REFRESH_PREFIX: Final = "1//"
"""How Google's refresh tokens begin; access tokens do not."""

_SIGNED: Final = re.compile(r"\s*eyJ[\w-]*\.[\w-]*\.")
"""How every JWT begins; Google's access tokens are opaque."""

_LONGEST_SECONDS: Final = 5.0
_PASSING: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What Google issued for a refresh token.

    Parameters
    ----------
    lasts
        How long the access token serves, from now on.
    refresh_token
        The one to use next time; usually the same.
    """

    access_token: str = field(repr=False)
    lasts: timedelta
    refresh_token: str = field(repr=False)


def given(token: str, oauth_client: Callable[[], OAuthClient]) -> TokenSource:
    """Return the source for a token that came with the call.

    Parameters
    ----------
    token
        An access token, or a refresh token.
    oauth_client
        Returns the server's own client at Google; asked when there is a token to exchange.
    """

    def source(call: GoogleCall) -> str:
        if _SIGNED.match(token):
            # A token of ours is never sent to Google (threats.md A13).
            raise WppError(
                ErrorCode.INVALID_REQUEST, "X-Google-Access-Token is not a Google access token"
            )
        if not token.startswith(REFRESH_PREFIX):
            return token
        client = oauth_client()
        return repeat_read(
            call, lambda seconds: refreshed(call, token, client, seconds)
        ).access_token

    return source


def refreshed(call: GoogleCall, token: str, client: OAuthClient, seconds: float) -> Refreshed:
    """Exchange a refresh token, once.

    Raises
    ------
    WppError
        ``GOOGLE_AUTH_EXPIRED`` where Google does not take it any more; ``GOOGLE_UNAVAILABLE``
        where its endpoint does not answer, or refuses our own client.
    """
    from google.auth.exceptions import RefreshError, TransportError
    from google.auth.transport.requests import Request
    from google.oauth2.credentials import Credentials
    from requests import Session

    credentials = Credentials(  # type: ignore[no-untyped-call]
        token=None,
        refresh_token=token,
        token_uri=call.endpoints.google_token,
        client_id=client.client_id,
        client_secret=client.client_secret,
    )
    with Session() as session:
        request = Request(session)

        def once(*args: Any, **kwargs: Any) -> Any:
            answer = request(*args, **{**kwargs, "timeout": min(seconds, _LONGEST_SECONDS)})
            if answer.status in _PASSING or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # Before the library waits and tries again: retries are ours, within the budget.
                raise TransportError(answer.status)  # type: ignore[no-untyped-call]
            return answer

        try:
            credentials.refresh(once)  # type: ignore[no-untyped-call]
        except RefreshError as error:
            raise _refused(error) from None
        except TransportError:
            raise WppError(
                ErrorCode.GOOGLE_UNAVAILABLE, reason="the token endpoint does not answer"
            ) from None
    # The library adds what Google says to the machine's time, without a zone.
    expiry = credentials.expiry
    lasts = expiry.replace(tzinfo=UTC) - datetime.now(UTC) if expiry else timedelta()
    return Refreshed(str(credentials.token), lasts, str(credentials.refresh_token))


def _refused(error: Exception) -> WppError:
    """Return our error for a refusal: only ``invalid_grant`` is about the person's token."""
    said = error.args[1] if len(error.args) > 1 else None
    if isinstance(said, dict) and said.get("error") == "invalid_grant":
        return WppError(ErrorCode.GOOGLE_AUTH_EXPIRED, reason="Google refuses the refresh token")
    return WppError(ErrorCode.GOOGLE_UNAVAILABLE, reason="the token endpoint refuses our request")
