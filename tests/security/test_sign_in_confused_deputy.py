"""Sign-in, the confused deputy: one client's consent, browser, state or code is nobody else's."""

from urllib.parse import urlencode

import httpx2
import pytest

from sandbox.browsing import Page, Person, StoppedError
from sandbox.documents import document
from tests.support.sign_in import (
    CLI,
    CLI_REDIRECT,
    DESK,
    DESK_REDIRECT,
    Client,
    SignInSandbox,
    at_pool,
    code_of,
    stopped,
    told,
)
from wpp_mcp.sign_in.parts import CONSENT_LIFETIME, SIGN_IN_LIFETIME


def consent_of(visitor: Person, client: Client) -> str:
    visitor.open(client.query())
    return visitor.forms[0].fields["consent"]


def decided(visitor: Person, consent: str, decision: str = "allow", **headers: str) -> int:
    """Send a consent; the status of the page that the person sees, 0 when the pool's."""
    fields = {"consent": consent, "decision": decision}
    given = {name.replace("_", "-"): value or None for name, value in headers.items()}
    visitor.send("POST", "/oauth/consent", fields, headers=given)
    return 0 if "/oauth2/authorize" in visitor.url else visitor.status


def assert_stopped(signing: SignInSandbox, visitor: Person) -> None:
    """The person sees a page of ours, and nothing was begun."""
    assert "cannot go on" in visitor.page
    assert visitor.seen.onward is None
    assert signing.writes() == {}
    assert signing.posted == []


def test_the_persons_own_answer_goes_on(signing: SignInSandbox, visitor: Person) -> None:
    """What the refusals below are measured against."""
    consent = consent_of(visitor, Client(signing))
    assert decided(visitor, consent) == 0
    assert decided(visitor, consent, Origin="", Sec_Fetch_Site="") == 0


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_the_answer_to_the_form_is_a_page_that_goes_on(
    signing: SignInSandbox, visitor: Person, decision: str
) -> None:
    """Browsers hold the page's form-action against a redirect that follows the form."""
    consent = consent_of(visitor, Client(signing))
    answer = httpx2.post(
        f"{signing.url}/oauth/consent",
        data={"consent": consent, "decision": decision},
        headers={"Cookie": "; ".join(f"{n}={v}" for n, v in visitor.cookies.items())},
    )
    page = Page(answer.text)
    assert (answer.status_code, "Location" in answer.headers) == (200, False)
    assert page.onward is not None
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "https://oma.agency.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_a_form_of_another_page(
    signing: SignInSandbox, visitor: Person, headers: dict[str, str]
) -> None:
    consent = consent_of(visitor, Client(signing))
    assert decided(visitor, consent, **headers) == 400
    assert_stopped(signing, visitor)


@pytest.mark.parametrize("cookies", ["none", "another browser's", "both"])
def test_a_consent_of_another_browser(
    signing: SignInSandbox, visitor: Person, cookies: str
) -> None:
    """A page that somebody opened for a person: it is not theirs to answer."""
    attacker = Person(signing.url)
    consent = consent_of(attacker, Client(signing))
    attacker.close()
    if cookies != "none":
        visitor.open(Client(signing).query())
    if cookies == "both":
        (name, own), (_, other) = [*visitor.cookies.items(), *attacker.cookies.items()]
        visitor.cookies[name] = f"{own}; {name}={other}"

    assert decided(visitor, consent) == 400
    assert_stopped(signing, visitor)


@pytest.mark.parametrize(
    "change", [lambda c: "", lambda c: c[:-4], lambda c: c[::-1], lambda c: c + "AAAA"]
)
def test_a_consent_that_we_did_not_seal(
    signing: SignInSandbox, visitor: Person, change: object
) -> None:
    assert callable(change)
    consent = consent_of(visitor, Client(signing))
    assert decided(visitor, change(consent)) == 400
    assert_stopped(signing, visitor)


