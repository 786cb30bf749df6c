"""H5 and sign-in: who asks for what, what a person is shown, and how a client is told no."""

import re
from typing import Any

import pytest

from sandbox.browsing import Person, StoppedError
from sandbox.documents import document
from tests.support.sign_in import (
    BOTH,
    CLI,
    CLI_REDIRECT,
    DESK,
    DESK_REDIRECT,
    READ,
    Client,
    SignInSandbox,
    at_pool,
    stopped,
    told,
)
from wpp_mcp.sign_in.asked import MAX_STATE

NO_PAGE: dict[str, dict[str, str | None]] = {
    "no client": {"client_id": None},
    "an unknown client": {"client_id": "somebody"},
    "no redirect URI": {"redirect_uri": None},
    "an empty redirect URI": {"redirect_uri": ""},
    "another host": {"redirect_uri": "https://evil.example/callback"},
    "another path": {"redirect_uri": f"{CLI_REDIRECT}/x"},
    "a longer query": {"redirect_uri": f"{CLI_REDIRECT}?next=https://evil.example"},
    "a fragment": {"redirect_uri": f"{CLI_REDIRECT}#x"},
    "another loopback name": {"redirect_uri": "http://localhost:49152/callback"},
    "another port of localhost": {"redirect_uri": "http://localhost:6275/oauth/callback"},
    "credentials": {"redirect_uri": "http://127.0.0.1:1@evil.example/callback"},
    "https instead of http": {"redirect_uri": CLI_REDIRECT.replace("http", "https")},
    "another client's redirect URI": {"redirect_uri": DESK_REDIRECT},
    "a client with another's redirect URI": {
        "client_id": "https://other.sandbox.example/metadata.json"
    },
}


@pytest.mark.parametrize("case", NO_PAGE)
def test_an_unknown_client_or_address_gets_a_page_and_no_redirect(
    signing: SignInSandbox, visitor: Person, case: str
) -> None:
    answer = visitor.open(Client(signing).query(**NO_PAGE[case])).answer

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Location" not in answer.headers
    assert (visitor.seen.onward, visitor.forms, visitor.cookies) == (None, [], {})
    assert signing.calls.snapshot().keys() <= {"secretsmanager:GetSecretValue"}


@pytest.mark.parametrize(
    "name", ["client_id", "redirect_uri", "state", "scope", "code_challenge", "resource"]
)
def test_a_parameter_that_stands_twice(signing: SignInSandbox, visitor: Person, name: str) -> None:
    address = Client(signing).query()
    value = told(address)[name]

    answer = visitor.open(f"{address}&{name}={value}").answer

    assert (answer.status_code, visitor.cookies) == (400, {})
    assert "a field stands twice" in visitor.page


