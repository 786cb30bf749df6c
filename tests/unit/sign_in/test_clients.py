"""Which clients there are: those of the configuration, as it or their own documents say."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.support.aws import ENVIRON
from tests.unit.support.surroundings import FakeClock
from wpp_mcp.config import ConfigurationError, OAuthSettings
from wpp_mcp.models import strict_json
from wpp_mcp.sign_in.clients import (
    DOCUMENT_KEPT,
    FAILURE_KEPT,
    Clients,
    DocumentUnavailableError,
    described,
)

URL, OTHER = "https://client.example/metadata.json", "https://other.example/metadata.json"
DOCUMENT: dict[str, Any] = {
    "client_id": URL,
    "client_name": "Desk",
    "redirect_uris": ["https://client.example/callback"],
}
ENTRY: dict[str, Any] = {
    "clientId": "cli",
    "name": "Command line",
    "redirectUris": ["http://127.0.0.1/callback"],
}


class Site:
    """Serves documents, and notes what was asked for."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {URL: strict_json.dumps(DOCUMENT).encode()}
        self.asked: list[str] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if url not in self.bodies:
            raise OSError("not there")
        return self.bodies[url]


def settings(registered: Any = (ENTRY,), documents: str = URL) -> OAuthSettings:
    text = registered if isinstance(registered, str) else strict_json.dumps(list(registered))
    return OAuthSettings.load(
        ENVIRON
        | {
            "WPP_USER_POOL_ID": "us-east-1_Test",
            "WPP_OMA_CLIENT_IDS": "oma",
            "WPP_SIGN_IN_DOMAIN": "login.agency.example",
            "WPP_SIGN_IN_CLIENT_ID": "mcp",
            "WPP_MCP_CLIENTS": text,
            "WPP_CLIENT_DOCUMENTS": documents,
        }
    )


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clients(site: Site, clock: FakeClock) -> Clients:
    return Clients(settings(), fetch=site, clock=clock)


def test_a_registered_client_is_as_configured(clients: Clients, site: Site) -> None:
    client = clients.find("cli")

    assert client is not None
    assert (client.name, client.documented) == ("Command line", False)
    assert client.answers_at("http://127.0.0.1:5/callback")
    assert site.asked == []


def test_a_client_that_a_document_describes(clients: Clients) -> None:
    client = clients.find(URL)

    assert client is not None
    assert (client.client_id, client.name, client.documented) == (URL, "Desk", True)
    assert client.redirect_uris == ("https://client.example/callback",)


@pytest.mark.parametrize(
    "client_id",
    [
        "",
        "CLI",
        "cli ",
        OTHER,
        f"{URL}/",
        f"{URL}?a=1",
        f"{URL}#a",
        "https://169.254.169.254/latest/meta-data",
        "http://client.example/metadata.json",
        "https://client.example/other.json",
        "https://CLIENT.example/metadata.json",
    ],
)
def test_what_is_not_on_the_list_is_not_fetched(
    clients: Clients, site: Site, client_id: str
) -> None:
    assert clients.find(client_id) is None
    assert not clients.allowed(client_id)
    assert site.asked == []


def test_whether_a_client_is_allowed_asks_nobody(clients: Clients, site: Site) -> None:
    assert clients.allowed("cli")
    assert clients.allowed(URL)
    assert site.asked == []


def test_a_document_is_kept_for_a_while(clients: Clients, site: Site, clock: FakeClock) -> None:
    clients.find(URL)
    site.bodies[URL] = strict_json.dumps(DOCUMENT | {"client_name": "New"}).encode()
    clock.now += DOCUMENT_KEPT - timedelta(seconds=1)
    before = clients.find(URL)
    clock.tick(1)
    after = clients.find(URL)

    assert before is not None
    assert after is not None
    assert (before.name, after.name) == ("Desk", "New")
    assert site.asked == [URL, URL]


def test_a_failure_is_kept_for_a_moment(clients: Clients, site: Site, clock: FakeClock) -> None:
    body = site.bodies.pop(URL)
    for _ in range(20):
        with pytest.raises(DocumentUnavailableError, match="not there"):
            clients.find(URL)
    assert site.asked == [URL]

    site.bodies[URL] = body
    clock.now += FAILURE_KEPT
    assert clients.find(URL) is not None


def test_an_old_document_does_not_serve_when_there_is_no_new_one(
    clients: Clients, site: Site, clock: FakeClock
) -> None:
    clients.find(URL)
    del site.bodies[URL]
    clock.now += DOCUMENT_KEPT
    with pytest.raises(DocumentUnavailableError):
        clients.find(URL)