def test_a_refresh_token_is_no_consent(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    token = client.exchange(code_of(visitor, client)).json()["refresh_token"]
    signing.calls.clear()
    signing.posted.clear()
    assert decided(visitor, token) == 400
    assert_stopped(signing, visitor)


def test_a_consent_ends(signing: SignInSandbox, visitor: Person) -> None:
    consent = consent_of(visitor, Client(signing))
    signing.clock.advance(CONSENT_LIFETIME)
    assert decided(visitor, consent) == 400
    assert_stopped(signing, visitor)


@pytest.mark.parametrize("decision", ["", "ALLOW", "yes", "allow deny"])
def test_a_decision_is_one_of_two(signing: SignInSandbox, visitor: Person, decision: str) -> None:
    assert decided(visitor, consent_of(visitor, Client(signing)), decision) == 400
    assert_stopped(signing, visitor)


def test_consent_is_asked_for_every_time_and_every_client(
    signing: SignInSandbox, visitor: Person
) -> None:
    """The person is known at the pool and to this browser; another client is asked about anew."""
    code_of(visitor, Client(signing))
    signing.calls.clear()
    for client_id, redirect_uri in ((DESK, DESK_REDIRECT), (CLI, CLI_REDIRECT)):
        visitor.open(Client(signing, client_id, redirect_uri).query())
        assert [value for _, _, value in visitor.forms[0].buttons] == ["allow", "deny"]
    assert signing.writes() == {}


def test_a_consent_is_for_the_client_that_the_page_named(
    signing: SignInSandbox, visitor: Person
) -> None:
    """Further fields in the form change neither the client nor where the code goes."""
    desk = Client(signing, DESK, DESK_REDIRECT)
    consent = consent_of(visitor, Client(signing))
    fields = {
        "consent": consent,
        "decision": "allow",
        "client_id": DESK,
        "redirect_uri": DESK_REDIRECT,
        "state": desk.state,
        "scope": "access/manage",
    }
    visitor.send("POST", "/oauth/consent", fields)

    with pytest.raises(StoppedError) as end:
        visitor.submit("practitioner")

    assert end.value.address.startswith(f"{CLI_REDIRECT}?")
    code = told(end.value.address)["code"]
    assert desk.exchange(code).json()["error"] == "invalid_grant"


def test_a_redirect_uri_that_left_the_document_before_the_answer(
    signing: SignInSandbox, visitor: Person
) -> None:
    signing.cold_start()
    consent = consent_of(visitor, Client(signing, DESK, DESK_REDIRECT))
    signing.documents.published[DESK] = document(DESK, "Desk", "https://client.sandbox.example/b")
    signing.cold_start()

    assert decided(visitor, consent) == 400
    assert visitor.seen.onward is None
    assert signing.writes() == {}


def callback_of(signing: SignInSandbox, visitor: Person, client: Client) -> str:
    """The address that the pool sends the person back to, not visited yet."""
    at_pool(visitor, client)
    asked = told(visitor.url)
    address = signing.pool.sign_in({**asked, "as": "practitioner"})
    signing.calls.clear()
    return address


def assert_nothing_waits(signing: SignInSandbox, visitor: Person) -> None:
    assert visitor.answer.status_code == 400
    assert "No sign-in of this browser waits" in visitor.page
    assert "Location" not in visitor.answer.headers
    assert signing.writes() == {}


@pytest.mark.parametrize("cookies", ["none", "another browser's"])
def test_a_sign_in_that_ends_in_another_browser(
    signing: SignInSandbox, visitor: Person, cookies: str
) -> None:
    """Somebody begins it and brings another person to its end, or ends their own there."""
    client = Client(signing)
    address = callback_of(signing, visitor, client)
    other = Person(signing.url)
    if cookies != "none":
        other.open(Client(signing).query())

    other.open(address)

    assert_nothing_waits(signing, other)
    other.close()
    # It was not used up by that: where it began it still ends.
    assert stopped(lambda: visitor.open(address))["state"] == client.state


def test_a_state_serves_once(signing: SignInSandbox, visitor: Person) -> None:
    address = callback_of(signing, visitor, Client(signing))
    stopped(lambda: visitor.open(address))
    signing.calls.clear()

    visitor.open(address)

    assert_nothing_waits(signing, visitor)


def test_a_state_ends(signing: SignInSandbox, visitor: Person) -> None:
    address = callback_of(signing, visitor, Client(signing))
    signing.clock.advance(SIGN_IN_LIFETIME)
    visitor.open(address)
    assert_nothing_waits(signing, visitor)


@pytest.mark.parametrize("query", ["", "code=x", "state=", "code=x&state=x", "state=x&error=y"])
def test_a_callback_that_nothing_waits_for(
    signing: SignInSandbox, visitor: Person, query: str
) -> None:
    visitor.open(f"{signing.url}/oauth/callback?{query}")
    assert_nothing_waits(signing, visitor)


def test_a_callback_with_a_parameter_twice(signing: SignInSandbox, visitor: Person) -> None:
    address = callback_of(signing, visitor, Client(signing))
    answer = visitor.open(f"{address}&code=other").answer
    assert (answer.status_code, signing.writes()) == (400, {})


def test_a_client_s_state_or_code_is_no_state_of_ours(
    signing: SignInSandbox, visitor: Person
) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    signing.calls.clear()
    for state in (client.state, code):
        visitor.open(f"{signing.url}/oauth/callback?{urlencode({'code': 'x', 'state': state})}")
        assert_nothing_waits(signing, visitor)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"error": "access_denied"}, "access_denied"),
        ({"error": "invalid_scope", "error_description": "<x>"}, "server_error"),
        ({"error": "access_denied", "code": "x"}, "access_denied"),
        ({"code": ""}, "server_error"),
        ({}, "server_error"),
    ],
)
def test_what_the_pool_refuses_is_told_to_the_client(
    signing: SignInSandbox, visitor: Person, answer: dict[str, str], error: str
) -> None:
    client = Client(signing)
    state = told(callback_of(signing, visitor, client))["state"]
    query = urlencode({**answer, "state": state})

    said = stopped(lambda: visitor.open(f"{signing.url}/oauth/callback?{query}"))

    assert said.keys() == {"error", "error_description", "state", "iss"}
    assert (said["error"], said["state"], said["iss"]) == (error, client.state, signing.url)
    assert "<x>" not in said["error_description"]
