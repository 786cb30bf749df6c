"""The decision of the Lambda authorizer (product.md §2, "Where each is checked").

It denies only what did not come through the edge. Everything else is *authorized* with a context
that names the caller or says that there is none, because an HTTP API cannot answer a 401 of ours.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wpp_mcp.access import context
from wpp_mcp.access.context import Absence
from wpp_mcp.access.edge import Edge
from wpp_mcp.access.tokens import TokenRefusedError
from wpp_mcp.access.verifying import verifier_of
from wpp_mcp.config import AuthorizerSettings, ConfigurationError
from wpp_mcp.models.cookies import SESSION_COOKIE, read_cookies
from wpp_mcp.observability import logger_for
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName, SecretStore, SecretUnavailableError

if TYPE_CHECKING:
    from wpp_mcp.access.console_sessions import ConsoleSessions

OMA_KEY_HEADER = "x-oma-api-key"


class Authorizer:
    """Answers API Gateway's simple responses: ``{isAuthorized, context}``."""

    def __init__(self, runtime: Runtime) -> None:
        settings = AuthorizerSettings.load(runtime.environ)
        self._runtime = runtime
        self._settings = settings
        self._sessions: ConsoleSessions | None = None
        self._secrets = SecretStore(runtime, settings)
        self._edge = Edge(settings, self._secrets)
        self._log = logger_for("authorizer", settings.log_level, runtime.log)
        self._verifier = verifier_of(runtime, settings)

    def __call__(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Decide about one request."""
        headers = {str(k).lower(): str(v) for k, v in (event.get("headers") or {}).items()}
        try:
            if not self._edge.passed(headers):
                self._log.warning("request did not come through the edge")
                return {"isAuthorized": False, "context": {}}
            found = self._identify(headers, event)
        except (SecretUnavailableError, ConfigurationError) as error:
            # Without the secrets nothing can be verified: deny the lot.
            self._log.error("cannot verify", extra={"reason": str(error)})
            return {"isAuthorized": False, "context": {}}
        return {"isAuthorized": True, "context": found}

    def _identify(self, headers: Mapping[str, str], event: Mapping[str, Any]) -> dict[str, str]:
        oma_key = False
        if OMA_KEY_HEADER in headers:
            oma_key = self._secrets.get(SecretName.OMA_API_KEY).matches(headers[OMA_KEY_HEADER])
            if not oma_key:
                return context.of_absence(Absence.BAD_KEY)
        session_id = read_cookies(event).get(SESSION_COOKIE)
        if session_id and "authorization" not in headers:
            return self._of_session(session_id)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if not token:
            return context.of_absence(Absence.NO_TOKEN)
        if scheme.lower() != "bearer":
            return context.of_absence(Absence.BAD_TOKEN, "scheme")
        try:
            principal = self._verifier.verify(token.strip(), oma_key=oma_key)
        except TokenRefusedError as refused:
            return context.of_absence(Absence.BAD_TOKEN, str(refused))
        return context.of_principal(principal)

    def _of_session(self, session_id: str) -> dict[str, str]:
        # Loaded here: a call with a token, which is nearly every call, does not pay for storage.
        from wpp_mcp.access.console_sessions import ConsoleSessions
        from wpp_mcp.storage.dynamo import Dynamo, StorageError
        from wpp_mcp.storage.sessions import Sessions

        if self._sessions is None:
            dynamo = Dynamo(self._runtime, self._settings.table_prefix)
            self._sessions = ConsoleSessions(Sessions(dynamo), self._settings.console_client_ids)
        try:
            principal = self._sessions.find(session_id, self._runtime.clock())
        except StorageError as error:
            # Not found out is nobody.
            self._log.error("sessions cannot be read", extra={"reason": str(error)})
            return context.of_absence(Absence.BAD_SESSION, "cannot be read")
        if principal is None:
            return context.of_absence(Absence.BAD_SESSION, "unknown or ended")
        return context.of_principal(principal)
