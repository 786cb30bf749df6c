"""The samples of the guide for OMA, run as they stand against a running sandbox.

No test here puts the sandbox's clock forward: the samples seal lists by the machine's.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.box import Sandbox
from sandbox.clock import SandboxClock
from sandbox.google_oauth import REFRESH
from tests.oma_guide import python_sample
from tests.support.api import USD, Api
from tests.support.oma import (
    SAMPLES,
    environment,
    parts_of,
    read_in_typescript,
    said,
    shown,
    tools_on_path,
    typescript,
)
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.tables import Table

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
POLICY = Key(Table.POLICIES, "ENVIRONMENT", "CURRENT")
ROOM = {"policyVersion": "0", "callsPerSecond": 1_000, "callsPerMinute": 10_000}
SCRIPTS = sorted(f.stem for f in SAMPLES.glob("*.sh") if f.stem not in ("settings", "try"))
CURLS = ["stand-in", *(["curl"] if shutil.which("curl") else [])]
SMALL_PAGE = "wpp_mcp.gateway.endpoints.PAGE"


@pytest.fixture(autouse=True)
def _room(box: Sandbox) -> None:
    box.seeder.put(POLICY, ROOM)
    box.faults.clear()


@pytest.fixture
def api(box: Sandbox) -> Iterator[Api]:
    """A client that leaves the clock alone."""
    with Api(box, paced=False) as client:
        yield client


@pytest.fixture(params=CURLS)
def shell(request: pytest.FixtureRequest, box: Sandbox, tmp_path: Path) -> dict[str, str]:
    """The environment of a shell script: the variables, and curl or what stands in for it."""
    path = tools_on_path(tmp_path, real_curl=request.param == "curl")
    return environment(box, PATH=path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return typescript(tmp_path_factory.mktemp("oma"))


@pytest.fixture
def spent(box: Sandbox, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's calls of this minute are used up, and the minute does not end."""
    moment = box.clock()
    monkeypatch.setattr(SandboxClock, "__call__", lambda _: moment)
    box.seeder.put(POLICY, {**ROOM, "callsPerMinute": 1})
    for _ in range(2):
        last = api.execute("list_budgets", {"customerId": USD})
    assert last.status_code == 429


def script(name: str, shell: dict[str, str]) -> str:
    return said(["sh", str(SAMPLES / f"{name}.sh")], shell)


def visible_tools(api: Api) -> list[str]:
    tools = api.send("GET", "/mcp/tools/list", role="practitioner").json()["tools"]
    return [tool["name"] for tool in tools]


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in ("audit", "tools")])
def test_a_script_prints_what_the_page_shows(name: str, shell: dict[str, str]) -> None:
    assert parts_of(script(name, shell)) == shown(name)


def test_the_audit_script_prints_the_entry_of_the_call_before(shell: dict[str, str]) -> None:
    for _ in range(2):  # so that there is another page
        script("execute", shell)

    assert parts_of(script("audit", shell)) == shown("audit")


