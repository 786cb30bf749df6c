"""The official JavaScript clients against a running sandbox, in both eras of the protocol.

What a person sees is what these print: a refusal has to arrive as our refusal, in every client,
and never as the client's complaint about the shape of our answer.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.api import NOT_GRANTED, USD, Api
from tests.support.node import node, packages

HERE = Path(__file__).parent
LEGACY, MODERN = "2025-11-25", "2026-07-28"
TOOL = "list_budgets"
CALLS = [
    {"name": TOOL, "arguments": {"customerId": USD}},
    {"name": TOOL, "arguments": {"customerId": NOT_GRANTED}},
    {"name": TOOL, "arguments": {"customerId": "everything"}},
    {"name": "drop_everything", "arguments": {}},
]
REFUSALS = ["ACCOUNT_NOT_AUTHORIZED", "INVALID_REQUEST", "INVALID_REQUEST"]


@pytest.fixture(scope="module")
def installed() -> Path:
    return packages()


def hosted(api: Api) -> dict[str, str]:
    """What a person configures for a server: where from, and their own headers."""
    headers = api.box.headers("agent")
    return {name: headers[name] for name in ("Authorization", "X-Google-Access-Token")}


def played(api: Api, script: str, **more: Any) -> dict[str, Any]:
    task = {"url": f"{api.box.url}/mcp", "headers": hosted(api), "calls": CALLS, **more}
    done = node(HERE / script, input=json.dumps(task), timeout=60)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("script", "more", "version"),
    [
        ("sdk_1.mjs", {}, LEGACY),
        ("sdk_2.mjs", {"mode": "legacy"}, LEGACY),
        ("sdk_2.mjs", {"mode": "auto"}, MODERN),
        ("sdk_2.mjs", {"mode": {"pin": MODERN}}, MODERN),
    ],
    ids=["1.x", "2.x legacy", "2.x auto", "2.x pinned"],
)
def test_the_sdk_reads_and_shows_each_refusal(
    api: Api, script: str, more: dict[str, Any], version: str
) -> None:
    said = played(api, script, **more)

    assert said["version"] == version
    assert [result for result in said["results"] if "thrown" in result] == []
    tools = {tool["name"]: tool for tool in said["tools"]}
    assert tools[TOOL]["outputSchema"]["type"] == "object"
    assert tools[TOOL]["annotations"]["readOnlyHint"] is True
    done, *refused = [result["structuredContent"] for result in said["results"]]
    assert done["data"]["account"] == USD
    assert [result.get("isError", False) for result in said["results"]] == [False, True, True, True]
    assert [body["error"]["code"] for body in refused] == REFUSALS
    assert refused[0]["error"]["requestedAccount"] == NOT_GRANTED


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("script", ["sdk_1.mjs", "sdk_2.mjs"])
def test_the_sdk_is_told_to_sign_in_again(api: Api, script: str) -> None:
    task = {
        "url": f"{api.box.url}/mcp",
        "headers": {**hosted(api), "Authorization": "Bearer expired"},
        "calls": CALLS,
        "mode": "auto",
    }
    done = node(HERE / script, input=json.dumps(task), timeout=60)

    assert done.returncode != 0
    assert "401" in done.stderr or "Unauthorized" in done.stderr, done.stderr


def inspected(
    api: Api, folder: Path, home: Path, era: str, *arguments: str
) -> tuple[int, dict[str, Any]]:
    """Run the Inspector's command line; return its exit code and what the server answered."""
    launcher = folder / "@modelcontextprotocol" / "inspector" / "clients" / "launcher"
    headers = [part for pair in hosted(api).items() for part in ("--header", ": ".join(pair))]
    done = node(
        *(launcher / "build" / "index.js", "--cli", "--server-url", f"{api.box.url}/mcp"),
        *("--transport", "http", "--protocol-era", era, "--format", "json", "--stored-auth-only"),
        *(*headers, *arguments),
        env={"HOME": str(home)},
        timeout=60,
    )
    assert done.stdout, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)["result"]
    return done.returncode, said


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_inspector_lists_reads_and_shows_the_refusal(
    api: Api, installed: Path, tmp_path: Path, era: str
) -> None:
    def call(customer_id: str) -> tuple[int, dict[str, Any]]:
        given = json.dumps({"customerId": customer_id})
        method = ("--method", "tools/call", "--tool-name", TOOL, "--tool-args-json", given)
        return inspected(api, installed, tmp_path, era, *method)

    listing = inspected(api, installed, tmp_path, era, "--method", "tools/list", "--strict")
    done, refused = call(USD), call(NOT_GRANTED)

    # Strict: the Inspector finds nothing in a schema that some client cannot take.
    assert listing[0] == 0
    assert TOOL in [tool["name"] for tool in listing[1]["tools"]]
    assert done[0] == 0
    assert done[1]["structuredContent"]["data"]["account"] == USD
    assert refused[0] != 0
    assert refused[1]["isError"] is True
    assert refused[1]["structuredContent"]["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
