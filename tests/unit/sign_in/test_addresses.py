"""What clients may be known by and answered at, and when two addresses are the same."""

import pytest

from wpp_mcp.sign_in.addresses import (
    MAX_DOCUMENT_URL,
    MAX_REDIRECT_URI,
    answered,
    host_of,
    is_document_url,
    is_local,
    is_redirect_uri,
    same,
)

HTTPS, LOCAL = "https://client.example/callback", "http://127.0.0.1/callback"


@pytest.mark.parametrize(
    "uri",
    [
        HTTPS,
        "https://client.example",
        "https://client.example:8443/a/b?kept=1&also=",
        "https://127.0.0.1/callback",
        LOCAL,
        "http://127.0.0.1:65535/callback",
        "http://[::1]:8080/callback",
        "http://localhost:6274/oauth/callback",
    ],
)
def test_a_client_may_be_answered_there(uri: str) -> None:
    assert is_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "//client.example/callback",
        "http://client.example/callback",
        "http://127.0.0.2/callback",
        "http://127.0.0.1.client.example/callback",
        "http://localhost.client.example/callback",
        "http://[::2]/callback",
        "http://0.0.0.0/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "client://callback",
        "https://client.example/callback#",
        "https://client.example/callback#code",
        "https://user@client.example/callback",
        "https://user:word@client.example/callback",
        "http://127.0.0.1@client.example/callback",
        "https://client.example:65536/callback",
        "https://client.example:/callback",
        "https://client.example\\@other.example/callback",
        "https://client.example/call back",
        "https://client.example/callback\n",
        "https://client.example/\u202ecallback",
        "https://cli\u0435nt.example/callback",
        'https://client.example/"onload="x',
        "https://client.example/<script>",
        "https://client.example/callback?code=x",
        "https://client.example/callback?a=1&state=x",
        "https://client.example/callback?iss=",
        "https://client.example/callback?%69ss=x",
        "HTTPS://client.example/callback",
        f"https://client.example/{'a' * MAX_REDIRECT_URI}",
    ],
)
def test_a_client_may_not_be_answered_there(uri: str) -> None:
    assert not is_redirect_uri(uri)


@pytest.mark.parametrize(
    "url",
    [
        "https://client.example/metadata.json",
        "https://a.b-c.client.example/oauth/client/metadata",
        "https://client.example/metadata/",
    ],
)
def test_an_address_can_be_a_client_id(url: str) -> None:
    assert is_document_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "client",
        "http://client.example/metadata.json",
        "https://client.example",
        "https://client.example/",
        "https://client.example:443/metadata.json",
        "https://user@client.example/metadata.json",
        "https://client.example/metadata.json#x",
        "https://client.example/metadata.json?x=1",
        "https://client.example/../metadata.json",
        "https://client.example/a/./metadata.json",
        "https://client.example/a/..",
        "https://client.example/%2e%2e/metadata.json",
        "https://10.0.0.1/metadata.json",
        "https://0x7f.1/metadata.json",
        "https://localhost/metadata.json",
        "https://[::1]/metadata.json",
        "https://Client.example/metadata.json",
        "https://client.example/meta data",
        "https://client.example/metadata\n",
        f"https://client.example/{'a' * MAX_DOCUMENT_URL}",
    ],
)
def test_an_address_can_be_no_client_id(url: str) -> None:
    assert not is_document_url(url)


@pytest.mark.parametrize(
    ("registered", "given"),
    [
        (HTTPS, HTTPS),
        ("http://localhost:6274/oauth/callback", "http://localhost:6274/oauth/callback"),
        (LOCAL, "http://127.0.0.1:49152/callback"),
        ("http://127.0.0.1:80/callback?a=1", "http://127.0.0.1:3/callback?a=1"),
        ("http://[::1]/callback", "http://[::1]:49152/callback"),
    ],
)
def test_the_registered_address(registered: str, given: str) -> None:
    assert same(registered, given)


@pytest.mark.parametrize(
    ("registered", "given"),
    [
        (HTTPS, f"{HTTPS}/"),
        (HTTPS, f"{HTTPS}?a=1"),
        (HTTPS, f"{HTTPS}#"),
        (HTTPS, "https://client.example/CALLBACK"),
        (HTTPS, "https://client.example:443/callback"),
        (HTTPS, "https://client.example/./callback"),
        (HTTPS, "https://client.example/call%62ack"),
        (HTTPS, "https://client.example.other.example/callback"),
        ("https://127.0.0.1/callback", "https://127.0.0.1:8443/callback"),
        ("http://localhost/callback", "http://localhost:49152/callback"),
        ("http://localhost:6274/oauth/callback", "http://localhost:6275/oauth/callback"),
        (LOCAL, "http://127.0.0.1:49152/callback/"),
        (LOCAL, "http://127.0.0.1:49152/other"),
        (LOCAL, "http://127.0.0.1:49152/callback?a=1"),
        (LOCAL, "http://127.0.0.1:49152/callback#x"),
        (LOCAL, "http://127.0.0.1:0065536/callback"),
        (LOCAL, "http://127.0.0.1:99999/callback"),
        (LOCAL, "http://127.0.0.1:80@other.example/callback"),
        (LOCAL, "http://[::1]:49152/callback"),
        (LOCAL, "http://localhost:49152/callback"),
        (LOCAL, "https://127.0.0.1:49152/callback"),
        (HTTPS, ""),
    ],
)
def test_any_other_address(registered: str, given: str) -> None:
    assert not same(registered, given)


def test_the_host_is_what_a_person_is_shown() -> None:
    assert host_of("https://client.example:8443/callback?a=@other.example") == "client.example"
    assert not is_local("https://localhost.client.example/callback")
    assert is_local("http://[::1]:1/callback")


def test_an_answer_joins_the_query_that_is_there() -> None:
    assert answered(HTTPS, {"code": "a&b", "state": "ü"}) == f"{HTTPS}?code=a%26b&state=%C3%BC"
    assert answered(f"{HTTPS}?a=1", {"code": "x"}) == f"{HTTPS}?a=1&code=x"
