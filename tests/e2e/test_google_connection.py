"""Connecting Google in the console, using the connection, and ending it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.box import Sandbox
from sandbox.browsing import Person
from sandbox.faults import FaultKind
from sandbox.google_oauth import REFRESH, REVOKE, TARGET
from tests.security.stored import entries
from tests.support.api import NOT_GRANTED, USD, Api
from tests.support.connecting import (
    ADS,
    ANALYTICS,
    CALLS,
    NO_TOKEN,
    SCOPES,
    SEARCH_CONSOLE,
    connect,
    connected,
    forget,
    put,
    record,
)
from wpp_mcp.routes import CONNECT_PATH

OTHER = "other-practitioner"


@pytest.fixture(autouse=True)
def nothing_left(box: Sandbox) -> Iterator[None]:
    yield
    for who in ("practitioner", OTHER, "auditor"):
        forget(box, who)
        box.google_oauth.remove_access(who)


@pytest.fixture
def person(api: Api) -> Iterator[Person]:
    """The practitioner, signed in, not connected."""
    with Person(api.box.url) as somebody:
        yield somebody.open(CONNECT_PATH).submit("practitioner")


@pytest.fixture
def owner(api: Api) -> Iterator[Person]:
    """The practitioner, connected."""
    with connected(api.box) as somebody:
        api.box.calls.clear()
        yield somebody


def ask(api: Api, target: str, way: str = "execute", **more: Any) -> dict[str, Any]:
    """Call a product's tool without a token of its own; return the body."""
    tool, params = CALLS[target]
    if way == "execute":
        body = api.execute(tool, params, headers=NO_TOKEN, **more).json()
    else:
        call = {"name": tool, "arguments": params}
        answer = getattr(api, way)("tools/call", call, headers=NO_TOKEN)
        body = answer.json()["result"]["structuredContent"]
    return dict(body)


def audited(api: Api, tool: str) -> list[tuple[str, str, str]]:
    """What the audit says of an act in the console."""
    found = [entry for entry in entries(api.box) if entry["tool"] == tool]
    return [(entry["userId"], entry["action"], entry["result"]) for entry in found]


def test_the_consent_asks_for_what_the_tools_need_and_no_more(person: Person) -> None:
    person.submit("Connect Google")
    asked = dict(parse_qsl(urlsplit(person.url).query))

    assert person.url.startswith(f"{person.site}/_sandbox/google/authorize?")
    assert set(asked["scope"].split()) == SCOPES
    expected = {
        "response_type": "code",
        "access_type": "offline",
        "prompt": "consent",
        "include_granted_scopes": "false",
        "login_hint": "practitioner@north.example",
        "redirect_uri": f"{person.site}/console/google/callback",
        "code_challenge_method": "S256",
    }
    assert {name: asked[name] for name in expected} == expected
    assert len(asked["state"]) == len(asked["code_challenge"]) == 43


def test_the_way_to_google_is_a_page_and_no_redirect(person: Person) -> None:
    """Browsers hold form-action against redirects that follow a form."""
    person.submit("Connect Google", follow=False)
    assert person.status == 200
    assert "form-action 'self'" in person.headers["Content-Security-Policy"]
    assert person.links[0].startswith(f"{person.site}/_sandbox/google/authorize?")


@pytest.mark.parametrize("way", ["execute", "rpc", "modern"])
@pytest.mark.parametrize("target", CALLS)
def test_a_call_without_a_token_uses_the_connection(
    api: Api, owner: Person, target: str, way: str
) -> None:
    assert ask(api, target, way)["success"] is True
    assert api.calls()[target] == 1
    assert api.calls("google-oauth") == {}


def test_what_is_connected_is_shown(api: Api, owner: Person) -> None:
    owner.open(CONNECT_PATH)
    assert "Works with Google Ads, Google Analytics, Search Console" in owner.page
    assert "Not allowed at Google" not in owner.page
    assert f"Connected since {api.box.clock():%d %B %Y}" in owner.page
    assert audited(api, "google_connect")[-1] == ("practitioner@north.example", "write", "success")


