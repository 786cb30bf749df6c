"""The first steps of the demo: a client that knows nothing but the address signs a person in.

The client is the official MCP SDK for Python; the person is a browser without a window, which
clicks what a person would. What is printed comes from the requests that the SDK made.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

from sandbox.box import Sandbox
from sandbox.browsing import Person, StoppedError
from sandbox.documents import CLIENT_DOCUMENT
from sandbox.printing import Printer
from wpp_mcp.models.forms import read_form
from wpp_mcp.routes import CONNECT_PATH

REVISION: Final = "2026-07-28"
_REDIRECT: Final = "http://127.0.0.1:33418/callback"


@asynccontextmanager
async def signed_in(box: Sandbox, person: str, out: Printer) -> AsyncIterator[Client]:
    """Open the official client, which signs the person in when the server asks for it."""
    signing = SigningIn(box, person)
    async with httpx2.AsyncClient(
        auth=signing.provider(),
        event_hooks={"response": [signing.note]},
        timeout=30,
    ) as http:
        transport = streamable_http_client(f"{box.url}/mcp", http_client=http)
        async with Client(transport, mode=REVISION) as client:
            await client.list_tools()
            signing.tell(out)
            await asyncio.to_thread(connect_google, box, person, out)
            yield client


def connect_google(box: Sandbox, who: str, out: Printer) -> None:
    """Let the person connect Google in the console; from then on no client needs a token of it."""
    out.head("The person connects Google once, in the console; no client ever holds a Google token")
    with Person(box.url) as person:
        person.open(CONNECT_PATH).submit(who).submit("Connect Google")
        asked = read_form(urlsplit(person.url).query)["scope"]
        for scope in asked.split():
            out.line(f"Google asks: {scope}")
        person.submit("Allow")
        out.line(f"{CONNECT_PATH} says: {person.seen.note}", "good")
        for name, value in person.seen.facts:
            out.line(f"{name}: {value}")


class SigningIn:
    """An OAuth client in memory, and the person it asks.

    Parameters
    ----------
    person
        Who signs in at the company's page.
    """

    def __init__(self, box: Sandbox, person: str) -> None:
        self._box = box
        self._person = person
        self._tokens: OAuthToken | None = None
        self._client: OAuthClientInformationFull | None = None
        self._answer: dict[str, str] = {}
        self.read = ""
        self.steps: list[dict[str, Any]] = []

    def provider(self) -> OAuthClientProvider:
        """Return the SDK's own sign-in, to be given to its HTTP client."""
        return OAuthClientProvider(
            server_url=f"{self._box.url}/mcp",
            client_metadata=OAuthClientMetadata(
                redirect_uris=[AnyUrl(_REDIRECT)],
                token_endpoint_auth_method="none",  # noqa: S106 - a method
            ),
            storage=self,
            redirect_handler=self._shown,
            callback_handler=self._came_back,
            client_metadata_url=CLIENT_DOCUMENT,
        )

    async def note(self, response: httpx2.Response) -> None:
        """Note one answer, as an event hook of the HTTP client."""
        request = response.request
        step = f"{request.method} {urlsplit(str(request.url)).path}"
        self.steps.append({"step": step, "status": response.status_code})

    def tell(self, out: Printer) -> None:
        """Print how it went."""
        tokens = self._tokens
        out.head("A client that knows only the address signs a person in by itself")
        out.line(f"official MCP SDK for Python; it is known as {CLIENT_DOCUMENT}")
        until = next(i for i, step in enumerate(self.steps) if step["step"] == "POST /oauth/token")
        before, after = self.steps[:until], self.steps[until : until + 2]
        out.table(before, {"step": "the client asks", "status": "answer"})
        out.line(f"the person reads: {self.read}")
        out.line("the person allows it, and signs in at the company's own page")
        out.table(after, {"step": "the client asks", "status": "answer"})
        if tokens is not None:
            out.line(f"token for {tokens.scope}, {tokens.expires_in} s, from {self._issuer}")

    @property
    def _issuer(self) -> str:
        return self._answer["iss"]

    async def _shown(self, url: str) -> None:
        self._answer = await asyncio.to_thread(self._click, url)

    def _click(self, url: str) -> dict[str, str]:
        with Person(self._box.url) as person:
            person.open(url)
            self.read = person.seen.heading
            person.submit("allow")
            try:
                person.submit(self._person)
            except StoppedError as end:
                return read_form(urlsplit(end.address).query)
        raise RuntimeError("the sign-in led nowhere")

    async def _came_back(self) -> AuthorizationCodeResult:
        answer = self._answer
        return AuthorizationCodeResult(
            code=answer["code"], state=answer["state"], iss=answer["iss"]
        )

    async def get_tokens(self) -> OAuthToken | None:
        """Return the tokens that are kept (the SDK's storage)."""
        return self._tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Keep tokens."""
        self._tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """Return what the client is known as."""
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Keep what the client is known as."""
        self._client = client_info
