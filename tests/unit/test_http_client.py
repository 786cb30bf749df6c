import http.server
import socket
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from wpp_mcp.http_client import Answer, fetch, get, post_form, post_json

DOCUMENT = b'{"keys":[]}'


class Site(http.server.BaseHTTPRequestHandler):
    """A loopback site: a document, redirects, and answers that are too much."""

    asked: list[tuple[str, str]] = []
    headers_of_last: dict[str, str] = {}

    def do_GET(self) -> None:
        port = self.server.server_address[1]
        length = int(self.headers.get("Content-Length", 0))
        Site.headers_of_last = dict(self.headers)
        self.asked.append((self.path, self.rfile.read(length).decode()))
        status, headers, body = {
            "/ok": (200, {}, DOCUMENT),
            "/large": (200, {}, b" " * (256 * 1024 + 1)),
            "/missing": (404, {}, b"{}"),
            "/refused": (400, {}, b'{"error": "invalid_grant"}'),
            "/elsewhere": (302, {"Location": f"http://localhost:{port}/ok"}, b""),
        }[self.path]
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

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
    with pytest.raises(OSError, match=r"302"):
        fetch(f"{site}/elsewhere")
    assert post_form(f"{site}/elsewhere", {}).status == 302
    assert get(f"{site}/elsewhere").status == 302
    assert post_json(f"{site}/elsewhere", "{}", {}).status == 302
    assert [path for path, _ in Site.asked] == ["/elsewhere"] * 4


def test_every_status_is_an_answer_to_who_only_asks(site: str) -> None:
    assert get(f"{site}/ok") == Answer(200, DOCUMENT)
    assert get(f"{site}/missing") == Answer(404, b"{}")


def test_json_is_sent_as_it_is_with_its_headers(site: str) -> None:
    assert post_json(f"{site}/ok", '{"a":"ü"}', {"X-Signed": "v1=0"}).ok
    assert Site.asked == [("/ok", '{"a":"ü"}')]
    assert Site.headers_of_last["X-Signed"] == "v1=0"
    assert Site.headers_of_last["Content-Type"] == "application/json"


def test_a_form_is_sent_and_every_status_is_an_answer(site: str) -> None:
    fields = {"grant_type": "refresh_token", "a b": "ü&="}
    assert post_form(f"{site}/ok", fields) == Answer(200, DOCUMENT)
    refused = post_form(f"{site}/refused", fields)

    assert (refused.status, refused.ok, refused.body) == (400, False, b'{"error": "invalid_grant"}')
    assert {n: v for n, [v] in parse_qs(Site.asked[0][1]).items()} == fields


def test_an_answer_that_is_too_large_is_an_os_error(site: str) -> None:
    with pytest.raises(OSError, match="large"):
        post_form(f"{site}/large", {})


def test_what_does_not_speak_http_is_an_os_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"220 mail\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(OSError, match=r".+"):
            post_form(f"http://127.0.0.1:{listener.getsockname()[1]}/", {})
        thread.join()


def test_a_body_does_not_show() -> None:
    assert "secret" not in repr(Answer(200, b"secret"))
