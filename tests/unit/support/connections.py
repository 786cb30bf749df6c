"""A stored Google connection with everything in it."""

from datetime import timedelta

from tests.unit.support.surroundings import NOW
from wpp_mcp.storage.google_connections import ConnectionRecord, Sealed, Status

FULL = ConnectionRecord(
    user_id="p@north.example",
    version="1",
    status=Status.ACTIVE,
    scopes=frozenset({"a", "b"}),
    connected_at=NOW,
    data_key=b"key",
    refresh_token=b"refresh",
    access=Sealed(token=b"access", until=NOW + timedelta(hours=1)),
    renewal_until=NOW + timedelta(seconds=15),
)
