"""Whether a call came through the edge: CloudFront writes a secret header over whatever came.

The one place that knows, for the authorizer and for the functions whose routes have none. Where
nothing stands before the API (`NO_EDGE`), which only dev may say, there is nothing to prove.
"""

from collections.abc import Mapping
from typing import Final

from wpp_mcp.config import NO_EDGE, PublicSettings
from wpp_mcp.secret_store import SecretName, SecretStore

ORIGIN_HEADER: Final = "x-origin-verify"


class Edge:
    """The edge of one environment."""

    def __init__(self, settings: PublicSettings, secrets: SecretStore) -> None:
        self._none = settings.edge == NO_EDGE
        self._secrets = secrets

    def passed(self, headers: Mapping[str, str]) -> bool:
        """Whether a request came through it; headers by lower-case name.

        Raises
        ------
        SecretUnavailableError, ConfigurationError
            Not to be found out: nobody gets in.
        """
        if self._none:
            return True
        offered = headers.get(ORIGIN_HEADER, "")
        return self._secrets.get(SecretName.ORIGIN_HEADER).matches(offered)
