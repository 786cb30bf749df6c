"""Keeping a sandbox's state in a folder between two starts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sandbox.kms import TokenKey
from wpp_mcp.models import strict_json
from wpp_mcp.models.time import iso, parse_iso
from wpp_mcp.storage.tables import TABLES

_FILE: Final = "state.json"
_BYTES: Final = "bytes:"


@dataclass(frozen=True, slots=True)
class SavedState:
    """What is kept. ``tables`` holds items in DynamoDB's own form.

    What was written to Google is not kept: its world begins anew from the seed. With the KMS key
    and what people allowed at Google, their connections go on working. A state of before there
    were any has neither.
    """

    start: datetime
    ahead: timedelta
    secrets: Mapping[str, str]
    tables: Mapping[str, list[dict[str, Any]]]
    key: TokenKey | None = None
    google: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def tables_of(dynamodb: Any, prefix: str) -> dict[str, list[dict[str, Any]]]:
        """Return every item of every table."""
        tables: dict[str, list[dict[str, Any]]] = {}
        for spec in TABLES:
            pages = dynamodb.get_paginator("scan").paginate(TableName=prefix + spec.table.value)
            tables[spec.table.value] = [_text(item) for page in pages for item in page["Items"]]
        return tables

    def restore(self, dynamodb: Any, prefix: str) -> None:
        """Write the items back."""
        for table, items in self.tables.items():
            for item in items:
                dynamodb.put_item(TableName=prefix + table, Item=_binary(item))


def load(folder: Path | None) -> SavedState | None:
    """Return what a folder keeps, ``None`` where there is nothing yet.

    Raises
    ------
    ValueError
        The file is not one of ours.
    """
    path = None if folder is None else folder / _FILE
    if path is None or not path.exists():
        return None
    body = strict_json.loads(path.read_bytes())
    try:
        return SavedState(
            start=parse_iso(body["start"]),
            ahead=timedelta(seconds=body["aheadSeconds"]),
            secrets=body["secrets"],
            tables=body["tables"],
            key=TokenKey(**body["key"]) if "key" in body else None,
            google=body.get("google", {}),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a sandbox's state: remove it to start anew") from error


def save(folder: Path, state: SavedState) -> None:
    """Write the state, readable by its owner only; all or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    body = {
        "start": iso(state.start),
        "aheadSeconds": int(state.ahead.total_seconds()),
        "secrets": dict(state.secrets),
        "tables": dict(state.tables),
        "google": dict(state.google),
    }
    if state.key is not None:
        body["key"] = {"key_id": state.key.key_id, "material": state.key.material}
    fresh = folder / f"{_FILE}.new"
    fresh.touch(mode=0o600)
    fresh.write_text(strict_json.dumps(body))
    fresh.replace(folder / _FILE)


def _text(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _each(value, _to_text) for name, value in item.items()}


def _binary(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _each(value, _to_bytes) for name, value in item.items()}


def _each(value: Any, change: Any) -> Any:
    if isinstance(value, dict):
        return {name: _each(inner, change) for name, inner in value.items()}
    if isinstance(value, list):
        return [_each(inner, change) for inner in value]
    return change(value)


def _to_text(value: Any) -> Any:
    return _BYTES + base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _to_bytes(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_BYTES):
        return base64.b64decode(value.removeprefix(_BYTES))
    return value
