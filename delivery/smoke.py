"""Questions to a deployed environment that anyone may ask: no credentials, nothing is changed."""

import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import sleep
from typing import Any, Final
from urllib.parse import urlsplit

from wpp_mcp.models import strict_json

_SECONDS: Final = 30.0
_MAX_BODY: Final = 1_000_000
_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 3.0
_LOOPBACK: Final = ("127.0.0.1", "localhost")
_METADATA: Final = "/.well-known/oauth-protected-resource"
_SERVER: Final = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True, slots=True)
class Check:
    """One question, and whether the answer was the right one."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the body, which has to be a JSON object.

        Raises
        ------
        ValueError
            It is not.
        """
        value = strict_json.loads(self.body.decode("utf-8"))
        if isinstance(value, dict):
            return value
        raise ValueError("not an object")


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """The questions to one environment.

    Parameters
    ----------
    origin
        Where it is for everybody: ``https://…``; plain HTTP on this machine only.
    behind
        Where CloudFront finds it, and nobody else may; none where there is no edge.
    version
        What ``/health`` has to tell; none to take any.
    """

    origin: str
    behind: str | None = None
    version: str | None = None
    wait: Callable[[float], None] = sleep

    def run(self) -> list[Check]:
        """Ask everything; a question that cannot be asked is a failed one."""
        return [_asked(name, ask) for name, ask in self._questions()]

    def _questions(self) -> Iterator[tuple[str, Callable[[], str]]]:
        yield "TLS 1.2 or newer, certificate of the host", self._tls
        yield "/health is healthy, of this version", self._health
        yield "POST /mcp without a token is refused", lambda: self._refused("/mcp")
        yield (
            "POST /mcp/execute-tool without a token is refused",
            lambda: self._refused("/mcp/execute-tool"),
        )
        yield "protected-resource metadata names this origin", self._resource
        yield "authorization-server metadata names this origin", self._server
        if self.behind is not None:
            yield "round the edge there is no way", self._round_the_edge

    def _tls(self) -> str:
        if urlsplit(self.origin).hostname in _LOOPBACK:
            return "left out on this machine"
        reply = _sent("GET", f"{self.origin}/health")  # Verifies; see `_connection`.
        if "strict-transport-security" not in reply.headers:
            raise ValueError("no Strict-Transport-Security")
        return "verified"

    def _health(self) -> str:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._healthy()
            except (OSError, ValueError, KeyError):
                # The first calls after a deployment may meet a cold start or a name not yet known.
                if attempt == _ATTEMPTS:
                    raise
                self.wait(_PAUSE_SECONDS)
        raise AssertionError("unreachable")

    def _healthy(self) -> str:
        reply = _sent("GET", f"{self.origin}/health")
        told = reply.json()
        if (reply.status, told["status"]) != (200, "healthy"):
            raise ValueError(f"{reply.status}, {told['status']}")
        if self.version is not None and told["version"] != self.version:
            raise ValueError(f"version {told['version']}, not {self.version}")
        return f"version {told['version']}, {told['tools']} tools"

    def _refused(self, path: str) -> str:
        reply = _sent("POST", f"{self.origin}{path}", b"{}")
        challenge = reply.headers.get("www-authenticate", "")
        if reply.status != http.client.UNAUTHORIZED or not challenge.startswith("Bearer "):
            raise ValueError(f"{reply.status}, WWW-Authenticate: {challenge or 'none'}")
        if f'resource_metadata="{self.origin}{_METADATA}' not in challenge:
            raise ValueError("WWW-Authenticate does not say where the metadata is")
        return "401 with a challenge"

    def _resource(self) -> str:
        told = _sent("GET", f"{self.origin}{_METADATA}").json()
        _same(told["resource"], f"{self.origin}/mcp")
        _same(told["authorization_servers"], [self.origin])
        return str(told["resource"])

    def _server(self) -> str:
        told = _sent("GET", f"{self.origin}{_SERVER}").json()
        _same(told["issuer"], self.origin)
        for name in ("authorization_endpoint", "token_endpoint"):
            if not str(told[name]).startswith(f"{self.origin}/"):
                raise ValueError(f"{name} is elsewhere: {told[name]}")
        _same(told["code_challenge_methods_supported"], ["S256"])
        return str(told["issuer"])

    def _round_the_edge(self) -> str:
        try:
            reply = _sent("GET", f"{self.behind}/health")
        except OSError as error:
            return f"not reachable: {type(error).__name__}"
        if reply.status != http.client.FORBIDDEN:
            raise ValueError(f"answers with {reply.status}")
        return "403"


def _asked(name: str, ask: Callable[[], str]) -> Check:
    try:
        return Check(name, passed=True, detail=ask())
    except KeyError as error:
        return Check(name, passed=False, detail=f"the answer lacks {error}")
    except (OSError, ValueError, http.client.HTTPException) as error:
        return Check(name, passed=False, detail=f"{error}"[:200] or type(error).__name__)


def _same(found: object, wanted: object) -> None:
    if found != wanted:
        raise ValueError(f"{found}, not {wanted}")


def _connection(url: str) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http" and host in _LOOPBACK:
        return http.client.HTTPConnection(host, parts.port, timeout=_SECONDS)
    if parts.scheme != "https":
        raise ValueError(f"not an https address: {url}")
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return http.client.HTTPSConnection(host, parts.port, timeout=_SECONDS, context=context)


def _sent(method: str, url: str, body: bytes | None = None) -> Reply:
    """Return the answer of whatever status; a redirect is not followed."""
    connection = _connection(url)
    headers = {"Accept": "application/json, text/event-stream", "User-Agent": "wpp-mcp-smoke"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, urlsplit(url).path, body=body, headers=headers)
        reply = connection.getresponse()
        content = reply.read(_MAX_BODY)
    finally:
        connection.close()
    return Reply(reply.status, {n.lower(): v for n, v in reply.getheaders()}, content)
