"""The sandbox's AWS on a port of loopback, for functions that run in a process of their own.

A function reaches it as it reaches AWS, through boto3, with ``AWS_ENDPOINT_URL``. Whoever calls
has to know the access key, which is new on every start, and to be no web page.
"""

import re
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, Self

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from sandbox.aws import LOCK, REGION
from sandbox.loopback import LoopbackServer

_SCOPE: Final = re.compile(r"Credential=([A-Z0-9]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_LARGEST: Final = 10 * 1024 * 1024


_HOSTS: Final = {"ses": "email"}
"""Services whose address begins otherwise than the name that requests are signed for."""


class AwsEndpoint:
    """Serves the AWS account of this process; a sandbox has to be there."""

    def __init__(self) -> None:
        self._key = f"AKIA{secrets.token_hex(8).upper()}"
        self._server = LoopbackServer(self._handler())

    @property
    def host(self) -> str:
        """Host and port."""
        return self._server.host

    def environ(self) -> dict[str, str]:
        """Return the variables with which boto3 comes here."""
        return {
            "AWS_ENDPOINT_URL": f"http://{self.host}",
            "AWS_ACCESS_KEY_ID": self._key,
            "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(30),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def start(self) -> Self:
        """Start to answer."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop to answer."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _service(self, headers: Mapping[str, str]) -> str | None:
        """Return the service that a signed request is for; None for a stranger's request."""
        signed = _SCOPE.search(headers.get("Authorization", ""))
        if headers.get("Host") != self.host or "Origin" in headers or signed is None:
            return None
        key, region, service = signed.groups()
        known = secrets.compare_digest(key, self._key) and region == REGION
        return service if known else None

    def _answer(
        self, service: str, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        host = f"{_HOSTS.get(service, service)}.{REGION}.amazonaws.com"
        sent = HTTPHeaders()
        for name, value in headers.items():
            sent[name] = host if name.lower() == "host" else value
        request = AWSPreparedRequest(method, f"https://{host}{path}", sent, body, False)  # noqa: FBT003
        with LOCK:
            found: Any = botocore_stubber.process_request(request)
        if found is None:
            return HTTPStatus.NOT_IMPLEMENTED, {}, b""
        status, answered, content = found
        return (
            int(status),
            {str(n): str(v) for n, v in answered.items()},
            content.encode() if isinstance(content, str) else bytes(content),
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = dict(self.headers.items())
                service = endpoint._service(headers)
                if service is None or length > _LARGEST:
                    self.close_connection = True
                    self._send(HTTPStatus.FORBIDDEN, {}, b"")
                    return
                body = self.rfile.read(length)
                self._send(*endpoint._answer(service, self.command, self.path, headers, body))

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815

            def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in {"content-length", "connection", "server", "date"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        return Handler
