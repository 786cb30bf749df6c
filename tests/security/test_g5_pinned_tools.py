"""G5: what a model is told about the tools changes only on purpose.

A description is an instruction to every model that reads it. After a change that is meant, pin
anew: ``python -m tests.security.test_g5_pinned_tools`` and look at the difference.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Final

from wpp_mcp.gateway.endpoints import annotations
from wpp_mcp.gateway.mcp import _INSTRUCTIONS
from wpp_mcp.models import strict_json
from wpp_mcp.tools.registry import Tool, catalogue
from wpp_mcp.tools.schemas import input_schema, output_schema

PINS: Final = Path(__file__).with_name("pinned_tools.json")
ANEW: Final = (
    "What models are told has changed. If that is meant, read the new texts as an instruction to"
    " every model that uses this server, then pin them anew:"
    " PYTHONPATH=layers/core/python:. python -m tests.security.test_g5_pinned_tools"
)


def pin(tool: Tool) -> str:
    """The digest of all that a client is told about a tool."""
    told = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "annotations": annotations(tool),
        "input": input_schema(tool),
        "output": output_schema(tool),
    }
    return sha256(strict_json.canonical(told)).hexdigest()


def now() -> dict[str, str]:
    """The digests as they are."""
    pins = {name: pin(tool) for name, tool in catalogue().items()}
    return {"server instructions": sha256(_INSTRUCTIONS.encode()).hexdigest(), **pins}


def test_what_models_are_told_is_what_was_pinned() -> None:
    pinned = json.loads(PINS.read_text())
    changed = sorted(n for n in {*pinned, *now()} if pinned.get(n) != now().get(n))

    assert not changed, f"{', '.join(changed)}: {ANEW}"


def test_what_models_are_told_is_plain_text() -> None:
    for tool in catalogue().values():
        told = json.dumps([tool.title, tool.description, input_schema(tool), output_schema(tool)])
        assert told.isascii(), tool.name
        assert "\\u" not in told, tool.name
        assert len(tool.description) < 800, tool.name


def test_a_changed_description_changes_the_pin() -> None:
    from dataclasses import replace

    for tool in catalogue().values():
        assert pin(replace(tool, description=tool.description + " ")) != pin(tool)
        assert pin(replace(tool, title=tool.title + "!")) != pin(tool)


if __name__ == "__main__":
    PINS.write_text(json.dumps(now(), indent=2, sort_keys=True) + "\n")
