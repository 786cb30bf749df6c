"""Documents of strangers, fetched without letting their host lead us anywhere (threats.md H5).

The address comes from our configuration, what it resolves to does not. So: the host is resolved
once, each address it has must be a public one, the connection goes to the address that was checked
(no second look-up that could say otherwise), TLS is verified for the name, nothing is redirected,
and time and size are bounded however slowly the bytes come.
"""

import io
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final, cast
from urllib.parse import urlsplit

MAX_BYTES: Final = 5_120
"""As draft-ietf-oauth-client-id-metadata-document recommends."""

SECONDS: Final = 3.0
"""From the first connection to the last byte. The look-up has the resolver's own limit."""

_MAX_RECEIVED: Final = MAX_BYTES + 16_384
_HTTPS: Final = 443
_UNICAST: Final = ip_network("2000::/3")
"""All of IPv6 that is routed. An IPv4 address in an IPv6 one (NAT64, mapped) lies outside."""

# What `is_global` of some Python release calls global all the same.
_NOT_PUBLIC: Final = tuple(
    ip_network(block)
    for block in (
        # For protocols, Teredo among them; 6to4, which holds an IPv4 address; examples.
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        # For protocols; relays of 6to4.
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)

Address = tuple[str, int]


def is_public(address: str) -> bool:
    """Return whether an IP address is one of the open internet, and no other in disguise."""
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found not in _UNICAST:
        return False
    if any(found in block for block in _NOT_PUBLIC if block.version == found.version):
        return False
    return found.is_global and not found.is_multicast


def resolved(host: str, port: int) -> list[Address]:
    """Return every address of a host.

    Raises
    ------
    OSError
        It has none, or the resolver does not answer.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(address[0]), port) for *_, address in found]


class PublicDocuments:
    """Fetches JSON documents.

    Parameters
    ----------
    resolve
        Returns the addresses of a host and port.
    permitted
        Whether a connection to an IP address is allowed.
    tls
        Verifies the host's certificate; that of the system where omitted.
    seconds
        How long one document may take.
    """

    def __init__(
        self,
        *,
        resolve: Callable[[str, int], Iterable[Address]] = resolved,
        permitted: Callable[[str], bool] = is_public,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve = resolve
        self._permitted = permitted
        self._tls = tls
        self._seconds = seconds
        self._monotonic = monotonic

    def __call__(self, url: str) -> bytes:
        """Return the JSON document at an ``https`` address without port, query or credentials.

        Raises
        ------
        OSError
            It could not be had as it has to be; the text says why, for the log.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc != parts.hostname:
            raise OSError("not an https address of a plain host")
        addresses = list(self._resolve(parts.hostname, _HTTPS))
        if not addresses or not all(self._permitted(address) for address, _ in addresses):
            raise OSError("the host has an address that is not public")
        ends = self._monotonic() + self._seconds
        with self._connected(addresses, parts.hostname, ends) as connection:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            connection.sendall(
                f"GET {path or '/'} HTTP/1.1\r\nHost: {parts.hostname}\r\n"
                "Accept: application/json\r\nConnection: close\r\n\r\n".encode("ascii")
            )
            return _document(_Bounded(connection, lambda: self._left(ends)))

    def _connected(self, addresses: list[Address], host: str, ends: float) -> ssl.SSLSocket:
        plain = self._reached(addresses, ends)
        try:
            plain.settimeout(self._left(ends))
            return self._context().wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise

    def _reached(self, addresses: list[Address], ends: float) -> socket.socket:
        failure = OSError("no address")
        for number, address in enumerate(addresses):
            try:
                # Each has its share: one that swallows packets does not take the others' time.
                return socket.create_connection(
                    address, self._left(ends) / (len(addresses) - number)
                )
            except OSError as error:
                failure = error
        raise failure

    def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def _left(self, ends: float) -> float:
        left = ends - self._monotonic()
        if left <= 0:
            raise TimeoutError("the document took too long")
        return left


class _Bounded(io.RawIOBase):
    """What a connection receives: so many bytes in all, and until so long in all.

    A time-out of the socket alone begins anew with each byte.
    """

    def __init__(self, connection: socket.socket, left: Callable[[], float]) -> None:
        super().__init__()
        self._connection = connection
        self._left = left
        self._room = _MAX_RECEIVED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(self._left())
        count = self._connection.recv_into(buffer)
        self._room -= count
        if self._room < 0:
            raise OSError("the answer is too large")
        return count

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Play the part of a socket for `HTTPResponse`."""
        return io.BufferedReader(self)


def _document(received: _Bounded) -> bytes:
    answer = HTTPResponse(cast("socket.socket", received), method="GET")
    try:
        answer.begin()
        if answer.status != HTTPStatus.OK:
            raise OSError(f"status {answer.status}")
        if not _is_json(answer.msg):
            raise OSError("not JSON by its content type")
        body = answer.read(MAX_BYTES + 1)
    except HTTPException as error:
        raise OSError("not an answer in HTTP") from error
    if len(body) > MAX_BYTES:
        raise OSError("the document is too large")
    return body


def _is_json(headers: Message) -> bool:
    kind = headers.get_content_type() if "Content-Type" in headers else ""
    return kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
