"""People who connect Google, and what is stored of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sandbox.box import Sandbox
from sandbox.browsing import Person
from tests.support.api import USD
from wpp_mcp.access.google_access import envelope_of
from wpp_mcp.config import ToolSettings
from wpp_mcp.google.connection.envelope import TokenKind
from wpp_mcp.routes import CONNECT_PATH
from wpp_mcp.storage.google_connections import (
    ConnectionRecord,
    GoogleConnections,
    Sealed,
    Status,
)
from wpp_mcp.storage.items import decode, encode

NO_TOKEN: dict[str, str | None] = {"X-Google-Access-Token": None}
ADS = "https://www.googleapis.com/auth/adwords"
ANALYTICS = "https://www.googleapis.com/auth/analytics.readonly"
SEARCH_CONSOLE = "https://www.googleapis.com/auth/webmasters"
_LONG = timedelta(days=30)
SCOPES = {ADS, ANALYTICS, SEARCH_CONSOLE}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "google-ads:Search": ("list_budgets", {"customerId": USD}),
    "google-analytics:GetProperty": ("get_property_details", {"propertyId": "300000001"}),
    "search-console:sites.get": ("get_property", {"siteUrl": "sc-domain:aster.example"}),
}
"""A tool of each product, by the call to Google that it makes."""


@contextmanager
def connected(box: Sandbox, who: str = "practitioner") -> Iterator[Person]:
    """Somebody who is signed in to the console and has connected Google."""
    with Person(box.url) as person:
        person.open(CONNECT_PATH).submit(who)
        connect(person)
        assert "Google is connected." in person.page, person.page
        yield person


def connect_at_once(box: Sandbox, who: str = "practitioner") -> None:
    """Store a connection of somebody as if they had connected Google, without any page."""
    runtime = box.runtime()
    user_id = box.world.users[who].email
    token = box.headers(who)["X-Google-Access-Token"]
    key = envelope_of(runtime, ToolSettings.load(runtime.environ)).fresh(user_id)
    record = ConnectionRecord(
        user_id=user_id,
        version="1",
        status=Status.ACTIVE,
        scopes=frozenset(SCOPES),
        connected_at=box.clock(),
        data_key=key.encrypted,
        refresh_token=key.seal(TokenKind.REFRESH, token),
        access=Sealed(token=key.seal(TokenKind.ACCESS, token), until=box.clock() + _LONG),
    )
    box.seeder.put(GoogleConnections.key(user_id), record.item())


def connect(person: Person, **changes: str | None) -> Person:
    """Connect Google from the page; changes are fields of Google's consent page."""
    return person.submit("Connect").submit("Allow", **changes)


def record(box: Sandbox, who: str = "practitioner") -> dict[str, Any]:
    """What is stored of a connection, empty where there is none."""
    key = GoogleConnections.key(box.world.users[who].email)
    found = box.aws.plain("dynamodb").get_item(
        TableName=box.table_prefix + key.table.value, Key=encode(key.attributes())
    )
    return decode(found.get("Item", {}))


def put(box: Sandbox, who: str, item: dict[str, Any]) -> None:
    """Store something as a person's connection."""
    key = GoogleConnections.key(box.world.users[who].email)
    box.seeder.put(key, {name: value for name, value in item.items() if name != "userId"})


def forget(box: Sandbox, who: str = "practitioner") -> None:
    """Take a connection out of the table."""
    key = GoogleConnections.key(box.world.users[who].email)
    box.aws.plain("dynamodb").delete_item(
        TableName=box.table_prefix + key.table.value, Key=encode(key.attributes())
    )
