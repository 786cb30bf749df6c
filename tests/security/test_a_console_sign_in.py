"""A: signing in to the console: in one browser, once, for people whom the directory holds."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.browsing import Person
from sandbox.faults import FaultKind
from sandbox.roles import CONSOLE_CLIENT, SandboxRole
from tests.security.forging import Forge
from tests.security.signed_in import POOL, SIGN_IN, SIGNED_IN, sessions
from tests.security.stored import entries, items
from tests.security.watched import WatchedSandbox, directory_says
from wpp_mcp.console.sign_in import BROWSER_COOKIE, WITHIN
from wpp_mcp.models.caller import Scope
from wpp_mcp.models.cookies import SESSION_COOKIE
from wpp_mcp.routes import CONNECT_PATH
from wpp_mcp.storage.tables import Table


def test_a_sign_in_ends_where_it_began_and_is_recorded(
    person: Person, watched: WatchedSandbox
) -> None:
    before = len(entries(watched))
    person.open(CONNECT_PATH)
    assert person.url.startswith(f"{watched.url}{POOL}?")
    person.submit("practitioner")

    assert (person.status, person.url) == (200, watched.url + CONNECT_PATH)
    assert SIGNED_IN in person.page
    (entry,) = entries(watched)[before:]
    said = {n: entry[n] for n in ("userId", "tool", "action", "result", "channel", "clientId")}
    assert said == {
        "userId": "practitioner@north.example",
        "tool": "console_sign_in",
        "action": "write",
        "result": "success",
        "channel": "person",
        "clientId": CONSOLE_CLIENT,
    }


def test_the_pool_is_asked_with_proof_of_possession_and_every_scope(person: Person) -> None:
    person.open(SIGN_IN)
    asked = dict(parse_qsl(urlsplit(person.url).query))

    assert set(asked["scope"].split()) == {scope.value for scope in Scope}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == len(asked["state"]) == 43
    assert asked["redirect_uri"] == f"{person.site}/console/callback"


def test_the_cookies_are_for_this_host_tls_and_no_script(person: Person) -> None:
    person.open(SIGN_IN, follow=False)
    (browser,) = person.set_cookies
    person.open(SIGN_IN).submit("practitioner", follow=False)
    back = person.headers["Location"]
    person.open(back, follow=False)
    session, gone = person.set_cookies

    marks = "; Path=/; Secure; HttpOnly; SameSite=Lax"
    random = "[A-Za-z0-9_-]{43}"
    assert re.fullmatch(f"{BROWSER_COOKIE}={random}; Max-Age=600{marks}", browser)
    assert re.fullmatch(f"{SESSION_COOKIE}={random}; Max-Age=28800{marks}", session)
    assert gone == f"{BROWSER_COOKIE}=; Max-Age=0{marks}"


def test_neither_the_cookie_nor_a_token_is_stored(
    signed_in: Person, watched: WatchedSandbox
) -> None:
    kept = repr(items(watched, Table.SESSIONS))
    assert signed_in.cookies[SESSION_COOKIE] not in kept
    assert "eyJ" not in kept
    (record,) = sessions(watched)[-1:]
    assert set(record["content"]) == {"employeeId", "clientId", "scopes", "role", "agency"}


def test_each_sign_in_has_an_id_of_its_own(signed_in: Person) -> None:
    first = signed_in.cookies[SESSION_COOKIE]
    signed_in.open(SIGN_IN).submit("practitioner")
    assert signed_in.cookies[SESSION_COOKIE] != first


def test_an_id_that_was_given_before_the_sign_in_is_worthless(
    person: Person, watched: WatchedSandbox
) -> None:
    person.cookies[SESSION_COOKIE] = "planted" * 6
    person.open(SIGN_IN).submit("practitioner")
    assert SIGNED_IN in person.page
    with Person(watched.url) as attacker:
        attacker.cookies[SESSION_COOKIE] = "planted" * 6
        attacker.open(CONNECT_PATH)
        assert POOL in attacker.url


def test_a_state_serves_once(person: Person) -> None:
    person.open(SIGN_IN)
    browser = dict(person.cookies)
    person.submit("practitioner")
    back = person.visited[-2]
    assert "/console/callback?" in back

    person.cookies = browser
    person.open(back)
    assert person.status == 400
    assert "has ended, or was finished before" in person.page
    assert SESSION_COOKIE not in person.cookies


def test_a_state_ends(person: Person, watched: WatchedSandbox) -> None:
    person.open(SIGN_IN)
    watched.clock.advance(WITHIN)
    person.submit("practitioner")
    assert person.status == 400
    assert SESSION_COOKIE not in person.cookies


@pytest.mark.parametrize("holds", ["nothing", "its own sign-in"])
def test_the_way_back_works_in_the_browser_that_began_alone(
    person: Person, watched: WatchedSandbox, holds: str
) -> None:
    """Whoever opens another's way back is not signed in as that other."""
    person.open(SIGN_IN).submit("practitioner", follow=False)
    back = person.headers["Location"]
    with Person(watched.url) as victim:
        if holds == "its own sign-in":
            victim.open(SIGN_IN)
        victim.open(back)
        assert victim.status == 400
        assert "begun in another browser" in victim.page
        assert SESSION_COOKIE not in victim.cookies
    # It was left for whose it is.
    assert SESSION_COOKIE in person.open(back).cookies


