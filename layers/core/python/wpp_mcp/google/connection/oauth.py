"""Google's consent page, the code that it gives, and the end of a consent.

Google is our client's authorization server here: authorization code with PKCE for a confidential
client. Source: https://developers.google.com/identity/protocols/oauth2/web-server
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import OAuthClient
from wpp_mcp.models import strict_json
from wpp_mcp.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Consent:
    """What Google issued for a code.

    Parameters
    ----------
    refresh_token
        ``None`` where Google gave only short-lived access.
    scopes
        What the person ticked; may be less than was asked for.
    """

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    lasts: timedelta
    scopes: frozenset[str]


class GoogleConsent:
    """Google's OAuth endpoints as our client uses them.

    Parameters
    ----------
    client
        Returns our own client at Google.
    redirect_uri
        Where Google sends people back to; registered with the client.
    """

    def __init__(
        self, runtime: Runtime, client: Callable[[], OAuthClient], redirect_uri: str
    ) -> None:
        self._post = runtime.post
        self._endpoints = runtime.endpoints
        self._client = client
        self._redirect_uri = redirect_uri

    def address(self, *, scopes: Iterable[str], state: str, challenge: str, person: str) -> str:
        """Return the consent page's address.

        Parameters
        ----------
        scopes
            Exactly these are asked for; what was granted before does not come along.
        person
            The e-mail address that Google proposes to sign in with.
        """
        query = {
            "response_type": "code",
            "client_id": self._client().client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(sorted(scopes)),
            "access_type": "offline",
            # Without it Google gives the refresh token only at the very first consent.
            "prompt": "consent",
            "include_granted_scopes": "false",
            "login_hint": person,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._endpoints.google_authorize}?{urlencode(query)}"

    def exchange(self, code: str, verifier: str) -> Consent:
        """Exchange an authorization code.

        Raises
        ------
        WppError
            ``INVALID_REQUEST`` where Google does not take the code, ``GOOGLE_UNAVAILABLE``.
        """
        client = self._client()
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "redirect_uri": self._redirect_uri,
        }
        try:
            answer = self._post(self._endpoints.google_token, fields)
            said = strict_json.loads(answer.body)
            if answer.ok:
                return _consent(said)
            error = str(said["error"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
            reason = f"the token endpoint: {type(failure).__name__}"
            raise WppError(ErrorCode.GOOGLE_UNAVAILABLE, reason=reason) from failure
        if error == "invalid_grant":
            raise WppError(
                ErrorCode.INVALID_REQUEST,
                "Google does not accept this consent any more",
                action="Connect Google again",
                reason="Google refuses the code",
            )
        raise WppError(ErrorCode.GOOGLE_UNAVAILABLE, reason="the token endpoint refuses us")

    def revoke(self, token: str) -> bool:
        """End a consent at Google; return whether Google says so.

        A token that Google does not know any more has ended too.
        """
        try:
            answer = self._post(self._endpoints.google_revoke, {"token": token})
            return answer.ok or strict_json.loads(answer.body).get("error") == "invalid_token"
        except (OSError, ValueError, AttributeError):
            return False


def _consent(said: Any) -> Consent:
    refresh = said.get("refresh_token")
    return Consent(
        access_token=_text(said["access_token"]),
        refresh_token=None if refresh is None else _text(refresh),
        lasts=timedelta(seconds=int(said["expires_in"])),
        scopes=frozenset(str(said.get("scope", "")).split()),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value
