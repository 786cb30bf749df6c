"""What a real browser does with the pages of a sign-in: cookies, policies, the way back.

A client's way in leads over other origins: the consent page, the pool's page, the client's own
address. These tests fix what the browser lets pass, so that the product's pages can rely on it.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.browser import Browser, BrowserError, Named, Page, Violation
from tests.support.loopback import Answer, Loopback

COOKIE = "__Host-consent=sealed; Path=/; Secure; HttpOnly; SameSite=Lax"
STYLE = "h1 { color: rgb(1, 2, 3) }"
HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{HASH}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
STRICT = {"Content-Security-Policy": POLICY}
CONSENT = f"""<!doctype html><html lang="en"><title>Consent</title><style>{STYLE}</style>
<h1>Let the client in?</h1>
<form method="post" action="/consent"><input type="hidden" name="sealed" value="s3al">
<label>Reason <input name="reason"></label><button name="answer" value="yes">Allow</button></form>
"""


def shown(body: str = CONSENT, **headers: str) -> Answer:
    return Answer(body, headers={**STRICT, **headers})


def refreshed(address: str) -> Answer:
    return shown(f'<meta http-equiv="refresh" content="0; url={address}"><title>Going on</title>')


def redirected(address: str, status: int = 303, **headers: str) -> Answer:
    return Answer(status=status, headers={**STRICT, **headers, "Location": address})


@pytest.fixture(scope="module")
def started() -> Iterator[Page]:
    with Browser() as page:
        yield page


@pytest.fixture
def page(started: Page) -> Page:
    started.anew()
    return started


@pytest.fixture
def ours() -> Iterator[Loopback]:
    with Loopback({("GET", "/consent"): shown(**{"Set-Cookie": COOKIE})}) as server:
        yield server


@pytest.fixture
def theirs() -> Iterator[Loopback]:
    with Loopback({("GET", "/in"): Answer("<title>Theirs</title>")}) as server:
        yield server


def test_a_host_cookie_comes_back_over_plain_http_on_this_machine(
    page: Page, ours: Loopback
) -> None:
    ours.answers["POST", "/consent"] = shown("<title>Done</title>")

    assert page.open(f"{ours.url}/consent") == 200
    page.fill("Reason", "budgets")
    page.click("Allow")
    page.wait_for(f"{ours.url}/consent")

    assert page.title == "Done"
    assert ours.seen[-1].cookies == "__Host-consent=sealed"
    assert ours.seen[-1].fields == {"sealed": "s3al", "reason": "budgets", "answer": "yes"}
    (cookie,) = page.cookies
    assert (cookie["name"], cookie["domain"]) == ("__Host-consent", "127.0.0.1")
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Lax")
    assert (page.errors, page.violations) == ([], [])


@pytest.mark.parametrize("javascript", [True, False])
def test_the_policy_lets_a_page_lead_on_to_another_origin(
    page: Page, ours: Loopback, theirs: Loopback, javascript: bool
) -> None:
    ours.answers["POST", "/consent"] = refreshed(f"{theirs.named}/in?state=1")
    page.anew(javascript=javascript)

    page.open(f"{ours.url}/consent")
    page.click("Allow")
    page.wait_for(f"{theirs.named}/in?*")

    assert page.title == "Theirs"
    led = [(visit.method, visit.status) for visit in page.visits]
    assert led == [("GET", 200), ("POST", 200), ("GET", 200)]
    assert theirs.seen[0].fields == {"state": "1"}
    assert (page.errors, page.violations) == ([], [])


@pytest.mark.parametrize("through", ["/in", "/step"], ids=["at once", "in two steps"])
def test_the_policy_stops_a_form_that_is_redirected_to_another_origin(
    page: Page, ours: Loopback, theirs: Loopback, through: str
) -> None:
    theirs_in = f"{theirs.url}/in"
    ours.answers["POST", "/consent"] = redirected(theirs_in if through == "/in" else "/step")
    ours.answers["GET", "/step"] = redirected(theirs_in, status=302)

    page.open(f"{ours.url}/consent")
    page.click("Allow")
    stopped = page.wait_for_violation("form-action")

    assert theirs.seen == []
    assert page.title == "Consent"
    assert stopped in page.violations
    assert any("form-action" in error for error in page.errors)


def test_a_lax_cookie_comes_along_when_another_site_sends_the_person_back(
    page: Page, ours: Loopback, theirs: Loopback
) -> None:
    ours.answers["POST", "/consent"] = refreshed(f"{theirs.named}/pool")
    theirs.answers["GET", "/pool"] = shown('<a href="/chosen">Sign in as analyst</a>')
    theirs.answers["GET", "/chosen"] = redirected(f"{ours.url}/callback?code=1", status=302)
    ours.answers["GET", "/callback"] = redirected(f"{theirs.url}/client?code=2", status=302)

    page.open(f"{ours.url}/consent")
    page.click("Allow")
    page.wait_for(f"{theirs.named}/pool")
    page.click("Sign in as analyst")
    page.wait_for(f"{theirs.url}/client?code=2")

    assert ours.seen[-1].path == "/callback"
    assert ours.seen[-1].cookies == "__Host-consent=sealed"
    assert theirs.seen[-1].fields == {"code": "2"}
    # Cookies know no ports: in the sandbox, not in production, a client on this machine is shown
    # ours.
    assert theirs.seen[-1].cookies == "__Host-consent=sealed"
    assert page.violations == []


@pytest.mark.parametrize("same", [True, False], ids=["same origin", "another site"])
def test_a_page_is_not_shown_in_a_frame(
    page: Page, ours: Loopback, theirs: Loopback, same: bool
) -> None:
    framing = ours if same else theirs
    framing.answers["GET", "/framing"] = Answer(
        f'<title>Framing</title><iframe src="{ours.url}/consent"></iframe>'
    )
    page.open(f"{framing.url if same else framing.named}/framing")
    page.wait_for_violation("frame-ancestors")

    assert [frame for frame in page.frames if frame.startswith(ours.url + "/consent")] == []
    assert [named for named in page.names if named.role == "button"] == []


def test_a_policy_that_does_not_know_the_style_is_noticed(page: Page, ours: Loopback) -> None:
    ours.answers["GET", "/consent"] = shown(CONSENT.replace("rgb(1", "rgb(9"))

    page.open(f"{ours.url}/consent")

    assert page.wait_for_violation("style-src-elem") == Violation("style-src-elem", "")
    assert re.search("inline style.*violates", page.errors[0])


def test_what_a_person_sees_can_be_read(page: Page, ours: Loopback, tmp_path: Path) -> None:
    page.open(f"{ours.url}/consent")
    page.screenshot(tmp_path / "page.png")

    assert page.title == "Consent"
    assert "Let the client in?" in page.text
    assert "s3al" not in page.text
    assert 'value="s3al"' in page.html
    assert page.names == [
        Named("RootWebArea", "Consent"),
        Named("heading", "Let the client in?"),
        Named("textbox", "Reason"),
        Named("button", "Allow"),
    ]
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_whoever_comes_anew_was_never_here(page: Page, ours: Loopback) -> None:
    page.open(f"{ours.url}/consent")
    before = page.cookies
    page.anew()

    assert (len(before), page.cookies, page.visits) == (1, [], [])
    page.open(f"{ours.url}/consent")
    assert [seen.cookies for seen in ours.seen] == ["", ""]


def test_a_browser_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_CHROMIUM", "/nowhere/chromium")

    with pytest.raises(BrowserError, match="/nowhere/chromium"), Browser():
        pass


def test_the_browser_reaches_nothing_but_this_machine(page: Page, ours: Loopback) -> None:
    for address in ("http://192.0.2.1/", "http://example.com/"):
        with pytest.raises(BrowserError, match="ERR_NAME_NOT_RESOLVED"):
            page.open(address)

    assert page.open(f"{ours.url}/consent") == 200
