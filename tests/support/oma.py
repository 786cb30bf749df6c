"""Running the samples of docs/samples/oma/ as OMA's developers run them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sandbox.box import Sandbox
from tests.support import curl
from tests.support.api import Api
from tests.support.node import node, packages

SAMPLES: Final = Path(__file__).resolve().parents[2] / "docs/samples/oma"

VARYING: Final = {
    "operationId": r"op_[0-9]{8}_[0-9]{6}_[0-9a-f]{16}",
    "correlationId": r"[0-9a-f-]{36}",
    "timestamp": r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z",
    "executionTime": r"[0-9]{1,2}(\.[0-9]{1,3})?",
    "durationMs": r"[0-9]{1,5}",
    "mark": r"content-[0-9a-f]{16}",
    "nextPageToken": r"[A-Za-z0-9_=-]{8,}",
    "day": r"20[0-9]{2}-[0-9]{2}-[0-9]{2}",
    "daySequence": r"20[0-9]{2}-[0-9]{2}-[0-9]{2}#[0-9]{10}",
    "sequence": r"[0-9]+",
    "version": r"[0-9]+\.[0-9]+\.[0-9]+",
    "tools": r"[0-9]+",
}
"""What differs from run to run, and how it looks each time."""


def tools_on_path(folder: Path, *, real_curl: bool) -> str:
    """Fill a folder with what the shell scripts call, and return a PATH that begins with it."""
    commands = {"python3": [sys.executable]}
    if not real_curl:
        commands["curl"] = [sys.executable, str(curl.__file__)]
    for name, command in commands.items():
        quoted = " ".join(f'"{part}"' for part in command)
        (folder / name).write_text(f'#!/bin/sh\nexec {quoted} "$@"\n')
        (folder / name).chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def environment(box: Sandbox, **changes: str) -> dict[str, str]:
    """What the sandbox tells a developer to export, and what a process needs beside it."""
    with Api(box, paced=False) as api:
        told = api.control("GET", "/environment", params={"as": "practitioner"})
    # Coverage would complain that the samples use nothing of the product.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return {**kept, "no_proxy": "*", **told, **changes}


def said(command: list[str], environ: Mapping[str, str], folder: Path = SAMPLES) -> str:
    """What a command says, which has to end well and to complain of nothing."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def typescript(folder: Path) -> Path:
    """Copy the TypeScript samples to where their packages are found."""
    for file in [*SAMPLES.glob("*.ts"), *SAMPLES.glob("*.json")]:
        shutil.copy(file, folder)
    (folder / "node_modules").symlink_to(packages())
    return folder


def read_in_typescript(folder: Path, environ: Mapping[str, str]) -> Any:
    """Run the reading sample in a folder that `typescript` filled."""
    return node(folder / "read.ts", env=dict(environ), timeout=60)


def shown(name: str) -> list[Any]:
    """The answer that the page shows, as `parts_of` reads it."""
    (file,) = (SAMPLES / "answers").glob(f"{name}.*")
    return parts_of(file.read_text(encoding="utf-8"))


def parts_of(text: str) -> list[Any]:
    """The lines and the JSON documents of an output, each with what varies replaced by a name."""
    found: list[Any] = []
    decoder = json.JSONDecoder()
    text = text.lstrip()
    while text:
        if text[0] == "{":
            value, end = decoder.raw_decode(text)
            found.append(_steadied(value))
            text = text[end:].lstrip()
        else:
            line, _, text = text.partition("\n")
            found.append(line)
            text = text.lstrip()
    return found


def _steadied(value: Any) -> Any:
    if isinstance(value, list):
        return [_steadied(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: _steady(name, item) for name, item in value.items()}


def _steady(name: str, value: Any) -> Any:
    pattern = VARYING.get(name)
    if pattern and isinstance(value, str | int | float) and re.fullmatch(pattern, str(value)):
        return f"<{name}>"
    return _steadied(value)