@pytest.mark.parametrize("size", [3, 50])
def test_the_tools_script_goes_through_every_page(
    api: Api, shell: dict[str, str], monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    tools = visible_tools(api)
    monkeypatch.setattr(SMALL_PAGE, size)

    assert script("tools", shell).split() == tools


def test_the_list_of_tools_has_the_members_that_the_page_names(api: Api) -> None:
    page = (ROOT / "docs/oma-integration.md").read_text(encoding="utf-8")
    section = page.partition("### The list of tools")[2].partition("\n### ")[0]
    body = api.send("GET", "/mcp/tools/list", role="practitioner").json()
    members = {*body, *body["caller"], *body["tools"][0], "nextPageToken", "pageToken"}

    assert [name for name in sorted(members) if f"`{name}`" not in section] == []


def test_a_script_without_its_settings_says_which(shell: dict[str, str]) -> None:
    lacking = {name: value for name, value in shell.items() if name != "OMA_API_KEY"}

    with pytest.raises(AssertionError, match="OMA_API_KEY"):
        script("execute", lacking)


def test_the_commands_to_try_it_with_run(box: Sandbox, shell: dict[str, str]) -> None:
    text = (SAMPLES / "try.sh").read_text(encoding="utf-8")
    here = text.replace("http://127.0.0.1:8787", box.url).replace(".venv/bin/python", "python3")
    names = ("WPP_MCP_URL", "WPP_USER_ID", "WPP_USER_TOKEN", "OMA_API_KEY", "GOOGLE_ACCESS_TOKEN")
    bare = {name: value for name, value in shell.items() if name not in names}
    sources = {"PYTHONPATH": f"{ROOT / 'layers/core/python'}:{ROOT}"}

    printed = said(["sh", "-c", here], {**bare, **sources}, folder=ROOT)

    assert parts_of(printed) == [*shown("execute"), *shown("read")]


@pytest.mark.parametrize("size", [7, 50])
def test_the_python_sample_prints_what_the_page_shows(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(SMALL_PAGE, size)

    printed = said([sys.executable, "read.py"], environment(box))

    assert printed == (SAMPLES / "answers/read.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("sdk", ["2.x", "1.x"])
@pytest.mark.parametrize("size", [7, 50])
def test_the_typescript_sample_prints_the_same_with_either_sdk(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sdk: str, size: int
) -> None:
    monkeypatch.setattr(SMALL_PAGE, size)
    place = typescript(tmp_path)
    if sdk == "1.x":
        (place / "connect-1.x.ts").replace(place / "connect.ts")

    done = read_in_typescript(place, environment(box))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (SAMPLES / "answers/read.txt").read_text(encoding="utf-8")


def test_an_expired_token_is_an_exception_in_both_languages(box: Sandbox, folder: Path) -> None:
    expired = environment(box, WPP_USER_TOKEN="expired")

    in_typescript = read_in_typescript(folder, expired)
    with pytest.raises(AssertionError, match="MCPError: Server returned an error response"):
        said([sys.executable, "read.py"], expired)

    assert in_typescript.returncode != 0
    assert "SdkHttpError" in in_typescript.stderr
    assert "status: 401" in in_typescript.stderr


@pytest.mark.usefixtures("spent")
def test_a_refused_list_is_an_exception_with_the_error_object(box: Sandbox, folder: Path) -> None:
    in_typescript = read_in_typescript(folder, environment(box))
    with pytest.raises(AssertionError) as in_python:
        said([sys.executable, "read.py"], environment(box))

    assert "MCPError: Too many calls" in str(in_python.value)
    assert "ExceptionGroup" in str(in_python.value)
    assert "ProtocolError: Too many calls" in in_typescript.stderr
    assert "RATE_LIMITED" in in_typescript.stderr
    assert "retryAfterSeconds" in in_typescript.stderr


def test_the_body_with_a_refresh_token_is_taken(api: Api) -> None:
    body = json.loads((SAMPLES / "refresh-token.json").read_text(encoding="utf-8"))
    body["googleOAuthToken"] = f"{REFRESH}practitioner"

    answer = api.send(
        "POST",
        "/mcp/execute-tool",
        role="practitioner",
        headers={"X-Google-Access-Token": None},
        json=body,
    )

    assert answer.status_code == 200, answer.text
    assert set(body) == {"tool", "params", "userId", "googleOAuthToken", "omaRequestId"}


@pytest.mark.parametrize(
    ("given", "headers", "step"),
    [
        (
            {"customerId": USD},
            {"X-Google-Access-Token": "sandbox-google-expired-1"},
            "reconnect-google",
        ),
        ({"customerId": USD}, {"X-Google-Access-Token": None}, "reconnect-google"),
        ({"customerId": USD}, {"Authorization": "Bearer expired"}, "sign-in"),
        ({"customerId": "everything"}, {}, "correct"),
        ({"customerId": "1000000104"}, {}, "request-access"),
        ({"customerId": USD, "x": "x" * 1_000_000}, {}, "ask-for-less"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_the_server_refuses_leads_to_the_step(
    api: Api, given: dict[str, str], headers: dict[str, str | None], step: str
) -> None:
    error = api.execute("list_budgets", given, headers=headers).json()["error"]

    assert python_sample("next_step").next_step(error).step == step


@pytest.mark.usefixtures("spent")
def test_a_limit_leads_to_a_repeat_after_the_wait_that_the_header_says(api: Api) -> None:
    refused = api.execute("list_budgets", {"customerId": USD})

    step = python_sample("next_step").next_step(refused.json()["error"])
    assert refused.status_code == 429
    assert (step.step, str(step.after_seconds)) == ("repeat", refused.headers["Retry-After"])


def test_no_sample_holds_what_looks_like_a_secret() -> None:
    texts = [
        f.read_text(encoding="utf-8")
        for f in SAMPLES.rglob("*.*")
        if f.is_file() and f.suffix != ".pyc"
    ]

    assert [t for t in texts if re.search(r"sandbox-(secret|google)-|eyJ[\w-]{10,}\.|1//", t)] == []