def test_the_token_that_comes_with_a_call_wins(api: Api, owner: Person) -> None:
    google = api.box.world.google_token(OTHER)
    tool, params = CALLS["google-ads:Search"]
    header = api.execute(tool, params, headers={"X-Google-Access-Token": google})
    body = api.execute(tool, params, headers=NO_TOKEN, googleOAuthToken=google)
    refresh = api.execute(tool, params, headers=NO_TOKEN, googleOAuthToken=f"{REFRESH}{OTHER}")
    for answer in (header, body, refresh):
        assert answer.json()["error"]["code"] == "GOOGLE_ACCESS_DENIED"
    assert api.calls("kms") == {}


def test_another_persons_connection_serves_nobody_else(api: Api, owner: Person) -> None:
    answer = api.execute("list_budgets", {"customerId": "1000000201"}, role=OTHER, headers=NO_TOKEN)
    assert answer.json()["error"]["code"] == "GOOGLE_AUTH_EXPIRED"
    assert api.calls("kms") == {}


def test_an_empty_token_in_the_body_is_none(api: Api, owner: Person) -> None:
    assert ask(api, "google-ads:Search", googleOAuthToken="")["success"] is True


def test_without_a_connection_both_ways_are_named(api: Api) -> None:
    error = ask(api, "google-ads:Search")["error"]
    assert error["code"] == "GOOGLE_AUTH_EXPIRED"
    assert f"{api.box.url}{CONNECT_PATH}" in error["action"]
    assert "X-Google-Access-Token" in error["action"]
    assert api.calls("google-ads") == {}


@pytest.mark.parametrize(
    ("tool", "params"),
    [("list_budgets", {"customerId": NOT_GRANTED}), ("list_accessible_accounts", {})],
)
def test_nothing_is_opened_that_is_not_needed(
    api: Api, owner: Person, tool: str, params: dict[str, str]
) -> None:
    api.execute(tool, params, headers=NO_TOKEN)
    assert api.calls("kms") == api.calls("google") == {}


@pytest.mark.parametrize(
    ("unticked", "target", "name"),
    [
        (ADS, "google-ads:Search", "Google Ads"),
        (ANALYTICS, "google-analytics:GetProperty", "Google Analytics"),
        (SEARCH_CONSOLE, "search-console:sites.get", "Search Console"),
    ],
)
def test_a_product_that_was_not_ticked(
    api: Api, person: Person, unticked: str, target: str, name: str
) -> None:
    connect(person, **{unticked: None})
    assert f"Not allowed at Google {name}" in person.page
    assert set(record(api.box)["scopes"]) == SCOPES - {unticked}

    for other in CALLS:
        body = ask(api, other)
        assert body["success"] is (other != target)
    error = ask(api, target)["error"]
    assert error["code"] == "GOOGLE_AUTH_EXPIRED"
    assert "does not include" in error["message"]
    assert CONNECT_PATH in error["action"]
    assert target not in {n for n, count in api.calls().items() if count > 0}


def test_nothing_ticked_stores_nothing_and_leaves_nothing_open(api: Api, person: Person) -> None:
    connect(person, **dict.fromkeys(SCOPES))
    assert "No product was ticked" in person.page
    assert record(api.box) == {}
    assert api.calls(REVOKE) == {REVOKE: 1}


def test_nothing_ticked_leaves_the_connection_that_stands(api: Api, owner: Person) -> None:
    """At Google one token's end would be the end of all."""
    connect(owner, **dict.fromkeys(SCOPES))
    assert "No product was ticked" in owner.page
    assert api.calls(REVOKE) == {}
    assert ask(api, "google-ads:Search")["success"] is True


def test_a_person_who_does_not_allow_it(api: Api, person: Person) -> None:
    person.submit("Connect Google").submit("Deny")
    assert "You did not allow the access" in person.page
    assert record(api.box) == {}
    assert api.calls(TARGET) == {}


