"""Calls over HTTP to a running sandbox, as a client makes them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

import httpx2

from sandbox.box import Sandbox

USD, EUR, CATALOGUE = "1000000101", "1000000102", "1000000103"
"""The accounts that the practitioner is granted."""
NOT_GRANTED, FOREIGN, MANAGER_ACCOUNT = "1000000104", "1000000204", "1000000001"
"""What Google shows the practitioner beyond them."""
HOSTILE = "1000000203"
"""The other practitioner's account with hostile names."""


class Api:
    """A client of one sandbox.

    Parameters
    ----------
    paced
        Puts the sandbox's clock forward by a second before each call, so that the limit of calls
        per second does not get in the way of tests that are about something else.
    """

    def __init__(self, box: Sandbox, *, paced: bool = True) -> None:
        self.box = box
        self._paced = paced
        self.http = httpx2.Client(base_url=box.url, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        role: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        **arguments: Any,
    ) -> httpx2.Response:
        """Send a request as a role; a header of ``None`` is left out."""
        if self._paced:
            self.box.clock.advance(timedelta(seconds=1))
        merged = {**(self.box.headers(role) if role else {}), **(headers or {})}
        kept = {name: value for name, value in merged.items() if value is not None}
        return self.http.request(method, path, headers=kept, **arguments)

    def execute(
        self,
        tool: str,
        params: Mapping[str, Any] | None = None,
        *,
        role: str = "practitioner",
        headers: Mapping[str, str | None] | None = None,
        **body: Any,
    ) -> httpx2.Response:
        """``POST /mcp/execute-tool``; further arguments are members of the body."""
        payload = {"tool": tool, "params": dict(params or {}), **body}
        return self.send("POST", "/mcp/execute-tool", role=role, headers=headers, json=payload)

    def rpc(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        role: str = "agent",
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx2.Response:
        """One JSON-RPC message to ``POST /mcp`` in the older protocol era."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": dict(params or {})}
        return self.send("POST", "/mcp", role=role, headers=headers, json=message)

    def modern(
        self,
        method: str,
        params: Mapping[str, Any] | None = None,
        *,
        role: str = "agent",
        headers: Mapping[str, str | None] | None = None,
    ) -> httpx2.Response:
        """One JSON-RPC message in revision 2026-07-28, with the headers that it demands."""
        version = "2026-07-28"
        meta = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        given = dict(params or {})
        given["_meta"] = {**meta, **given.get("_meta", {})}
        extra = {"MCP-Protocol-Version": version, "Mcp-Method": method}
        if "name" in given:
            extra["Mcp-Name"] = str(given["name"])
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": given}
        return self.send(
            "POST", "/mcp", role=role, headers={**extra, **(headers or {})}, json=message
        )

    def audit(self, user_role: str = "practitioner", **query: str) -> list[dict[str, Any]]:
        """The entries of a role's user, latest first, read by the auditor."""
        email = self.box.world.users[user_role].email
        answer = self.send(
            "GET", "/mcp/audit-logs", role="auditor", params={"userId": email, **query}
        )
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json()["entries"]
        return entries

    def calls(self, service: str = "") -> dict[str, int]:
        """How often each operation was called, of one service or of all."""
        counts = self.box.calls.snapshot()
        return {name: n for name, n in counts.items() if name.startswith(service)}

    def control(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        """Call a sandbox control."""
        answer = self.http.request(method, f"/_sandbox{path}", **arguments)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body
