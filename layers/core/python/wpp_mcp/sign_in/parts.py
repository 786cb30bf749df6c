"""What the endpoints of the authorization server are made of, from a function's runtime."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from wpp_mcp.access.opaque import Opaque
from wpp_mcp.access.services import Services
from wpp_mcp.access.user_pool import UserPool
from wpp_mcp.access.verifying import verifier_of
from wpp_mcp.config import ConfigurationError, OAuthSettings
from wpp_mcp.functions import Function
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import Rotating, SecretName, SecretUnavailableError
from wpp_mcp.sign_in.clients import Clients
from wpp_mcp.sign_in.refusals import OAuthErrorName, unavailable
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.sessions import Kind, Sessions

CONSENT_LIFETIME: Final = timedelta(minutes=10)
SIGN_IN_LIFETIME: Final = timedelta(minutes=10)
CODE_LIFETIME: Final = timedelta(seconds=60)
SESSION_LIFETIME: Final = timedelta(days=30)


class Parts:
    """Built once per function instance, and free of anything that belongs to one sign-in."""

    def __init__(self, runtime: Runtime) -> None:
        self.settings = OAuthSettings.load(runtime.environ)
        if self.settings.sign_in_client_id not in self.settings.mcp_client_ids:
            raise ConfigurationError("WPP_SIGN_IN_CLIENT_ID is not one of WPP_MCP_CLIENT_IDS")
        self.services = Services(runtime, Function.SIGN_IN)
        self.runtime = runtime
        self.issuer = self.settings.origin
        self.clients = Clients(self.settings, fetch=runtime.fetch_public, clock=runtime.clock)
        self.records = Records(Sessions(self.services.dynamo), runtime)
        self.opaque = Opaque(self._session_key, clock=runtime.clock, chance=runtime.chance)
        self.verifier = verifier_of(runtime, self.settings)
        self.pool = UserPool(
            runtime,
            self.settings,
            client_id=self.settings.sign_in_client_id,
            redirect_uri=f"{self.issuer}/oauth/callback",
        )

    def log_refusal(self, name: OAuthErrorName, reason: str, correlation_id: str) -> None:
        """Log what a client is told at its redirect URI."""
        self.services.log.info(
            "sign-in refused",
            extra={"error": name.value, "reason": reason, "correlation_id": correlation_id},
        )

    def _session_key(self) -> Rotating:
        try:
            return self.services.secrets.get(SecretName.SESSION_KEY)
        except SecretUnavailableError as error:
            raise unavailable(str(error)) from error


class Records:
    """Records that serve once; DynamoDB's failures come out as 503."""

    def __init__(self, sessions: Sessions, runtime: Runtime) -> None:
        self._sessions = sessions
        self._clock = runtime.clock

    def remember(
        self, kind: Kind, secret: str, content: Mapping[str, Any], lifetime: timedelta
    ) -> None:
        """Write a record.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``.
        """
        try:
            self._sessions.remember(kind, secret, content, self._clock() + lifetime)
        except StorageError as error:
            raise unavailable(str(error)) from error

    def find(self, kind: Kind, secret: str) -> dict[str, Any] | None:
        """Return a record and leave it. A guess of a stranger costs a read, never a write.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``.
        """
        try:
            return self._sessions.find(kind, secret, self._clock())
        except StorageError as error:
            raise unavailable(str(error)) from error

    def take_own(
        self, kind: Kind, secret: str, mine: Callable[[Mapping[str, Any]], bool]
    ) -> dict[str, Any] | None:
        """Take a record that is the caller's own.

        Raises
        ------
        NotOwnError
            ``mine`` says no of what was found; it was left.
        WppError
            ``STORAGE_UNAVAILABLE``.
        """
        try:
            return self._sessions.take_own(kind, secret, self._clock(), mine)
        except StorageError as error:
            raise unavailable(str(error)) from error

    def take(self, kind: Kind, secret: str) -> dict[str, Any] | None:
        """Return a record and remove it: of several takers one gets it.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``.
        """
        try:
            return self._sessions.take(kind, secret, self._clock())
        except StorageError as error:
            raise unavailable(str(error)) from error