TOLD: dict[str, tuple[dict[str, str | None], str]] = {
    "no response type": ({"response_type": None}, "invalid_request"),
    "implicit": ({"response_type": "token"}, "unsupported_response_type"),
    "hybrid": ({"response_type": "code token"}, "unsupported_response_type"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "a short challenge": ({"code_challenge": "a" * 42}, "invalid_request"),
    "a challenge that is none": ({"code_challenge": "=" * 43}, "invalid_request"),
    "no method": ({"code_challenge_method": None}, "invalid_request"),
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "the method in small letters": ({"code_challenge_method": "s256"}, "invalid_request"),
    "another way back": ({"response_mode": "fragment"}, "invalid_request"),
    "a form back": ({"response_mode": "form_post"}, "invalid_request"),
    "to manage access": ({"scope": "tools/read access/manage"}, "invalid_scope"),
    "to read the audit": ({"scope": "audit/read"}, "invalid_scope"),
    "an unknown scope": ({"scope": "tools/read openid"}, "invalid_scope"),
    "scopes by commas": ({"scope": "tools/read,tools/write"}, "invalid_scope"),
    "blanks for a scope": ({"scope": "  "}, "invalid_scope"),
    "another resource": ({"resource": "https://evil.example/mcp"}, "invalid_target"),
    "no resource by its name": ({"resource": ""}, "invalid_target"),
    "a request object": ({"request": "eyJ"}, "invalid_request"),
}


@pytest.mark.parametrize("case", TOLD)
def test_a_known_client_is_told_with_state_and_issuer(
    signing: SignInSandbox, visitor: Person, case: str
) -> None:
    changes, error = TOLD[case]
    client = Client(signing)

    answer = stopped(lambda: visitor.open(client.query(**changes)))

    assert answer.keys() == {"error", "error_description", "state", "iss"}
    assert (answer["error"], answer["state"], answer["iss"]) == (error, client.state, signing.url)
    assert visitor.answer.status_code == 303
    assert visitor.answer.headers["Cache-Control"] == "no-store"
    assert signing.calls.snapshot().keys() <= {"secretsmanager:GetSecretValue"}


@pytest.mark.parametrize("slash", ["/", "/mcp/", "/MCP", "/mcp?x=1", "/mcp#x", ""])
def test_the_resource_is_ours_exactly(signing: SignInSandbox, visitor: Person, slash: str) -> None:
    address = Client(signing).query(resource=f"{signing.url}{slash}")
    assert stopped(lambda: visitor.open(address))["error"] == "invalid_target"


@pytest.mark.parametrize("state", ["a" * (MAX_STATE + 1), "a\nb", "\x00", "ü", "a\u202eb"])
def test_a_state_that_cannot_be_handed_back(
    signing: SignInSandbox, visitor: Person, state: str
) -> None:
    answer = stopped(lambda: visitor.open(Client(signing).query(state=state)))
    assert (answer["error"], answer["iss"]) == ("invalid_request", signing.url)
    assert "state" not in answer


STATES = ["", "a", "a" * MAX_STATE, "a b+c&d=e;f#g%20", '"\\' * 500, "'<script>&amp;"]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state[:12])
@pytest.mark.parametrize("way", ["refused", "denied", "done"])
def test_a_state_comes_back_as_it_was(
    signing: SignInSandbox, visitor: Person, way: str, state: str
) -> None:
    client = Client(signing, state=state)
    if way == "refused":
        answer = stopped(lambda: visitor.open(client.query(scope="openid")))
    elif way == "denied":
        visitor.open(client.query())
        answer = stopped(lambda: visitor.submit("deny"))
    else:
        at_pool(visitor, client)
        answer = stopped(lambda: visitor.submit("practitioner"))
    assert (answer["state"], answer["iss"]) == (state, signing.url)


@pytest.mark.parametrize("way", ["refused", "denied", "done"])
def test_no_state_stays_no_state(signing: SignInSandbox, visitor: Person, way: str) -> None:
    address = Client(signing).query(state=None, **({"scope": "x"} if way == "refused" else {}))
    if way == "refused":
        answer = stopped(lambda: visitor.open(address))
    else:
        visitor.open(address)
        if way == "done":
            visitor.submit("allow")
        button = {"denied": "deny", "done": "practitioner"}[way]
        answer = stopped(lambda: visitor.submit(button))
    assert "state" not in answer
    assert answer["iss"] == signing.url


def test_a_visit_writes_nothing(signing: SignInSandbox, visitor: Person) -> None:
    for _ in range(3):
        assert visitor.open(Client(signing).query()).answer.status_code == 200
    assert signing.calls.snapshot().keys() <= {"secretsmanager:GetSecretValue"}
    assert signing.posted == []


def test_the_page_of_a_registered_client(signing: SignInSandbox, visitor: Person) -> None:
    visitor.open(Client(signing).query())
    seen = visitor.page

    assert "Sandbox command line" in seen
    assert "registered by your administrators" in seen
    assert "an application on this computer (127.0.0.1)" in seen
    assert "Go on only if you started it yourself just now" in seen
    assert "Read the marketing accounts" in seen
    assert "Prepare changes" in seen


