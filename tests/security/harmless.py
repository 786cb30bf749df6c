"""What an answer may hold of what people outside wrote: nothing that nobody sees (G1)."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from tests.support.api import Api
from wpp_mcp.gateway.answers import MAX_CHARACTERS
from wpp_mcp.models.text import LONGEST

ROLE: Final = "other-practitioner"
"""Who is granted the account with hostile names."""
WAYS: Final = ("execute", "rpc", "modern")
LARGEST: Final = 2 * (MAX_CHARACTERS + LONGEST * 4) + 20_000
"""Of a whole HTTP answer: over MCP the object comes twice, once as escaped text."""


def unseen(text: str) -> set[str]:
    """The characters of a text that nobody sees, beside the blanks of JSON itself."""
    return {
        c
        for c in text
        if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        or "\ufe00" <= c <= "\ufe0f"
    }


def texts(value: Any) -> list[str]:
    """Every text in a JSON value, the names of members too."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [t for n, inner in value.items() for t in (n, *texts(inner))]
    return [t for inner in value for t in texts(inner)] if isinstance(value, list) else []


def call(api: Api, way: str, tool: str, params: Mapping[str, Any], role: str = ROLE) -> Any:
    if way == "execute":
        return api.execute(tool, params, role=role)
    return getattr(api, way)("tools/call", {"name": tool, "arguments": params}, role=role)


def body_of(answer: Any, way: str) -> dict[str, Any]:
    """The answer's object; over MCP its text has to be the same object."""
    body: dict[str, Any] = answer.json()
    if way == "execute":
        return body
    result = body["result"]
    (content,) = result["content"]
    assert content["type"] == "text"
    assert json.loads(content["text"]) == result["structuredContent"]
    structured: dict[str, Any] = result["structuredContent"]
    return structured


def assert_harmless(answer: Any, body: dict[str, Any]) -> None:
    assert unseen(answer.text) == set()
    assert [text for text in texts(body) if unseen(text)] == []
    assert all(len(text) <= LONGEST + len("… [cut]") for text in texts(body))
    assert len(answer.text) <= LARGEST
