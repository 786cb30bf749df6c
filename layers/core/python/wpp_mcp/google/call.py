"""What a connector needs of the call that it serves."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Endpoints


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """The server's own OAuth client at Google."""

    client_id: str
    client_secret: str = field(repr=False)


TokenSource = Callable[["GoogleCall"], str]
"""Finds the access token of a call, with the time that the call has."""


@dataclass(slots=True)
class GoogleCall:
    """One call's way to Google.

    Parameters
    ----------
    tokens
        Where the user's access token comes from: the call itself, or the stored connection.
    developer_token
        Returns the Google Ads developer token; asked when it is needed.
    deadline
        When the work has to be done.
    """

    tokens: TokenSource = field(repr=False)
    developer_token: Callable[[], str] = field(repr=False)
    endpoints: Endpoints
    deadline: Deadline
    chance: random.Random
    sleep: Callable[[float], None]
    _token: str | None = field(default=None, init=False, repr=False)

    def access_token(self) -> str:
        """Return the user's access token; found once for the call, when it is first needed.

        Raises
        ------
        WppError
            ``GOOGLE_AUTH_EXPIRED`` where there is none that Google takes, ``GOOGLE_UNAVAILABLE``
            where that cannot be found out, ``INVALID_REQUEST`` for something else in its place.
        """
        if self._token is None:
            self._token = self.tokens(self)
        return self._token
