"""H5: no address that a caller gives is fetched, and a listed one leads nowhere but to itself."""

from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.documents import CLIENT_DOCUMENT, OTHER_DOCUMENT, Published, document
from tests.support.sign_in import (
    CLI,
    CLI_REDIRECT,
    DESK,
    DESK_REDIRECT,
    Client,
    SignInSandbox,
    code_of,
    stopped,
    tokens_of,
)

FOREIGN = [
    "https://169.254.169.254/latest/meta-data",
    "https://127.0.0.1/metadata.json",
    "https://unlisted.sandbox.example/metadata.json",
    f"{CLIENT_DOCUMENT}?x=1",
    f"{CLIENT_DOCUMENT}#x",
    f"{CLIENT_DOCUMENT}/",
    CLIENT_DOCUMENT.replace("https", "http"),
    CLIENT_DOCUMENT.upper(),
    CLIENT_DOCUMENT.replace("client.", "client.sandbox.example@evil."),
    CLIENT_DOCUMENT.replace("/metadata", "//metadata"),
    f"{CLIENT_DOCUMENT},{OTHER_DOCUMENT}",
    f" {CLIENT_DOCUMENT}",
]


def refused(visitor: Person, client: Client, status: int) -> str:
    """The browser is shown a page, is sent nowhere, and gets no cookie."""
    answer = visitor.open(client.query()).answer
    assert answer.status_code == status, answer.text
    assert "Location" not in answer.headers
    assert (visitor.forms, visitor.seen.onward, visitor.cookies) == ([], None, {})
    return visitor.page


@pytest.mark.parametrize("client_id", FOREIGN)
def test_h5_a_client_id_that_is_not_listed_is_not_fetched(
    signing: SignInSandbox, visitor: Person, client_id: str
) -> None:
    seen = refused(visitor, Client(signing, client_id, DESK_REDIRECT), 400)

    assert "not one that may be used here" in seen
    assert signing.documents.asked == []


@pytest.mark.parametrize("name", ["request_uri", "request"])
def test_h5_a_request_that_lies_elsewhere_is_refused(
    signing: SignInSandbox, visitor: Person, name: str
) -> None:
    client = Client(signing)
    answer = stopped(lambda: visitor.open(client.query(**{name: OTHER_DOCUMENT})))

    assert answer["error"] == "invalid_request"
    assert signing.documents.asked == []


@pytest.mark.parametrize("name", ["jwks_uri", "logo_uri", "client_uri", "client_metadata"])
def test_h5_other_parameters_with_addresses_are_not_fetched(
    signing: SignInSandbox, visitor: Person, name: str
) -> None:
    visitor.open(Client(signing).query(**{name: OTHER_DOCUMENT}))
    assert signing.documents.asked == []


@pytest.mark.parametrize("client_id", FOREIGN)
@pytest.mark.parametrize("grant", ["exchange", "refresh"])
def test_h5_the_token_endpoint_fetches_nothing(
    signing: SignInSandbox, visitor: Person, grant: str, client_id: str
) -> None:
    answer = getattr(Client(signing, client_id), grant)("x")

    assert answer.json()["error"] == "invalid_client"
    assert signing.documents.asked == []
    assert signing.posted == []


ODD: dict[str, Published] = {
    "a redirect to another document": Published(
        body=b"{}",
        status="302 Found",
        headers={"Location": OTHER_DOCUMENT, "Content-Type": "application/json"},
    ),
    "another's document": document(OTHER_DOCUMENT, "Other", DESK_REDIRECT),
    "too large": Published(body=b" " * 6_000),
    "not JSON by its type": Published(
        body=document(DESK, "Desk", DESK_REDIRECT).body, headers={"Content-Type": "text/html"}
    ),
    "two client ids": Published(
        body=b'{"client_id":"x",' + document(DESK, "Desk", DESK_REDIRECT).body[1:]
    ),
    "a secret": document(DESK, "Desk", DESK_REDIRECT, client_secret="not-a-secret"),
    "an address that is no redirect URI": document(DESK, "Desk", DESK_REDIRECT, "javascript:x"),
}


@pytest.mark.parametrize("case", ODD)
def test_h5_a_listed_document_that_is_odd_lets_nobody_in(
    signing: SignInSandbox, visitor: Person, case: str
) -> None:
    signing.documents.published[DESK] = ODD[case]
    signing.cold_start()

    seen = refused(visitor, Client(signing, DESK, DESK_REDIRECT), 503)

    assert "does not answer" in seen
    assert signing.documents.asked == [DESK]
    assert signing.writes() == {}


@pytest.mark.parametrize("addresses", [["169.254.169.254"], ["127.0.0.1", "10.0.0.1"], ["::1"]])
def test_h5_a_listed_host_with_another_address(
    signing: SignInSandbox, visitor: Person, addresses: list[str]
) -> None:
    signing.documents.addresses["client.sandbox.example"] = addresses
    signing.cold_start()

    refused(visitor, Client(signing, DESK, DESK_REDIRECT), 503)

    assert signing.documents.asked == []


def test_h5_strangers_cannot_make_us_call_out_at_will(
    signing: SignInSandbox, visitor: Person
) -> None:
    del signing.documents.published[DESK]
    signing.cold_start()
    for _ in range(10):
        refused(visitor, Client(signing, DESK, DESK_REDIRECT), 503)

    # The sandbox's clock runs on: in ten visits it may pass an end of "for a moment".
    assert 1 <= len(signing.documents.asked) < 6


def test_h5_a_document_that_is_fine_is_read_once(signing: SignInSandbox, visitor: Person) -> None:
    signing.cold_start()
    first: dict[str, Any] = tokens_of(visitor, Client(signing, DESK, DESK_REDIRECT))
    tokens_of(visitor, Client(signing, DESK, DESK_REDIRECT))

    assert Client(signing, DESK).refresh(first["refresh_token"]).status_code == 200
    assert signing.documents.asked == [DESK]


@pytest.mark.parametrize(
    ("client_id", "redirect_uri", "variable", "value"),
    [
        (DESK, DESK_REDIRECT, "WPP_CLIENT_DOCUMENTS", OTHER_DOCUMENT),
        (CLI, CLI_REDIRECT, "WPP_MCP_CLIENTS", "[]"),
    ],
)
def test_h5_a_client_that_is_taken_off_the_list_loses_its_sign_ins(
    signing: SignInSandbox,
    visitor: Person,
    client_id: str,
    redirect_uri: str,
    variable: str,
    value: str,
) -> None:
    client = Client(signing, client_id, redirect_uri)
    token = tokens_of(visitor, client)["refresh_token"]
    code = code_of(visitor, client)
    visitor.open(client.query())
    consent = visitor.forms[0].fields["consent"]
    signing.posted.clear()

    with signing.reconfigured({variable: value}):
        assert client.refresh(token).json()["error"] == "invalid_client"
        assert client.exchange(code).json()["error"] == "invalid_client"
        fields = {"consent": consent, "decision": "allow"}
        visitor.send("POST", "/oauth/consent", fields)
        assert (visitor.status, visitor.seen.onward) == (400, None)

    assert signing.posted == []
    assert client.refresh(token).status_code == 200