WRONG: dict[str, Mapping[str, Any]] = {
    "another client id": {"client_id": OTHER},
    "a client id like it": {"client_id": f"{URL}/"},
    "a client id in capitals": {"client_id": URL.upper()},
    "no client id": {"client_id": None},
    "no name": {"client_name": None},
    "an empty name": {"client_name": ""},
    "an invisible name": {"client_name": "\u200b\u202e"},
    "a long name": {"client_name": "a" * 101},
    "a name that is none": {"client_name": ["Desk"]},
    "no redirect URIs": {"redirect_uris": []},
    "redirect URIs that are none": {"redirect_uris": "https://client.example/callback"},
    "too many redirect URIs": {"redirect_uris": [f"https://c.example/{n}" for n in range(51)]},
    "http": {"redirect_uris": ["http://client.example/callback"]},
    "one bad redirect URI": {"redirect_uris": [*DOCUMENT["redirect_uris"], "javascript:x"]},
    "a fragment": {"redirect_uris": ["https://client.example/callback#x"]},
    "credentials": {"redirect_uris": ["https://a:b@client.example/callback"]},
    "a secret": {"client_secret": "value"},
    "an empty secret": {"client_secret": ""},
    "authentication by secret": {"token_endpoint_auth_method": "client_secret_post"},
    "authentication by key": {"token_endpoint_auth_method": "private_key_jwt"},
    "no authentication method": {"token_endpoint_auth_method": None},
    "other grants": {"grant_types": ["client_credentials"]},
    "no grants": {"grant_types": []},
    "other responses": {"response_types": ["token"]},
    "grants that are none": {"grant_types": "authorization_code"},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_document_that_describes_no_client_of_ours(case: str) -> None:
    with pytest.raises(DocumentUnavailableError) as caught:
        described(URL, DOCUMENT | WRONG[case])
    assert "value" not in str(caught.value)


@pytest.mark.parametrize("document", [None, [], "text", 1, {}, [DOCUMENT]])
def test_a_document_that_is_none(document: Any) -> None:
    with pytest.raises(DocumentUnavailableError):
        described(URL, document)


def test_a_document_may_say_more() -> None:
    more = {
        "token_endpoint_auth_method": "none",
        "grant_types": ["refresh_token", "authorization_code"],
        "response_types": ["code", "token"],
        "logo_uri": "https://client.example/logo.png",
        "scope": "everything",
    }
    assert described(URL, DOCUMENT | more) == described(URL, DOCUMENT)


@pytest.mark.parametrize(
    "body",
    [
        b'{"client_id":"%s","client_id":"%s"}',
        b'{"client_id":NaN}',
        b"\xff",
        b"",
        b"[" * 100,
        b'{"client_id":"%s"} {}',
    ],
)
def test_a_document_is_strict_json(clients: Clients, site: Site, body: bytes) -> None:
    site.bodies[URL] = body.replace(b"%s", URL.encode())
    with pytest.raises(DocumentUnavailableError, match="strict JSON"):
        clients.find(URL)


@pytest.mark.parametrize(
    "registered",
    [
        "",
        "{}",
        "null",
        "not JSON",
        '[{"clientId":"a","clientId":"b","name":"n","redirectUris":["https://c.example/"]}]',
        [ENTRY, ENTRY],
        [ENTRY | {"clientId": URL}],
        [ENTRY | {"clientId": ""}],
        [ENTRY | {"clientId": "a b"}],
        [ENTRY | {"clientId": "cli\n"}],
        [ENTRY | {"clientId": 1}],
        [ENTRY | {"name": ""}],
        [ENTRY | {"redirectUris": []}],
        [ENTRY | {"redirectUris": ["http://client.example/"]}],
        [ENTRY | {"redirectUris": "https://client.example/"}],
        [ENTRY | {"secret": "kept"}],
        [{"clientId": "cli", "name": "n"}],
    ],
)
def test_wrong_registrations_name_the_variable_and_no_value(
    site: Site, clock: FakeClock, registered: Any
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Clients(settings(registered), fetch=site, clock=clock)
    assert str(caught.value) == "wrong: WPP_MCP_CLIENTS"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "documents",
    ["http://client.example/metadata.json", f"{URL},https://10.0.0.1/x", "https://*.example/x#"],
)
def test_wrong_documents_name_the_variable_and_no_value(
    site: Site, clock: FakeClock, documents: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Clients(settings(documents=documents), fetch=site, clock=clock)
    assert str(caught.value) == "wrong: WPP_CLIENT_DOCUMENTS"
