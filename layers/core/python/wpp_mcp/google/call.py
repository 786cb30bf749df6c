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


@dataclass(frozen=True, slots=True)
class GoogleCall:
    """One call's way to Google.

    Parameters
    ----------
    token
        The user's Google access token, kept for this call only.
    developer_token
        Returns the Google Ads developer token; asked when it is needed.
    deadline
        When the work has to be done.
    """

    token: str | None = field(repr=False)
    developer_token: Callable[[], str] = field(repr=False)
    endpoints: Endpoints
    deadline: Deadline
    chance: random.Random
    sleep: Callable[[float], None]

    def required_token(self) -> str:
        """Return the access token.

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
