"""What a connector needs of the call that it serves."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Endpoints

_SIGNED: Final = re.compile(r"\s*eyJ[\w-]*\.[\w-]*\.")
"""How every JWT begins; Google's access tokens are opaque."""

REFRESH_PREFIX: Final = "1//"
"""How Google's refresh tokens begin; access tokens do not."""


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """The server's own OAuth client at Google."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GoogleCall:
    """One call's way to Google.

    Parameters
    ----------
    token
        The user's Google access token, or the refresh token that the body of execute-tool may
        hold instead. Kept for this call only.
    developer_token
        Returns the Google Ads developer token; asked when it is needed.
    oauth_client
        Returns the server's own client at Google; asked when there is a token to exchange.
    deadline
        When the work has to be done.
    """

    token: str | None = field(repr=False)
    developer_token: Callable[[], str] = field(repr=False)
    oauth_client: Callable[[], OAuthClient] = field(repr=False)
    endpoints: Endpoints
    deadline: Deadline
    chance: random.Random
    sleep: Callable[[float], None]

    def required_token(self) -> str:
        """Return the token that came.

        Raises
        ------
        WppError
            ``GOOGLE_AUTH_EXPIRED`` where the call brought none, ``INVALID_REQUEST`` for a signed
            token of ours in its place: that is never sent to Google (threats.md A13).
        """
        if not self.token:
            raise WppError(
                ErrorCode.GOOGLE_AUTH_EXPIRED,
                "No Google access token came with the call",
                action="Connect Google and send the token in X-Google-Access-Token",
            )
        if _SIGNED.match(self.token):
            raise WppError(
                ErrorCode.INVALID_REQUEST, "X-Google-Access-Token is not a Google access token"
            )
        return self.token