def test_the_page_of_a_client_known_by_its_document(
    signing: SignInSandbox, visitor: Person
) -> None:
    visitor.open(Client(signing, DESK, DESK_REDIRECT).query(scope=None))
    seen = visitor.page

    assert "Sandbox Desk" in seen
    assert f"by its address {DESK}" in seen
    assert "client.sandbox.example" in seen
    assert "Read the marketing accounts" in seen
    assert "this computer" not in seen
    assert "Prepare changes" not in seen
    assert "administrators" not in seen


def test_what_a_page_carries(signing: SignInSandbox, visitor: Person) -> None:
    answer = visitor.open(Client(signing).query()).answer
    policy = answer.headers["Content-Security-Policy"].split("; ")

    assert re.fullmatch(r"style-src 'sha256-[\w+/]{43}='", policy.pop(1))
    assert policy == [
        "default-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script" not in visitor.seen.tags


def test_the_cookie_is_this_browsers_and_stays(signing: SignInSandbox, visitor: Person) -> None:
    visitor.open(Client(signing).query())
    (cookie,) = visitor.set_cookies
    visitor.open(Client(signing).query())
    with Person(signing.url) as other:
        other.open(Client(signing).query())

    assert visitor.set_cookies == []
    name, _, rest = cookie.partition("=")
    value, *attributes = rest.split("; ")
    assert name == "__Host-wpp-browser"
    assert re.fullmatch(r"[\w-]{43}", value)
    assert attributes == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"]
    assert other.cookies != visitor.cookies


@pytest.mark.parametrize("value", ["", "x", "a" * 42, "a" * 44, "a" * 42 + "!"])
def test_a_cookie_that_is_not_ours_is_replaced(
    signing: SignInSandbox, visitor: Person, value: str
) -> None:
    visitor.cookies["__Host-wpp-browser"] = value
    visitor.open(Client(signing).query())
    assert len(visitor.set_cookies) == 1


HOSTILE = '<script>alert(1)</script><img src=x onerror="x">\u202egnp.exe\x1b[31m{{ 7*7 }}'


def test_the_name_of_a_client_is_text(signing: SignInSandbox, visitor: Person) -> None:
    signing.documents.published[DESK] = document(DESK, HOSTILE, DESK_REDIRECT)
    signing.cold_start()

    text = visitor.open(Client(signing, DESK, DESK_REDIRECT).query()).answer.text

    assert "<script>alert(1)</script>" in visitor.page
    assert not {"script", "img"} & set(visitor.seen.tags)
    assert not re.search("[\u202e\x1b]", text)
    assert "{{ 7*7 }}" in text
    signing.cold_start()


def test_what_was_asked_for_is_not_to_be_read_in_the_page(
    signing: SignInSandbox, visitor: Person
) -> None:
    client = Client(signing)
    text = visitor.open(client.query()).answer.text
    assert client.state not in text
    assert client.redirect_uri not in text
    assert [form.fields.keys() for form in visitor.forms] == [{"consent"}]


@pytest.mark.parametrize(("scope", "meant"), [(None, READ), (READ, READ), (BOTH, BOTH)])
def test_the_pool_is_asked_for_what_was_consented_to(
    signing: SignInSandbox, visitor: Person, scope: str | None, meant: str
) -> None:
    at_pool(visitor, Client(signing), scope=scope, resource=None)
    asked: dict[str, Any] = told(visitor.url)

    assert visitor.url.startswith(f"{signing.issuer.url}/oauth2/authorize?")
    assert (asked["scope"], asked["resource"]) == (meant, f"{signing.url}/mcp")
    assert asked["redirect_uri"] == f"{signing.url}/oauth/callback"
    assert (asked["client_id"], asked["code_challenge_method"]) == ("sandbox-mcp-client", "S256")


def test_a_fixed_port_of_localhost(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing, CLI, "http://localhost:6274/oauth/callback")
    at_pool(visitor, client)
    with pytest.raises(StoppedError) as end:
        visitor.submit("practitioner")
    assert end.value.address.startswith("http://localhost:6274/oauth/callback?code=")
