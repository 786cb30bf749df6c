"""H1: forms and addresses of the console: forged forms, open redirects, framing, what runs."""

from collections.abc import Iterator

import pytest

from sandbox.browsing import Person
from sandbox.settings import OMA_ORIGIN
from tests.security.stored import entries
from tests.security.watched import WatchedSandbox, writes
from tests.support.api import Api
from wpp_mcp.functions import Function
from wpp_mcp.models.cookies import SESSION_COOKIE
from wpp_mcp.routes import CONNECT_PATH, ROUTES, Credentials

POSTS = [
    route.path for route in ROUTES if route.function is Function.CONSOLE and route.method == "POST"
]
GETS = [
    route.path
    for route in ROUTES
    if route.function is Function.CONSOLE and route.credentials is Credentials.SESSION
]
ELSEWHERE = "https://attacker.example"


@pytest.fixture(scope="module")
def _running(watched: WatchedSandbox) -> Iterator[Person]:
    with Person(watched.url) as somebody:
        yield somebody.open(CONNECT_PATH).submit("practitioner")


@pytest.fixture
def signed_in(attacker: Api, _running: Person) -> Person:
    """The practitioner, signed in, on the first page."""
    return _running.open(CONNECT_PATH)


def token_of(person: Person) -> str:
    """What the forms of the open page carry."""
    (token,) = {form.fields["formToken"] for form in person.forms}
    return token


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("forged", ["no token", "empty", "of another session", "the cookie itself"])
def test_a_form_without_the_sessions_own_token(
    signed_in: Person, watched: WatchedSandbox, path: str, forged: str
) -> None:
    with Person(watched.url) as attacker:
        attacker.open(CONNECT_PATH).submit("practitioner")
        other = token_of(attacker)
    fields = {
        "no token": {},
        "empty": {"formToken": ""},
        "of another session": {"formToken": other},
        "the cookie itself": {"formToken": signed_in.cookies[SESSION_COOKIE]},
    }[forged]
    before = len(entries(watched))

    signed_in.send("POST", path, fields)

    assert signed_in.status == 403
    assert "was not sent from its page" in signed_in.page
    (entry,) = entries(watched)[before:]
    assert (entry["result"], entry["error"]) == ("blocked", "FORBIDDEN")
    assert SIGNED_IN in signed_in.open(CONNECT_PATH).page


SIGNED_IN = "Signed in as Paula North."
FOREIGN = [
    {"Origin": ELSEWHERE},
    {"Origin": OMA_ORIGIN},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1"},
    {"Origin": None, "Sec-Fetch-Site": "cross-site"},
    {"Origin": None, "Sec-Fetch-Site": "same-site"},
    {"Origin": None, "Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site"},
]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_from_elsewhere_though_it_has_the_token(
    signed_in: Person, path: str, headers: dict[str, str | None]
) -> None:
    signed_in.send("POST", path, {"formToken": token_of(signed_in)}, headers=headers)
    assert signed_in.status == 403
    assert SIGNED_IN in signed_in.open(CONNECT_PATH).page


def test_an_old_browser_that_says_neither_is_served(signed_in: Person) -> None:
    """The token is enough where a browser sends no such headers."""
    with Person(signed_in.site) as old:
        old.open(CONNECT_PATH).submit("practitioner")
        old.submit("Sign out", headers={"Origin": None, "Sec-Fetch-Site": None})
        assert "You are signed out" in old.page


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_a_session(attacker: Api, watched: WatchedSandbox, path: str) -> None:
    with Person(watched.url) as nobody:
        nobody.send("POST", path, {"formToken": "x"})
        assert nobody.status == 401
        assert nobody.headers["Content-Type"].startswith("text/html")
        assert "Please sign in" in nobody.page
    assert writes(attacker) == {}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [b"a=1&a=2", b"\xff", b"a=%ff", b"&".join([b"a%d=1"] * 60)])
def test_a_form_that_can_be_read_in_two_ways(
    attacker: Api, signed_in: Person, path: str, body: bytes
) -> None:
    if body.startswith(b"a%d"):
        body = b"&".join(b"a%d=1" % number for number in range(60))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"{SESSION_COOKIE}={signed_in.cookies[SESSION_COOKIE]}",
    }
    answer = attacker.send("POST", path, headers=headers, content=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")


NEXT = [
    ELSEWHERE,
    f"//attacker.example{CONNECT_PATH}",
    f"/\\attacker.example{CONNECT_PATH}",
    f"{ELSEWHERE}{CONNECT_PATH}",
    f"{CONNECT_PATH}/../../mcp",
    f"{CONNECT_PATH}@attacker.example",
    f"{CONNECT_PATH}?x=1",
    f"{CONNECT_PATH}%0d%0aX: y",
    "/console/google/callback",
    "/console/sign-in",
    "/mcp",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("target", NEXT)
def test_a_sign_in_leads_to_our_own_pages_alone(
    attacker: Api, watched: WatchedSandbox, target: str
) -> None:
    with Person(watched.url) as victim:
        victim.open(f"/console/sign-in?next={target}").submit("practitioner")
        assert (victim.status, victim.url) == (200, watched.url + CONNECT_PATH)


@pytest.mark.parametrize("path", GETS)
def test_who_opens_a_page_without_a_session_is_sent_to_sign_in(
    attacker: Api, watched: WatchedSandbox, path: str
) -> None:
    if path in POSTS and path != CONNECT_PATH:
        return
    with Person(watched.url) as nobody:
        nobody.open(f"{path}?code=x&state=y", follow=False)
        assert nobody.status == 303
        assert nobody.headers["Location"] == "/console/sign-in?next=%2Fconsole%2Fgoogle%2Fconnect"
        assert nobody.set_cookies == []
    assert writes(attacker) == {}


def test_a_page_lets_nothing_run_load_or_frame_it(signed_in: Person) -> None:
    policy = signed_in.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    assert signed_in.headers["X-Frame-Options"] == "DENY"
    assert signed_in.headers["X-Content-Type-Options"] == "nosniff"
    assert signed_in.headers["Cache-Control"] == "no-store"
    assert signed_in.headers["Referrer-Policy"] == "same-origin"
    assert signed_in.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<script" not in signed_in.html
    assert SESSION_COOKIE not in signed_in.html
    assert signed_in.cookies[SESSION_COOKIE] not in signed_in.html
    assert "Access-Control-Allow-Origin" not in signed_in.headers
