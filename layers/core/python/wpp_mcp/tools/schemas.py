"""The JSON schemas of tools, as MCP clients and ``GET /mcp/tools/list`` see them.

Every tool's output is one object with optional ``data``, ``preview`` and ``error``, because some
clients check an error object against the output schema too (facts.md, MCP).
"""

from functools import cache
from typing import Any

from wpp_mcp.tools.inputs import WireModel
from wpp_mcp.tools.registry import Tool
from wpp_mcp.tools.table import AnyRow

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


@cache
def input_schema(tool: Tool) -> dict[str, Any]:
    """Return the schema of a tool's parameters, in their wire spelling."""
    schema = tool.input.model_json_schema(by_alias=True)
    schema.pop("title", None)
    schema.pop("description", None)
    return dict(_without_titles(schema))


@cache
def output_schema(tool: Tool) -> dict[str, Any]:
    """Return the schema of everything a tool can answer."""
    data, shared = _data_schema(tool)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "success": {"type": "boolean"},
            "operationId": _TEXT,
            "tool": _TEXT,
            "data": data,
            "preview": {"type": "object"},
            "error": {
                "type": "object",
                "properties": {"code": _TEXT, "message": _TEXT, "action": _TEXT},
                "required": ["code", "message"],
            },
            "executionTime": {"type": "number", "description": "seconds"},
            "timestamp": {"type": "string", "format": "date-time"},
        },
        "required": ["success"],
    }
    # References count from the root of the whole schema.
    return schema | ({"$defs": shared} if shared else {})


def _data_schema(tool: Tool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the schema of ``data``, and the definitions that it refers to."""
    if tool.row is None:
        return {"type": "object"}, {}
    row, shared = _row_schema(tool.row)
    return _table_schema(row), shared


def _row_schema(model: type[WireModel]) -> tuple[dict[str, Any], dict[str, Any]]:
    if model is AnyRow:
        return {"type": "object"}, {}
    row = _without_titles(model.model_json_schema(by_alias=True, mode="serialization"))
    row.pop("additionalProperties", None)
    return row, row.pop("$defs", {})


def _table_schema(row: dict[str, Any]) -> dict[str, Any]:
    mark = {"type": "object", "properties": {"mark": _TEXT, "notice": _TEXT}}
    return {
        "type": "object",
        "properties": {
            "account": _TEXT,
            "currency": _TEXT,
            "totalRows": _COUNT,
            "returnedRows": _COUNT,
            "nextPageToken": _TEXT,
            "totals": {"type": "object"},
            "quota": {"type": "object"},
            "notes": {"type": "array", "items": _TEXT},
            "contentBegins": mark,
            "rows": {"type": "array", "items": row},
            "contentEnds": mark,
        },
        "required": ["totalRows", "returnedRows", "rows"],
    }


def _without_titles(value: Any) -> Any:
    # Generated titles repeat the names: a third of the size, and every model pays for it.
    if isinstance(value, list):
        return [_without_titles(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: {k: _without_titles(v) for k, v in inner.items()}
        if name in ("properties", "$defs")
        else _without_titles(inner)
        for name, inner in value.items()
        if name != "title" or not isinstance(inner, str)
    }
