"""A call's way to Google: with the token that it brought, else with the person's connection."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.services import Services
from wpp_mcp.config import ToolSettings
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall, OAuthClient, TokenSource
from wpp_mcp.google.connection.envelope import Envelope
from wpp_mcp.google.connection.stored import Need, StoredConnections
from wpp_mcp.google.exchange import given
from wpp_mcp.google.scopes import GOOGLE_SCOPES
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.time import Deadline
from wpp_mcp.routes import CONNECT_PATH
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName, SecretStore, SecretUnavailableError
from wpp_mcp.storage.google_connections import GoogleConnections
from wpp_mcp.storage.items import Item

T = TypeVar("T")


class GoogleSecrets:
    """What this server itself is at Google."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def client(self) -> OAuthClient:
        """Return the server's own OAuth client.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``.
        """
        client_id = self._get(SecretName.GOOGLE_CLIENT_ID)
        return OAuthClient(client_id, self._get(SecretName.GOOGLE_CLIENT_SECRET))

    def developer_token(self) -> str:
        """Return the Google Ads developer token.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``.
        """
        return self._get(SecretName.ADS_DEVELOPER_TOKEN)

    def _get(self, name: SecretName) -> str:
        try:
            return self._secrets.get(name).current
        except SecretUnavailableError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error


def envelope_of(runtime: Runtime, settings: ToolSettings) -> Envelope:
    """Return what encrypts the tokens of connections."""
    return Envelope(
        runtime.aws,
        key_id=settings.google_token_key,
        environment=settings.environment,
        chance=runtime.chance,
    )


@dataclass(frozen=True, slots=True)
class GoogleWay:
    """How a call gets to Google.

    Parameters
    ----------
    token
        The user's Google token that came with the call; without one the connection is used.
    deadline
        When the work has to be done.
    """

    token: str | None = field(repr=False)
    deadline: Deadline


class GoogleAccess:
    """Gives each tool call its own `GoogleCall`."""

    def __init__(self, services: Services) -> None:
        settings = ToolSettings.load(services.runtime.environ)
        self._runtime = services.runtime
        self._secrets = GoogleSecrets(services.secrets)
        self._stored = StoredConnections(
            services.runtime,
            GoogleConnections(services.dynamo),
            envelope_of(services.runtime, settings),
            client=self._secrets.client,
            connect_url=settings.resource_url.removesuffix("/mcp") + CONNECT_PATH,
            log=services.log,
        )

    def during(
        self, way: GoogleWay, seen: Snapshot, api: Api, work: Callable[[GoogleCall], T]
    ) -> T:
        """Do the work of a call with its own way to Google.

        The token that came with the call wins; a connection is used where none came.

        Raises
        ------
        WppError
            What the work raises; where Google refuses a connection, with what to do about it.
        """
        if way.token is not None:
            return work(self._call(way, given(way.token, self._secrets.client)))
        return self.of_person(seen.caller.user_id, seen.connection, way.deadline, api, work)

    def of_person(
        self,
        user_id: str,
        connection: Item | None,
        deadline: Deadline,
        api: Api,
        work: Callable[[GoogleCall], T],
    ) -> T:
        """Do work with a person's stored connection, whether or not they are there.

        Parameters
        ----------
        connection
            Its record as it was read just now, ``None`` where there is none.

        Raises
        ------
        WppError
            As `during`.
        """
        tokens = self._stored.tokens(Need(user_id, api.value, GOOGLE_SCOPES[api]), connection)
        try:
            return work(self._call(GoogleWay(None, deadline), tokens))
        except WppError as error:
            raise tokens.explained(error) from error

    def _call(self, way: GoogleWay, tokens: TokenSource) -> GoogleCall:
        return GoogleCall(
            tokens=tokens,
            developer_token=self._secrets.developer_token,
            endpoints=self._runtime.endpoints,
            deadline=way.deadline,
            chance=self._runtime.chance,
            sleep=self._runtime.sleep,
        )
