"""Hosts that publish client-id metadata documents, on a loopback port with a certificate of ours.

The product fetches them with its own code. Only where the hosts are found, which address may be
connected to, and whose certificate counts is the sandbox's.
"""

import socketserver
import ssl
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox.tls import certificate_for
from wpp_mcp.models import strict_json
from wpp_mcp.public_documents import Address, PublicDocuments

HOSTS: Final = ("client.sandbox.example", "other.sandbox.example")
CLIENT_DOCUMENT: Final = f"https://{HOSTS[0]}/metadata.json"
OTHER_DOCUMENT: Final = f"https://{HOSTS[1]}/metadata.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a host answers at one address."""

    body: bytes
    status: str = "200 OK"
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def sent(self) -> bytes:
        """Return the answer as it goes over the wire."""
        headers = {"Content-Length": str(len(self.body)), "Connection": "close", **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status}\r\n{lines}\r\n".encode() + self.body


def document(url: str, name: str, *redirect_uris: str, **more: Any) -> Published:
    """Return the document of a client; further members as they are."""
    members = {
        "client_id": url,
        "client_name": name,
        "redirect_uris": list(redirect_uris),
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    }
    return Published(body=strict_json.dumps(members | more).encode())


class Documents:
    """The hosts together; `published` may be changed while they run."""

    def __init__(self) -> None:
        self.published: dict[str, Published] = {
            CLIENT_DOCUMENT: document(
                CLIENT_DOCUMENT,
                "Sandbox Desk",
                "http://127.0.0.1/callback",
                "https://client.sandbox.example/callback",
            ),
            OTHER_DOCUMENT: document(
                OTHER_DOCUMENT, "Other Desk", "https://other.sandbox.example/callback"
            ),
        }
        self.asked: list[str] = []
        self.addresses: dict[str, list[str]] = {}
        self._certificate = certificate_for(*HOSTS)
        self._server: socketserver.ThreadingTCPServer | None = None
        self._thread: threading.Thread | None = None

    def fetcher(self) -> PublicDocuments:
        """Return the product's own fetcher, led here. Everything but loopback stays refused."""
        return PublicDocuments(
            resolve=self._resolve,
            permitted=lambda address: address == "127.0.0.1",
            tls=ssl.create_default_context(cadata=self._certificate.chain.decode()),
            # One machine plays both sides here, and may be busy.
            seconds=15.0,
        )

    def start(self) -> None:
        """Start to answer."""
        self._server = _server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="documents",
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join(10)
            self._server.server_close()

    def context(self) -> ssl.SSLContext:
        """Return the hosts' side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(prefix="sandbox-documents-", suffix=".pem") as file:
            # OpenSSL reads keys from files only; this one is gone before anything is served.
            Path(file.name).write_bytes(self._certificate.key + self._certificate.chain)
            context.load_cert_chain(file.name)
        return context

    def _resolve(self, host: str, _: int) -> list[Address]:
        if self._server is None:
            raise OSError("not running")
        if not host.endswith(".sandbox.example"):
            raise OSError("no such host")
        port = int(self._server.server_address[1])
        return [(address, port) for address in self.addresses.get(host, ["127.0.0.1"])]


def _server(documents: Documents) -> socketserver.ThreadingTCPServer:
    context = documents.context()

    class Host(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            try:
                with context.wrap_socket(self.request, server_side=True) as connection:
                    connection.sendall(_answer(documents, connection.makefile("rb")))
            except OSError:
                return  # whoever asked went away, as a client that does not trust us does

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Host)
    server.daemon_threads = True
    return server


def _answer(documents: Documents, received: Any) -> bytes:
    path = received.readline().decode("latin-1").split(" ")[1]
    host = ""
    while line := received.readline().strip():
        name, _, value = line.decode("latin-1").partition(":")
        host = value.strip() if name.lower() == "host" else host
    url = f"https://{host}{path}"
    documents.asked.append(url)
    missing = Published(body=b"{}", status="404 Not Found")
    return documents.published.get(url, missing).sent()
