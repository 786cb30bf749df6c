"""The Python SDK's client, signing a person in by itself: same task, same report.

``sign_in`` in ``signing_in`` says what is in them. This client checks ``state`` and ``iss``, asks
for the scopes of the challenge, and asks anew for all of them when the server wants more.
"""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import anyio
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
from mcp.shared.exceptions import MCPError
from pydantic import AnyUrl

from tests.clients.signing_in import LIMIT, Pauses, Person
from tests.support.loopback import Answer, Loopback


class _Kept:
    """Keeps what the SDK wants kept, and what of it a report may show."""

    def __init__(self, task: dict[str, Any], address: str) -> None:
        self.reported: list[dict[str, Any]] = []
        client_id = task.get("clientId")
        self._tokens: OAuthToken | None = None
        if "tokens" in task:
            self._tokens = OAuthToken.model_validate(task["tokens"])
        self._client: OAuthClientInformationFull | None = None
        if client_id is not None:
            self._client = OAuthClientInformationFull(
                client_id=client_id,
                redirect_uris=[AnyUrl(address)],
                token_endpoint_auth_method="none",
            )

    async def get_tokens(self) -> OAuthToken | None:
        return self._tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self._tokens = tokens
        self.reported.append(
            {
                "scope": tokens.scope,
                "expiresIn": tokens.expires_in,
                "refreshable": tokens.refresh_token is not None,
            }
        )

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self._client = client_info


class _SignIn:
    """One run of the client."""

    def __init__(self, task: dict[str, Any], person: Person, pauses: Pauses, back: Loopback):
        self._task, self._person, self._pauses, self._back = task, person, pauses, back
        self._authorizations: list[dict[str, str]] = []
        self._grants: list[dict[str, Any]] = []

    async def run(self) -> dict[str, Any]:
        task, address = self._task, f"{self._back.url}/callback"
        kept = _Kept(task, address)
        provider = OAuthClientProvider(
            server_url=task["url"],
            client_metadata=OAuthClientMetadata(
                client_name="tests",
                redirect_uris=[AnyUrl(address)],
                token_endpoint_auth_method="none",
                scope=task.get("scope"),
            ),
            storage=kept,
            redirect_handler=self._shown,
            callback_handler=self._came_back,
            client_metadata_url=task.get("clientMetadataUrl"),
        )
        hooks = {"response": [self._noted]}
        with anyio.fail_after(LIMIT):
            async with httpx2.AsyncClient(auth=provider, event_hooks=hooks) as http:
                transport = streamable_http_client(task["url"], http_client=http)
                async with Client(transport, mode=task.get("mode", "auto")) as client:
                    tools = (await client.list_tools()).tools
                    results = [
                        await self._called(client, call)
                        for call in task["calls"]
                        if not await self._paused(call)
                    ]
                    version = client.protocol_version
        return {
            "version": version,
            "tools": [tool.model_dump(mode="json", by_alias=True) for tool in tools],
            "results": results,
            "authorizations": self._authorizations,
            "grants": self._grants,
            "tokens": kept.reported,
        }

    async def _shown(self, url: str) -> None:
        self._authorizations.append(dict(parse_qsl(urlsplit(url).query)))
        await anyio.to_thread.run_sync(self._person, url)

    async def _came_back(self) -> AuthorizationCodeResult:
        seen = await anyio.to_thread.run_sync(self._back.next, "/callback")
        fields = seen.fields
        if "code" not in fields:
            raise RuntimeError(f"the server refused: {fields.get('error')}")
        return AuthorizationCodeResult(
            code=fields["code"], state=fields.get("state"), iss=fields.get("iss")
        )

    async def _noted(self, response: httpx2.Response) -> None:
        asked = response.request
        if asked.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            return
        form = dict(parse_qsl(asked.content.decode()))
        shown = {name: form.get(name) for name in ("grant_type", "client_id", "scope", "resource")}
        self._grants.append({**shown, "status": response.status_code})

    async def _paused(self, call: dict[str, Any]) -> bool:
        if "pause" not in call:
            return False
        await anyio.to_thread.run_sync(self._pauses[call["pause"]])
        return True

    async def _called(self, client: Client, call: dict[str, Any]) -> dict[str, Any]:
        try:
            result = await client.call_tool(call["name"], call.get("arguments"))
        except MCPError as error:
            return {"thrown": str(error)}
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def sign_in_with_python(task: dict[str, Any], person: Person, pauses: Pauses = {}) -> Any:  # noqa: B006
    """Do with the Python client what ``sign_in`` does with those in JavaScript."""
    done = {("GET", "/callback"): Answer("<title>Signed in</title>You can close this page.")}
    with Loopback(done, port=task.get("redirectPort", 0)) as back:
        return anyio.run(_SignIn(task, person, pauses, back).run)
