"""A refresh token from the body of execute-tool, exchanged for the call (product.md §2).

The access token serves this one call and is forgotten with it; neither token is stored, logged or
returned. The request is google-auth's own.
"""

from http import HTTPStatus
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import REFRESH_PREFIX, GoogleCall, OAuthClient
from wpp_mcp.google.retries import repeat_read

_LONGEST_SECONDS: Final = 5.0


def access_token(call: GoogleCall) -> str:
    """Return the access token of a call, exchanging a refresh token where that is what came.

    Ask once per call: each time is another exchange.

    Raises
    ------
    WppError
        ``GOOGLE_AUTH_EXPIRED`` where there is no token, or Google does not take the refresh token
        any more; ``GOOGLE_UNAVAILABLE`` where its endpoint does not answer.
    """
    token = call.required_token()
    if not token.startswith(REFRESH_PREFIX):
        return token
    client = call.oauth_client()
    return repeat_read(call, lambda seconds: _exchanged(call, token, client, seconds))


def _exchanged(call: GoogleCall, token: str, client: OAuthClient, seconds: float) -> str:
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
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                # Before the library waits and tries again: retries are ours, within the budget.
                raise TransportError(answer.status)  # type: ignore[no-untyped-call]
            return answer

        try:
            credentials.refresh(once)  # type: ignore[no-untyped-call]
        except RefreshError:
            raise WppError(
                ErrorCode.GOOGLE_AUTH_EXPIRED, reason="Google refuses the refresh token"
            ) from None
        except TransportError:
            raise WppError(
                ErrorCode.GOOGLE_UNAVAILABLE, reason="the token endpoint does not answer"
            ) from None
    return str(credentials.token)