def test_no_lasting_access_is_said(api: Api, person: Person) -> None:
    connect(person, access_type="online")
    assert "Google gave no lasting access" in person.page
    assert "Google account's permissions" in person.page
    assert record(api.box) == {}


def test_a_role_without_tools_has_nothing_to_connect(api: Api) -> None:
    with Person(api.box.url) as auditor:
        auditor.open(CONNECT_PATH).submit("auditor")
        assert "Your role (auditor) has no tools" in auditor.page
        (sign_out,) = auditor.forms
        token = sign_out.fields["formToken"]
        auditor.send("POST", CONNECT_PATH, {"formToken": token})
        assert auditor.status == 403
        assert "has no tools" in auditor.page
    assert ("auditor@north.example", "write", "blocked") in audited(api, "google_connect")


def test_disconnecting_counts_on_the_next_call_and_ends_it_at_google(
    api: Api, owner: Person
) -> None:
    assert ask(api, "google-ads:Search")["success"] is True
    api.box.calls.clear()

    owner.submit("Disconnect")

    assert "Google is disconnected." in owner.page
    assert api.calls(REVOKE) == {REVOKE: 1}
    assert record(api.box) == {}
    assert ask(api, "google-ads:Search")["error"]["code"] == "GOOGLE_AUTH_EXPIRED"
    assert api.calls("google-ads") == {}
    person = ("practitioner@north.example", "delete", "success")
    assert audited(api, "google_disconnect")[-1] == person
    assert "Disconnect" not in [button[0] for form in owner.forms for button in form.buttons]


def test_disconnecting_works_without_google_and_says_what_is_left(api: Api, owner: Person) -> None:
    api.box.faults.arm(REVOKE, FaultKind.UNAVAILABLE)
    owner.submit("Disconnect")
    assert "Google is disconnected here." in owner.page
    assert "https://myaccount.google.com/permissions" in owner.links
    assert record(api.box) == {}


def test_disconnecting_works_without_kms(api: Api, owner: Person) -> None:
    api.box.faults.arm("kms:Decrypt", FaultKind.DENIED)
    owner.submit("Disconnect")
    assert "remove it at" in owner.page
    assert record(api.box) == {}


def test_disconnecting_twice(api: Api, owner: Person) -> None:
    form = next(form for form in owner.forms if form.action.endswith("disconnect"))
    owner.submit("Disconnect")
    before = len(audited(api, "google_disconnect"))
    owner.send("POST", form.action, form.fields)
    assert "Google is not connected." in owner.page
    assert len(audited(api, "google_disconnect")) == before


def test_reconnecting_takes_the_place_of_the_old_connection(api: Api, owner: Person) -> None:
    old = record(api.box)
    connect(owner, user=OTHER)
    new = record(api.box)
    changed = ("version", "dataKey", "refreshToken", "accessToken")
    assert [name for name in changed if old[name] == new[name]] == []
    # The tokens are those of the Google user who consented; grants still say what is theirs.
    body = ask(api, "google-ads:Search")
    assert body["error"]["code"] == "GOOGLE_ACCESS_DENIED"


def test_a_damaged_record_can_be_replaced(api: Api, owner: Person) -> None:
    put(api.box, "practitioner", {**record(api.box), "status": "ODD"})
    assert ask(api, "google-ads:Search")["error"]["code"] == "STORAGE_UNAVAILABLE"
    owner.open(CONNECT_PATH)
    assert "cannot be read" in owner.page
    connect(owner)
    assert ask(api, "google-ads:Search")["success"] is True


def test_what_works_costs_what_the_table_says(api: Api, owner: Person) -> None:
    storage = {"dynamodb:BatchGetItem": 1, "dynamodb:TransactWriteItems": 1}
    for kms in ({"kms:Decrypt": 1}, {}):
        api.execute("list_budgets", {"customerId": USD})  # warm
        api.box.calls.clear()
        assert ask(api, "google-ads:Search")["success"] is True
        found = api.calls()
        found.pop("secretsmanager:GetSecretValue", None)
        assert found == {**storage, **kms, "google-ads:Search": 1}
