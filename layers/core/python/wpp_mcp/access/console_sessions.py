"""Console sessions: who signed in with a browser, found again by the cookie's random id.

A session holds no token: it says who the person is and through which client, as the token said
that was verified at the sign-in. Role and status are read from the directory on each call.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from wpp_mcp.models.caller import ClientKind, Principal, Role, Scope
from wpp_mcp.storage.dynamo import Write
from wpp_mcp.storage.sessions import Kind, Sessions

LIFETIME: Final = timedelta(hours=8)
"""After the sign-in; use does not make it longer."""


class ConsoleSessions:
    """Begins, finds and ends sessions.

    Parameters
    ----------
    clients
        The console's app clients. A session of a client that is none any more counts no more.
    """

    def __init__(self, sessions: Sessions, clients: frozenset[str]) -> None:
        self._sessions = sessions
        self._clients = clients

    @staticmethod
    def beginning(session_id: str, principal: Principal, now: datetime) -> Write:
        """Return the write that begins a session; it holds only for an id that is new."""
        content = {
            "employeeId": principal.employee_id,
            "clientId": principal.client_id,
            "scopes": sorted(scope.value for scope in principal.scopes),
            "role": principal.role.value,
            "agency": principal.agency,
        }
        return Sessions.new(Kind.CONSOLE_SESSION, session_id, content, now + LIFETIME)

    def find(self, session_id: str, now: datetime) -> Principal | None:
        """Return whose session it is, or ``None`` for one that is unknown, ended or damaged.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        content = self._sessions.find(Kind.CONSOLE_SESSION, session_id, now)
        principal = None if content is None else _principal_of(content)
        if principal is None or principal.client_id not in self._clients:
            return None
        return principal

    def end(self, session_id: str, now: datetime) -> None:
        """Remove a session.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        self._sessions.take(Kind.CONSOLE_SESSION, session_id, now)


def _principal_of(content: Mapping[str, Any]) -> Principal | None:
    try:
        return Principal(
            employee_id=str(content["employeeId"]),
            client_id=str(content["clientId"]),
            client_kind=ClientKind.CONSOLE,
            scopes=frozenset(Scope(name) for name in content["scopes"]),
            role=Role(content["role"]),
            agency=str(content["agency"]),
            oma_key=False,
            session=True,
        )
    except (KeyError, ValueError, TypeError):
        return None