@pytest.mark.parametrize(
    "query",
    ["", "?code=x", "?state=", "?state=x&code=x", "?state=a&state=b&code=x", "?error=denied"],
)
def test_a_way_back_that_nobody_began(person: Person, watched: WatchedSandbox, query: str) -> None:
    watched.calls.clear()
    person.open(f"/console/callback{query}")
    assert person.status == 400
    # A guess costs a read, never a write.
    assert "dynamodb:DeleteItem" not in watched.calls.snapshot()
    assert person.headers["Content-Type"].startswith("text/html")
    assert SESSION_COOKIE not in person.cookies


def test_a_sign_in_that_the_pool_refuses(person: Person, watched: WatchedSandbox) -> None:
    person.open(SIGN_IN)
    state = dict(parse_qsl(urlsplit(person.url).query))["state"]
    person.open(f"/console/callback?state={state}&error=access_denied")
    assert (person.status, SESSION_COOKIE in person.cookies) == (400, False)

    for kind, status in ((FaultKind.DENIED, 400), (FaultKind.UNAVAILABLE, 503)):
        watched.faults.arm("cognito:Token", kind)
        person.open(SIGN_IN).submit("practitioner")
        assert (person.status, SESSION_COOKIE in person.cookies) == (status, False)


def test_a_token_that_is_not_for_the_console_begins_no_session(
    person: Person, watched: WatchedSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool's answer is verified as every token is, and has to be the console's own."""
    forge = Forge(watched)
    user = watched.world.users["practitioner"]
    for client, status in (("sandbox-oma-client", 401), (CONSOLE_CLIENT, 200)):
        claims = watched.issuer.claims(user, SandboxRole("practitioner", client, tuple(Scope)))
        for token, expected in ((watched.issuer.sign(claims), status), (forge.token()[:-4], 401)):
            answer = {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}
            monkeypatch.setattr(watched.pool, "token", lambda form, a=answer: (200, a))
            person.cookies.clear()
            person.open(SIGN_IN).submit("practitioner")
            assert person.status == expected
            assert (SESSION_COOKIE in person.cookies) is (expected == 200)


@pytest.mark.parametrize("who", ["outsider", "disabled"])
def test_people_whom_the_directory_does_not_hold_are_not_signed_in(
    person: Person, watched: WatchedSandbox, who: str
) -> None:
    known = len(sessions(watched))
    key = "practitioner" if who == "disabled" else who
    with directory_says(watched, "practitioner", active=who != "disabled"):
        person.open(SIGN_IN).submit(key)
    assert person.status == 400
    assert "The sign-in was not finished" in person.page
    assert SESSION_COOKIE not in person.cookies
    assert len(sessions(watched)) == known


def test_who_is_disabled_on_the_way_back_is_not_signed_in(
    person: Person, watched: WatchedSandbox
) -> None:
    """After the pool has asked the directory, and before we do."""
    known = len(sessions(watched))
    person.open(SIGN_IN).submit("practitioner", follow=False)
    with directory_says(watched, "practitioner", active=False):
        person.open(person.headers["Location"])
    assert person.status == 401
    assert SESSION_COOKIE not in person.cookies
    assert len(sessions(watched)) == known


@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem", "TransactWriteItems"])
def test_a_sign_in_that_cannot_be_kept(
    person: Person, watched: WatchedSandbox, operation: str
) -> None:
    known = len(sessions(watched))
    watched.faults.arm(f"dynamodb:{operation}", FaultKind.UNAVAILABLE)
    person.open(SIGN_IN)
    if operation != "PutItem":
        person.submit("practitioner")
    assert person.status == 503
    assert SESSION_COOKIE not in person.cookies
    assert len(sessions(watched)) == known
