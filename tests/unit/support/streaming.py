"""Records of the audit log's stream as DynamoDB writes them, and where the archive puts them."""

from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from wpp_mcp.audit.chain import ChainKey, genesis, linked
from wpp_mcp.audit.entry import Entry
from wpp_mcp.models.time import day_of
from wpp_mcp.storage.items import encode

STREAM = "wpp-mcp-test-audit"
REFUSED = "wpp-mcp-test-refused"
BUCKET = "wpp-mcp-test-archive"
KEY = ChainKey(b"the key of a test")

_numbers = count(1)


def stored(entry: Entry) -> dict[str, Any]:
    """An entry as the table holds it, the first of its day."""
    day = day_of(entry.at)
    link = genesis(entry.user_id, day)
    return linked(KEY, link, entry.user_id, day, entry.attributes())


def record(
    item: Mapping[str, Any],
    name: str = "INSERT",
    *,
    old: Mapping[str, Any] | None = None,
    by: str | None = None,
) -> dict[str, Any]:
    """What a stream tells of an item; ``old`` only where the view has old images."""
    image = encode(item)
    body: dict[str, Any] = {
        "Keys": {n: image[n] for n in ("userId", "daySequence")},
        "SequenceNumber": f"{next(_numbers):021}",
    }
    if name != "REMOVE":
        body["NewImage"] = image
    if old is not None:
        body["OldImage"] = encode(old)
    told: dict[str, Any] = {"eventName": name, "eventSource": "aws:dynamodb", "dynamodb": body}
    if by is not None:
        told["userIdentity"] = {"type": "Service", "principalId": by}
    return told


def event(*records: Mapping[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}


def position(told: Mapping[str, Any]) -> str:
    number: str = told["dynamodb"]["SequenceNumber"]
    return number


def failures(records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": position(told)} for told in records]}


def archived(s3: Any, bucket: str, folder: str) -> list[bytes]:
    """Every line that Firehose has written below a folder."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return [
        line
        for page in pages
        for found in page.get("Contents", [])
        for line in s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read().splitlines()
    ]
