"""The user pool's sign-in pages and token endpoint (Amazon Cognito), as an OAuth client of it.

One client with one redirect URI; authorization code with PKCE. Tokens pass through and are not
kept here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

from wpp_mcp.config import SignInSettings
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Scope
from wpp_mcp.runtime import Runtime


class PoolRefusedError(Exception):
    """The pool does not take the code or the refresh token: the person has to sign in again."""


class PoolUnavailableError(Exception):
    """The pool does not answer, or not as it should."""


@dataclass(frozen=True, slots=True)
class PoolTokens:
    """What the pool issued. ``expires_in`` in seconds."""

    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str | None = field(default=None, repr=False)


class UserPool:
    """The pool as one of its app clients sees it.

    Parameters
    ----------
    client_id
        The app client.
    redirect_uri
        Where the pool sends people back to; registered with the app client.
    """

    def __init__(
        self, runtime: Runtime, settings: SignInSettings, *, client_id: str, redirect_uri: str
    ) -> None:
        self._post = runtime.post
        self._base = runtime.endpoints.pool or f"https://{settings.sign_in_domain}"
        self._client_id = client_id
        self._redirect_uri = redirect_uri

    def authorize_url(
        self, *, state: str, challenge: str, scopes: Iterable[Scope], resource: str | None = None
    ) -> str:
        """Return where a person signs in. ``resource`` binds the token to an audience."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(sorted(scope.value for scope in scopes)),
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        bound = {"resource": resource} if resource else {}
        return f"{self._base}/oauth2/authorize?{urlencode(query | bound)}"

    def exchange(self, code: str, verifier: str) -> PoolTokens:
        """Exchange an authorization code.

        Raises
        ------
        PoolRefusedError, PoolUnavailableError
            No tokens came.
        """
        return self._tokens(
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            redirect_uri=self._redirect_uri,
        )

    def refresh(self, refresh_token: str) -> PoolTokens:
        """Exchange a refresh token. A new one is in the answer only where the pool rotates them.

        Raises
        ------
        PoolRefusedError, PoolUnavailableError
            No tokens came.
        """
        return self._tokens(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token and the access tokens that came from it.

        Raises
        ------
        PoolUnavailableError
            The pool did not take it.
        """
        self._sent("revoke", token=refresh_token)

    def _tokens(self, **fields: str) -> PoolTokens:
        body = self._sent("token", **fields)
        try:
            answer = strict_json.loads(body)
            return PoolTokens(
                access_token=_text(answer["access_token"]),
                expires_in=int(answer["expires_in"]),
                refresh_token=_text(answer["refresh_token"]) if "refresh_token" in answer else None,
            )
        except (ValueError, KeyError, TypeError) as error:
            raise PoolUnavailableError("not an answer of a token endpoint") from error

    def _sent(self, endpoint: str, **fields: str) -> bytes:
        try:
            answer = self._post(
                f"{self._base}/oauth2/{endpoint}", {**fields, "client_id": self._client_id}
            )
        except OSError as error:
            raise PoolUnavailableError(type(error).__name__) from error
        if answer.status == HTTPStatus.BAD_REQUEST and _error_of(answer.body) == "invalid_grant":
            raise PoolRefusedError("the pool refuses")
        if not answer.ok:
            # Every other refusal is about us, and says nothing about the person's sign-in.
            raise PoolUnavailableError(f"status {answer.status}")
        return answer.body


def _error_of(body: bytes) -> str | None:
    """Return the error's name in a refusal (RFC 6749 §5.2)."""
    try:
        refusal = strict_json.loads(body)
    except strict_json.StrictJsonError:
        return None
    name = refusal.get("error") if isinstance(refusal, dict) else None
    return name if isinstance(name, str) else None


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a text")
    return value
