"""Documents of strangers: no host leads the fetch anywhere, however it answers."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import pytest

from sandbox.documents import CLIENT_DOCUMENT, Documents, Published
from sandbox.tls import certificate_for
from wpp_mcp.public_documents import MAX_BYTES, SECONDS, PublicDocuments


@pytest.fixture(scope="module")
def documents() -> Iterator[Documents]:
    running = Documents()
    running.start()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def as_usual(documents: Documents) -> Iterator[None]:
    usual = dict(documents.published)
    documents.asked.clear()
    yield
    documents.published = usual
    documents.addresses.clear()


def test_a_document_is_fetched_once_from_its_host(documents: Documents) -> None:
    expected = documents.published[CLIENT_DOCUMENT].body

    assert documents.fetcher()(CLIENT_DOCUMENT) == expected
    assert documents.asked == [CLIENT_DOCUMENT]


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "application/ld+json", "Application/JSON"]
)
def test_json_by_other_names(documents: Documents, kind: str) -> None:
    documents.published[CLIENT_DOCUMENT] = Published(body=b"{}", headers={"Content-Type": kind})
    assert documents.fetcher()(CLIENT_DOCUMENT) == b"{}"


def chunked(body: bytes) -> Published:
    coded = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    return Published(body=coded, headers=headers)


def test_a_document_of_the_largest_size(documents: Documents) -> None:
    documents.published[CLIENT_DOCUMENT] = Published(body=b" " * MAX_BYTES)
    assert len(documents.fetcher()(CLIENT_DOCUMENT)) == MAX_BYTES


class Raw(Published):
    """An answer that is no answer in HTTP, byte by byte."""

    def sent(self) -> bytes:
        return self.body


JSON = {"Content-Type": "application/json"}
REFUSED: dict[str, tuple[Published, str]] = {
    "a redirect": (
        Published(body=b"{}", status="302 Found", headers={"Location": CLIENT_DOCUMENT, **JSON}),
        "status 302",
    ),
    "a permanent redirect": (
        Published(body=b"{}", status="308 Permanent", headers={"Location": "/x", **JSON}),
        "status 308",
    ),
    "another success": (Published(body=b"{}", status="203 Other"), "status 203"),
    "not there": (Published(body=b"{}", status="404 Not Found"), "status 404"),
    "html": (Published(body=b"{}", headers={"Content-Type": "text/html"}), "content type"),
    "no type": (Published(body=b"{}", headers={}), "content type"),
    "a type like JSON": (
        Published(body=b"{}", headers={"Content-Type": "application/jsonp"}),
        "content type",
    ),
    "text with +json": (
        Published(body=b"{}", headers={"Content-Type": "text/x+json"}),
        "content type",
    ),
    "too large": (Published(body=b" " * (MAX_BYTES + 1)), "too large"),
    "too large in chunks": (chunked(b" " * (MAX_BYTES + 1)), "too large"),
    "endless": (
        Published(body=b" " * 100_000, headers={**JSON, "Content-Length": "9" * 12}),
        "too large",
    ),
    "endless headers": (
        Published(body=b"{}", headers={**JSON, **{f"X-{n}": "x" * 1_000 for n in range(60)}}),
        "too large|not an answer",
    ),
    "not HTTP": (Raw(body=b"SSH-2.0-x\r\n\r\n"), "not an answer"),
    "nothing": (Raw(body=b""), "not an answer"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_answer_that_is_no_document(documents: Documents, case: str) -> None:
    documents.published[CLIENT_DOCUMENT], reason = REFUSED[case]

    with pytest.raises(OSError, match=reason):
        documents.fetcher()(CLIENT_DOCUMENT)
    assert documents.asked == [CLIENT_DOCUMENT]


@pytest.mark.parametrize(
    "url",
    [
        "http://client.sandbox.example/metadata.json",
        "https://client.sandbox.example:8443/metadata.json",
        "https://a@client.sandbox.example/metadata.json",
        "ftp://client.sandbox.example/metadata.json",
        "file:///etc/passwd",
        "https:///metadata.json",
    ],
)
def test_only_https_at_a_plain_host(documents: Documents, url: str) -> None:
    with pytest.raises(OSError, match="plain host"):
        documents.fetcher()(url)
    assert documents.asked == []


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], []])
def test_one_address_that_is_not_public_is_enough(
    documents: Documents, addresses: list[str]
) -> None:
    documents.addresses["client.sandbox.example"] = addresses
    with pytest.raises(OSError, match="not public"):
        documents.fetcher()(CLIENT_DOCUMENT)
    assert documents.asked == []


def test_production_connects_to_no_loopback() -> None:
    fetch = PublicDocuments(resolve=lambda _host, port: [("127.0.0.1", port)])
    with pytest.raises(OSError, match="not public"):
        fetch(CLIENT_DOCUMENT)


def test_the_certificate_must_be_the_hosts(documents: Documents) -> None:
    url = "https://unnamed.sandbox.example/metadata.json"
    documents.published[url] = Published(body=b"{}")
    with pytest.raises(ssl.SSLCertVerificationError):
        documents.fetcher()(url)
    assert documents.asked == []


def test_the_certificate_must_be_one_that_counts(documents: Documents) -> None:
    strangers = certificate_for("client.sandbox.example").chain.decode()
    trusting = ssl.create_default_context(cadata=strangers)
    for tls in (trusting, None):
        fetch = PublicDocuments(resolve=documents._resolve, permitted=lambda _: True, tls=tls)
        with pytest.raises(ssl.SSLCertVerificationError):
            fetch(CLIENT_DOCUMENT)
    assert documents.asked == []


@dataclass
class Line:
    """A connection that gives one byte a second, and the clock that says so."""

    sent: bytes
    now: float = 0.0
    closed: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True

    def settimeout(self, seconds: float) -> None:
        assert 0 < seconds <= SECONDS

    def sendall(self, _: bytes) -> None:
        pass

    def recv_into(self, buffer: Any) -> int:
        self.now += 1
        if not self.sent:
            return 0
        buffer[:1], self.sent = self.sent[:1], self.sent[1:]
        return 1

    def wrap_socket(self, plain: Any, *, server_hostname: str) -> "Line":
        return self

    def monotonic(self) -> float:
        return self.now


GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@pytest.mark.parametrize("sent", [GOOD + b"{" * 50, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 50])
def test_a_slow_drip_ends_with_the_time_of_the_whole(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    line = Line(sent)
    monkeypatch.setattr(socket, "create_connection", lambda *_: line)
    tls: Any = line
    fetch = PublicDocuments(
        resolve=lambda _, port: [("8.8.8.8", port)], tls=tls, monotonic=line.monotonic
    )

    with pytest.raises(TimeoutError, match="too long"):
        fetch(CLIENT_DOCUMENT)
    assert line.now == SECONDS
    assert line.closed


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that resolves to something else the next time leads nowhere (DNS rebinding)."""
    answers = iter([["8.8.8.8"], ["169.254.169.254"], ["169.254.169.254"]])
    connected: list[tuple[str, int]] = []

    def resolve(_: str, port: int) -> list[tuple[str, int]]:
        return [(address, port) for address in next(answers)]

    def connect(address: tuple[str, int], _: float) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        PublicDocuments(resolve=resolve)(CLIENT_DOCUMENT)

    assert connected == [("8.8.8.8", 443)]
    assert len(list(answers)) == 2


def test_another_address_is_tried_within_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[tuple[str, float]] = []

    def connect(address: tuple[str, int], seconds: float) -> None:
        tried.append((address[0], seconds))
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    addresses = ["2606:4700::1111", "8.8.8.8"]
    fetch = PublicDocuments(
        resolve=lambda _, port: [(a, port) for a in addresses], monotonic=lambda: 0.0
    )
    with pytest.raises(ConnectionRefusedError):
        fetch(CLIENT_DOCUMENT)

    assert tried == [(addresses[0], SECONDS / 2), (addresses[1], SECONDS)]
