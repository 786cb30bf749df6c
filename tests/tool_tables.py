"""The generated parts of README.md and docs/tools.md, from the tool registry."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.markdown import code, markdown
from wpp_mcp.tools.registry import OneAccount, Public, Tool, catalogue
from wpp_mcp.tools.schemas import input_schema, output_schema
from wpp_mcp.tools.table import AnyRow


def tools_table() -> str:
    """Return the tools, from the registry."""
    rows = (
        [f"[`{t.name}`](docs/tools.md#{t.name})", t.description.partition("\n")[0], _reach(t)]
        for t in catalogue().values()
    )
    return markdown(["Tool", "What it answers", "Account"], rows)


def _reach(tool: Tool) -> str:
    if isinstance(tool.reach, OneAccount):
        field = tool.input.model_fields[tool.reach.parameter]
        return f"the one that `{field.alias}` names"
    return f"none: {tool.reach.reason}" if isinstance(tool.reach, Public) else "the caller's own"


def tool_sections() -> str:
    """Return each tool with parameters and columns."""
    return "\n".join(map(_tool_section, catalogue().values()))


def _tool_section(tool: Tool) -> str:
    facts = [
        f"- Account: {_reach(tool)}",
        f"- Scope: `{tool.scope.value}`",
        f"- Roles: {code(sorted(role.value for role in tool.roles))}",
        f"- Toolset: `{tool.toolset}`",
    ]
    schema = input_schema(tool)
    required = schema.get("required", [])
    parameters = (
        [f"`{n}`", _type(p), _default(n, p, required), _meaning(p)]
        for n, p in schema["properties"].items()
    )
    table = markdown(["Parameter", "Type", "Default", "Meaning"], parameters)
    heading = f"## {tool.name}\n\n**{tool.title}.** {tool.description}"
    return "\n".join([heading, "", *facts, "", table, _columns(tool)])


_PREVIEW: Final = "It answers with a preview: nothing has changed until it is confirmed.\n"

_OUTCOMES: Final[Mapping[str, str]] = {
    "cancel_operation": "It answers with the operation as it then stands.\n",
    "confirm_operation": "It answers with what was done.\n",
}


def _columns(tool: Tool) -> str:
    if tool.row is None:
        return _OUTCOMES.get(tool.name, _PREVIEW)
    if tool.row is AnyRow:
        return "Columns: the fields that the query selects.\n"
    row = output_schema(tool)["properties"]["data"]["properties"]["rows"]["items"]
    return markdown(
        ["Column", "Type", ""],
        (
            [f"`{n}`", _type(p), "" if n in row["required"] else "optional"]
            for n, p in row["properties"].items()
        ),
    )


def _type(schema: Mapping[str, Any]) -> str:
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    return " or ".join(map(_one_type, kinds))


def _one_type(kind: Mapping[str, Any]) -> str:
    choice = kind.get("enum") or ([kind["const"]] if "const" in kind else None)
    if choice:
        return code(choice)
    if "$ref" in kind:
        return f"`{kind['$ref'].rpartition('/')[2]}`"
    if "oneOf" in kind:
        return " or ".join(map(_one_type, kind["oneOf"]))
    if kind["type"] == "array":
        count = _range(kind, "minItems", "maxItems")
        return f"list of {_type(kind['items'])}{count and f', {count} items'}"
    bounds = _range(kind, "minimum", "maximum")
    length = _range(kind, "minLength", "maxLength")
    pattern = f"`{kind['pattern']}`" if "pattern" in kind else ""
    parts = [kind.get("format", kind["type"]), bounds, length and f"{length} characters", pattern]
    return ", ".join(part for part in parts if part)


def _range(kind: Mapping[str, Any], least: str, most: str) -> str:
    if most not in kind:
        return ""
    return f"{kind[least]:,} to {kind[most]:,}" if least in kind else f"at most {kind[most]:,}"


def _default(name: str, schema: Mapping[str, Any], required: Sequence[str]) -> str:
    if name in required:
        return "required"
    value = schema.get("default")
    return "-" if value in (None, []) else f"`{value}`"


def _meaning(schema: Mapping[str, Any]) -> str:
    examples = "".join(f" Example: `{e}`." for e in schema.get("examples", [])[:1])
    return f"{schema.get('description', '')}{examples}"
