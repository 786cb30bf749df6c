"""An OAuth client and a person at a browser, for a sandbox; and a sandbox whose pool can be odd."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2

from sandbox.box import Options, Sandbox
from sandbox.browsing import Person, StoppedError
from sandbox.documents import CLIENT_DOCUMENT
from tests.support.api import Api
from tests.support.logs import CapturedLog
from wpp_mcp.access import pkce
from wpp_mcp.http_client import Answer
from wpp_mcp.models.forms import read_form
from wpp_mcp.runtime import Runtime

CLI, CLI_REDIRECT = "sandbox-cli", "http://127.0.0.1:49152/callback"
DESK, DESK_REDIRECT = CLIENT_DOCUMENT, "https://client.sandbox.example/callback"
READ, BOTH = "tools/read", "tools/read tools/write"


class SignInSandbox(Sandbox):
    """A sandbox in which a test can come between us and the pool."""

    def __init__(self, **options: Any) -> None:
        self.log = CapturedLog()
        self.odd_post: Callable[[str, Mapping[str, str], Callable[[], Answer]], Answer] | None
        self.odd_post = None
        self.pool_fault: Callable[[], None] | None = None
        self.posted: list[str] = []
        self.keys_fail = False
        super().__init__(Options(log=self.log, emit=self.log.emit, sleep=lambda _: None, **options))

    def runtime(self) -> Runtime:
        usual = super().runtime()

        def post(url: str, fields: Mapping[str, str]) -> Answer:
            self.posted.append(urlsplit(url).path.rpartition("/")[2])
            if self.odd_post is not None:
                return self.odd_post(url, fields, lambda: usual.post(url, fields))
            return usual.post(url, fields)

        def fetch(url: str) -> bytes:
            if self.keys_fail:
                raise TimeoutError
            return usual.fetch(url)

        return replace(usual, post=post, fetch=fetch)

    def cold_start(self) -> None:
        """Let every function begin anew with its next call."""
        with self._functions._lock:
            self._functions._entries.clear()

    @contextmanager
    def reconfigured(self, environ: Mapping[str, str]) -> Iterator[None]:
        """Let the functions begin anew with other variables, for a while."""
        usual = self._functions._runtime
        self._functions._runtime = replace(usual, environ={**usual.environ, **environ})
        self.cold_start()
        try:
            yield
        finally:
            self._functions._runtime = usual
            self.cold_start()

    def writes(self) -> dict[str, int]:
        """The writes to DynamoDB since the calls were last forgotten."""
        counts = self.calls.snapshot()
        return {n: c for n, c in counts.items() if n.endswith(("Item", "Items")) and "Get" not in n}

    def logged(self, mark: int = 0) -> str:
        """What was logged after a mark."""
        return self.log.getvalue()[mark:]

    @contextmanager
    def pool_answers(self, odd: Callable[..., Answer]) -> Iterator[None]:
        """Let something else answer for the pool: ``odd(url, fields, usual)``."""
        self.odd_post = odd
        try:
            yield
        finally:
            self.odd_post = None


@dataclass
class Client:
    """An OAuth client, as far as it talks to our authorization server."""

    box: Sandbox
    client_id: str = CLI
    redirect_uri: str = CLI_REDIRECT
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(40))

    def query(self, **changes: str | None) -> str:
        """The address that the client opens in a browser; a change of ``None`` leaves out."""
        fields: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "code_challenge": pkce.challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "scope": BOTH,
            "resource": f"{self.box.url}/mcp",
        }
        kept = {n: v for n, v in (fields | changes).items() if v is not None}
        return f"{self.box.url}/oauth/authorize?{urlencode(kept)}"

    def exchange(self, code: str, /, **changes: str | None) -> httpx2.Response:
        """Exchange a code at the token endpoint."""
        fields: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            "resource": f"{self.box.url}/mcp",
        }
        return self.form("token", fields | changes)

    def refresh(self, refresh_token: str, /, **changes: str | None) -> httpx2.Response:
        """Exchange a refresh token."""
        fields: dict[str, str | None] = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": self.client_id,
        }
        return self.form("token", fields | changes)

    def revoke(self, token: str, /, **changes: str | None) -> httpx2.Response:
        """Revoke a token."""
        return self.form("revoke", {"token": token, "client_id": self.client_id, **changes})

    def form(
        self, endpoint: str, fields: Mapping[str, str | None], **headers: str
    ) -> httpx2.Response:
        """Send a form to an endpoint below ``/oauth``."""
        kept = {name: value for name, value in fields.items() if value is not None}
        return httpx2.post(
            f"{self.box.url}/oauth/{endpoint}", data=kept, headers=headers, timeout=60
        )


def assert_refused(answer: httpx2.Response, error: str, status: int = 400) -> None:
    """A client is refused as RFC 6749 §5.2 has it, and told nothing more."""
    assert (answer.status_code, answer.json()["error"]) == (status, error), answer.text
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"


def sign_ins(box: Sandbox, person: str = "practitioner") -> list[dict[str, Any]]:
    """The audit entries of a person's sign-ins, latest first."""
    with Api(box) as api:
        return [entry for entry in api.audit(person) if entry["tool"] == "sign_in"]


def stopped(act: Callable[[], Any]) -> dict[str, str]:
    """What a browser takes to the client: the parameters of the address it stopped at."""
    try:
        person = act()
    except StoppedError as end:
        return told(end.address)
    raise AssertionError(f"went nowhere: {person.status} {person.html[:2000]}")


def told(address: str) -> dict[str, str]:
    """The parameters of an address, each there once."""
    return read_form(urlsplit(address).query)


def at_pool(browser: Person, client: Client, **changes: str | None) -> None:
    """Let the person open the client's link and allow it; the pool's page is open then."""
    browser.open(client.query(**changes))
    browser.submit("allow")


def code_of(
    browser: Person, client: Client, person: str = "practitioner", **changes: str | None
) -> str:
    """Let a person sign in; return the code that the client gets."""
    at_pool(browser, client, **changes)
    answer = stopped(lambda: browser.submit(person))
    assert answer.get("state") == client.state, answer
    return answer["code"]


def tokens_of(
    browser: Person, client: Client, person: str = "practitioner", **changes: str | None
) -> dict[str, Any]:
    """Let a person sign in; return what the token endpoint answers."""
    answer = client.exchange(code_of(browser, client, person, **changes))
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
