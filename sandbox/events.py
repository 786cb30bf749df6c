"""HTTP requests as API Gateway's events, payload format 2.0, for integration and authorizer."""

import base64
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

_TEXT = ("text/", "application/json", "application/javascript", "application/xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What came over the wire. ``headers`` as pairs, in order, names in any case."""

    method: str
    path: str
    query: str
    headers: Iterable[tuple[str, str]]
    body: bytes
    source_ip: str
    at: datetime
    place: Mapping[str, str] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def joined_headers(self) -> dict[str, str]:
        """Return headers by lower-case name, several of one name joined by commas."""
        joined: dict[str, list[str]] = defaultdict(list)
        for name, value in self.headers:
            joined[name.lower()].append(value)
        return {name: ",".join(values) for name, values in joined.items()}


def base_event(request: HttpRequest, route_key: str) -> dict[str, Any]:
    """Return what the integration's and the authorizer's event have in common."""
    headers = request.joined_headers()
    cookies = headers.pop("cookie", "")
    query: dict[str, list[str]] = defaultdict(list)
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        query[name].append(value)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "sandbox",
            "domainName": headers.get("host", ""),
            "domainPrefix": "sandbox",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request.request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": request.at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(request.at.timestamp() * 1000),
        },
    }
    if cookies:
        event["cookies"] = [part.strip(" \t") for part in cookies.split(";")]
    if request.place:
        event["pathParameters"] = dict(request.place)
    if query:
        event["queryStringParameters"] = {n: ",".join(values) for n, values in query.items()}
    return event


def authorizer_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event of a request authorizer without identity sources."""
    return {
        **event,
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:sandbox/$default/"
        + str(event["routeKey"]).replace(" ", ""),
        "identitySource": [],
    }


def integration_event(
    event: Mapping[str, Any], body: bytes, context: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the event of the function behind the route."""
    result = {**event, "isBase64Encoded": False}
    if context is not None:
        result["requestContext"] = {
            **event["requestContext"],
            "authorizer": {"lambda": dict(context)},
        }
    if body:
        text = event["headers"].get("content-type", "application/json").startswith(_TEXT)
        try:
            result["body"] = body.decode() if text else base64.b64encode(body).decode()
        except UnicodeDecodeError:
            text = False
            result["body"] = base64.b64encode(body).decode()
        result["isBase64Encoded"] = not text
    return result
