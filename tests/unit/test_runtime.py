import http.server
import threading
from collections.abc import Iterator

import pytest

from wpp_mcp.config import ConfigurationError
from wpp_mcp.runtime import Endpoints, Runtime, fetch

DOCUMENT = b'{"keys":[]}'


class Site(http.server.BaseHTTPRequestHandler):
    """A loopback site: a document, redirects, and answers that are too much."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        port = self.server.server_address[1]
        status, headers, body = {
            "/ok": (200, {}, DOCUMENT),
            "/large": (200, {}, b" " * (256 * 1024 + 1)),
            "/missing": (404, {}, b"{}"),
            "/elsewhere": (302, {"Location": f"http://localhost:{port}/ok"}, b""),
        }[self.path]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    Site.asked = []
    with http.server.HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_document_is_fetched(site: str) -> None:
    assert fetch(f"{site}/ok") == DOCUMENT


@pytest.mark.parametrize("path", ["large", "missing"])
def test_what_is_not_a_document_is_an_os_error(site: str, path: str) -> None:
    with pytest.raises(OSError, match=r"large|404"):
        fetch(f"{site}/{path}")


def test_a_redirect_to_elsewhere_is_not_followed(site: str) -> None:
    with pytest.raises(OSError, match=r".+"):
        fetch(f"{site}/elsewhere")
    assert Site.asked == ["/elsewhere"]


def test_the_defaults_are_production() -> None:
    Endpoints().check_production()
    assert Runtime.production().endpoints == Endpoints()


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8080",
        "127.0.0.1",
        "googleapis.com.evil.example",
        "evilgoogleapis.com",
        "googleads.googleapis.com:8443",
        "",
        "evil.example/.googleapis.com",
        "evil.example#.googleapis.com",
        "user@evil.example:443/x.googleapis.com",
        "dns:///evil.example/.googleapis.com",
    ],
)
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="google_ads"):
        Endpoints(google_ads=host).check_production()


@pytest.mark.parametrize("issuer", ["", "http://127.0.0.1", "https://cognito-idp.example/pool"])
def test_other_issuers_are_refused(issuer: str) -> None:
    with pytest.raises(ConfigurationError, match="issuer"):
        Endpoints(issuer=issuer).check_production()
