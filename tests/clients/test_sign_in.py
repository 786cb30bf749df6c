"""Each official client signs a person in by itself, in a real browser, and then does its work.

Nothing is given to a client but the server's address and what it is known by: a registered id,
or the address of its metadata document. The person clicks through the pages as they are.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.browsing import Person as Visitor
from sandbox.documents import CLIENT_DOCUMENT
from tests.clients.inspector import AUTH_REQUIRED, Inspector
from tests.clients.python_client import sign_in_with_python
from tests.clients.signing_in import Person, SignInError, sign_in
from tests.support.api import NOT_GRANTED, USD, Api
from tests.support.browser import Browser
from tests.support.sign_in import Client, tokens_of

LEGACY, MODERN = "2025-11-25", "2026-07-28"
BOTH = {"tools/read", "tools/write"}
READ = {"name": "list_accessible_accounts", "arguments": {}}
FOREIGN = {"name": "list_budgets", "arguments": {"customerId": NOT_GRANTED}}
REGISTERED = {"clientId": "sandbox-cli"}
DOCUMENT = {"clientMetadataUrl": CLIENT_DOCUMENT}

SignIn = Callable[..., Any]


def with_sdk_1(task: dict[str, Any], *rest: Any) -> Any:
    return sign_in("sign_in_1.mjs", task, *rest)


def with_sdk_2(task: dict[str, Any], *rest: Any) -> Any:
    return sign_in("sign_in_2.mjs", task, *rest)


each_client = pytest.mark.parametrize(
    ("client", "version"),
    [(with_sdk_1, LEGACY), (with_sdk_2, MODERN), (sign_in_with_python, MODERN)],
    ids=["TypeScript 1.x", "TypeScript 2.x", "Python"],
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as page:
        yield page


@pytest.fixture
def seen() -> list[str]:
    """What the person read on the consent page, each time."""
    return []


@pytest.fixture
def person(api: Api, browser: Browser, seen: list[str]) -> Person:
    def clicks(url: str) -> None:
        browser.anew()
        browser.open(url)
        seen.append(browser.text)
        browser.click("Allow and sign in")
        browser.wait_for(f"{api.box.url}/_sandbox/issuer/*")
        browser.click("practitioner")
        browser.wait_for("http://127.0.0.1:*/*callback?*")
        assert browser.violations == []

    return clicks


def task(box: Sandbox, known: dict[str, str], *calls: dict[str, Any], **more: Any) -> Any:
    return {"url": f"{box.url}/mcp", **known, "calls": list(calls), **more}


@each_client
@pytest.mark.parametrize("known", [REGISTERED, DOCUMENT], ids=["registered", "document"])
def test_signs_in_lists_reads_and_shows_the_refusal(
    api: Api, person: Person, seen: list[str], client: SignIn, version: str, known: dict[str, str]
) -> None:
    report = client(task(api.box, known, READ, FOREIGN), person)

    (asked,) = report["authorizations"]
    assert asked["resource"] == f"{api.box.url}/mcp"
    assert set(asked["scope"].split()) == BOTH
    assert asked["client_id"] == next(iter(known.values()))
    assert ("Sandbox Desk" in seen[0]) == (known is DOCUMENT)
    assert "an application on this computer" in seen[0]
    assert [grant["grant_type"] for grant in report["grants"]] == ["authorization_code"]
    assert report["tokens"][0] == {
        "scope": "tools/read tools/write",
        "expiresIn": 3600,
        "refreshable": True,
    }
    assert report["version"] == version
    assert READ["name"] in {tool["name"] for tool in report["tools"]}
    done, refused = report["results"]
    assert USD in {row["accountId"] for row in done["structuredContent"]["data"]["rows"]}
    assert refused["isError"] is True
    error = refused["structuredContent"]["error"]
    assert (error["code"], error["requestedAccount"]) == ("ACCOUNT_NOT_AUTHORIZED", NOT_GRANTED)


@each_client
def test_goes_on_when_the_token_has_ended(
    api: Api, person: Person, monkeypatch: pytest.MonkeyPatch, client: SignIn, version: str
) -> None:
    ahead = timedelta(hours=1, minutes=1)

    def later() -> None:
        api.box.clock.advance(ahead)
        # The Python client looks at its own clock.
        moved = SimpleNamespace(time=lambda: api.box.clock().timestamp())
        monkeypatch.setattr("mcp.client.auth.oauth2.time", moved)
        monkeypatch.setattr("mcp.shared.auth_utils.time", moved)

    report = client(
        task(api.box, REGISTERED, READ, {"pause": "expired"}, READ), person, {"expired": later}
    )

    assert [grant["grant_type"] for grant in report["grants"]] == [
        "authorization_code",
        "refresh_token",
    ]
    assert len(report["authorizations"]) == 1
    assert [result["structuredContent"]["success"] for result in report["results"]] == [True, True]


@each_client
def test_asks_the_person_for_a_scope_that_it_lacks(
    api: Api, person: Person, seen: list[str], client: SignIn, version: str
) -> None:
    """Kept from earlier: a token that allows changes only. A tool that reads wants another."""
    earlier = narrow_tokens(api.box)
    report = client(task(api.box, REGISTERED, READ, tokens=earlier), person)

    assert [set(asked["scope"].split()) for asked in report["authorizations"]] == [BOTH]
    assert report["tokens"][-1]["scope"] == "tools/read tools/write"
    assert [result["structuredContent"]["success"] for result in report["results"]] == [True]
    assert len(seen) == 1


def narrow_tokens(box: Sandbox) -> dict[str, Any]:
    """What a client kept that signed in for changes only; 1.x steps up without a refresh token."""
    with Visitor(box.url) as visitor:
        answer = tokens_of(visitor, Client(box), scope="tools/write")
    return {name: value for name, value in answer.items() if name != "refresh_token"}


def test_a_person_who_denies_is_believed(api: Api, browser: Browser) -> None:
    def denies(url: str) -> None:
        browser.anew()
        browser.open(url)
        browser.click("Deny")
        browser.wait_for("http://127.0.0.1:*/callback?*")

    for client in (with_sdk_1, with_sdk_2):
        with pytest.raises(SignInError, match="access_denied"):
            client(task(api.box, REGISTERED), denies)


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_inspector_signs_in_once_and_goes_on_with_what_it_kept(
    api: Api, person: Person, seen: list[str], tmp_path: Path, era: str
) -> None:
    inspector = Inspector(f"{api.box.url}/mcp", tmp_path, client_id="sandbox-cli", era=era)
    nobody = inspector.run("--method", "tools/list")
    listed = inspector.run("--method", "tools/list", person=person)
    again, refused = (
        inspector.run(
            *("--method", "tools/call", "--tool-name", call["name"]),
            *("--tool-args-json", json.dumps(call["arguments"])),
        )
        for call in (READ, FOREIGN)
    )

    assert nobody.code == AUTH_REQUIRED
    assert listed.code == 0, listed.complaints
    assert READ["name"] in [tool["name"] for tool in listed.result["tools"]]
    assert again.code == 0, again.complaints
    assert again.result["structuredContent"]["success"] is True
    assert refused.code != 0
    assert refused.result["structuredContent"]["error"]["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert len(seen) == 1
