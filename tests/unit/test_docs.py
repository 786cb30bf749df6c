"""What the documents name exists, what they say of limits is so, and their examples run."""

import importlib
import random
import re
import shlex
import subprocess
import sys
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.box import Sandbox
from tests.unit.support.surroundings import unexpected
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.exchange import given
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.time import Deadline
from wpp_mcp.storage.policies import Policy
from wpp_mcp.tools.inputs import parsed
from wpp_mcp.tools.registry import Kind, Tool

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])
PACKAGES = [ROOT, ROOT / "layers/core/python/wpp_mcp"]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`([\w./-]+\.(?:py|md|json|txt|toml|in)|[\w./-]+/)`")
NO_PATHS = {"wpp-mcp/"}  # what stands before the names of secrets
OUTSIDE = ("http://", "https://", "mailto:")
SANDBOX_URL = "http://127.0.0.1:8787"

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """The text without fenced blocks."""
    return re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"))


def blocks(path: str, language: str) -> list[str]:
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text_of(path))


def anchors(page: Path) -> set[str]:
    """The names under which the headings of a page are linked."""
    headings = re.findall(r"(?m)^#+ (.+)$", prose_of(page))
    return {re.sub(r"[^\w -]", "", h.lower()).strip().replace(" ", "-") for h in headings}


@each_page
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for target in LINK.findall(prose_of(page)):
        if target.startswith(OUTSIDE):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert broken == []


@each_page
def test_files_and_folders_that_are_named_exist(page: Path) -> None:
    named = {n for n in NAMED.findall(prose_of(page)) if not n.startswith("/")} - NO_PATHS
    lacking = [n for n in named if not any((place / n).exists() for place in PACKAGES)]

    assert [n for n in lacking if "/" in n or not list(ROOT.glob(f"layers/core/**/{n}"))] == []


@each_page
def test_test_paths_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"tests/[\w/]+(?:\.py)?", page.read_text(encoding="utf-8")))

    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def functions_and_classes() -> list[tuple[str, str]]:
    """Pairs of file and name as the architecture page gives them: (`name`) or `file` `name`."""
    page = prose_of(ROOT / "docs/architecture.md")
    pairs = re.findall(r"`([\w/]+\.py)`\s*\(`([\w.]+)`", page)
    return pairs + re.findall(r"`([\w/]+\.py)` `([\w.]+)`", page)


@pytest.mark.parametrize(("file", "name"), functions_and_classes())
def test_code_that_the_architecture_names_is_there(file: str, name: str) -> None:
    source = next((place / file for place in PACKAGES if (place / file).exists()), None)
    assert source is not None
    text = source.read_text(encoding="utf-8")

    for part in name.split("."):
        assert re.search(rf"(?m)(?:def|class) {part}\b|^{part}\b.*=", text), part


def limits() -> list[tuple[str, str]]:
    rows = re.findall(r"(?m)^\| [^|]+ \| ([^|]+) \| `([a-z_.]+\.[A-Z_]+)` \|$", table())
    return [(where, value) for value, where in rows]


def table() -> str:
    return text_of("docs/architecture.md").partition("## Limits")[2]


def test_the_table_of_limits_is_read() -> None:
    assert len(limits()) > 25


@pytest.mark.parametrize(("where", "value"), limits())
def test_a_limit_is_what_the_code_says(where: str, value: str) -> None:
    module, _, name = where.rpartition(".")
    found = getattr(importlib.import_module(f"wpp_mcp.{module}"), name)
    number = int(found.total_seconds()) if isinstance(found, timedelta) else int(found)

    assert f"{number:,}" in value.split()


def test_the_limits_of_the_policy_are_the_defaults() -> None:
    policy = Policy()

    for number in (
        policy.calls_per_minute,
        policy.calls_per_second,
        policy.account_calls_per_minute,
    ):
        assert f"| {number}, by policy |" in table()


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("list_ad_groups", {}), ("create_label", {"name": "Winter"})],
)
def test_the_examples_of_tools_are_some(
    box: Sandbox, name: str, parameters: dict[str, str]
) -> None:
    names: dict[str, Any] = {"__name__": "example"}
    for example in blocks("docs/architecture.md", "python"):
        exec(compile(example, "architecture.md", "exec"), names)
    tool: Tool = names[name].__wpp_tool__
    runtime = box.runtime()
    call = GoogleCall(
        tokens=given(box.world.google_token("practitioner"), unexpected),
        developer_token=lambda: "example",
        endpoints=runtime.endpoints,
        deadline=Deadline(box.clock, box.clock() + timedelta(seconds=20)),
        chance=random.Random(1),
        sleep=runtime.sleep,
    )
    grant = next(g for g in box.world.grants if g.account_id == "1000000101")
    ads = GoogleAds(call, AccountRef(Api.GOOGLE_ADS, "1000000101"), grant.login_customer_id)

    answer = tool.run(ads, parsed(tool.input, {"customerId": "1000000101", **parameters}))

    assert tool.name == name
    assert answer.rows if tool.kind is Kind.READ else answer.changes


def run(box: Sandbox, command: list[str], given: str = "") -> str:
    done = subprocess.run(
        [part.replace(SANDBOX_URL, box.url) for part in command],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_of_an_mcp_client_runs(box: Sandbox) -> None:
    (example,) = blocks("README.md", "python")

    said = run(box, [sys.executable, "-c", example])

    assert "list_budgets" in said
    assert "'budgetId'" in said


def test_the_example_with_curl_says_what_the_server_takes(box: Sandbox) -> None:
    """Its three commands one by one; curl's part is sent from here, so that curl is not needed."""
    (example,) = [b for b in blocks("README.md", "sh") if "curl" in b]
    words = shlex.split(example.replace("\\\n", " ").replace(".venv/bin/python", sys.executable))
    first, second, third = (
        list(part) for bar, part in groupby(words, lambda word: word == "|") if not bar
    )

    headers = run(box, [*first, "--url", box.url])
    lines = run(box, second, headers).splitlines()
    assert third[:4] == ["curl", "--silent", "--header", "@-"]
    url, option, data = third[4:]
    assert option == "--data"
    answer = httpx2.post(
        url.replace(SANDBOX_URL, box.url),
        headers=dict(line.split(": ", 1) for line in lines),
        content=data,
    )

    assert answer.json()["success"] is True
    assert answer.json()["data"]["returnedRows"] == 3


def test_the_demo_in_the_readme_tells_the_whole_story() -> None:
    shown = text_of("README.md").partition("<!-- demo:begin -->")[2].partition("<!-- demo:end")[0]
    parts = ("demo.py", "demo_sign_in.py", "demo_writes.py")
    source = "".join(text_of(f"sandbox/{part}") for part in parts)

    assert re.findall(r"(?m)^(\d+)\. ", shown) == [
        str(number + 1) for number in range(source.count("out.head("))
    ]
    assert "intact" in shown
