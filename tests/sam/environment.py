"""AWS SAM in an environment of its own, pinned by hash: it pins other versions than the product."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "build" / "sam"
_HERE: Final = Path(__file__).resolve().parent
_PINS: Final = _HERE / "requirements.txt"
_UV: Final = Path(sys.executable).with_name("uv")
_OFFLINE: Final = {
    # Asked for, and never used: a validation calls nothing.
    "AWS_ACCESS_KEY_ID": "placeholder",
    "AWS_SECRET_ACCESS_KEY": "placeholder",
    "AWS_DEFAULT_REGION": "us-east-1",
    "SAM_CLI_TELEMETRY": "0",
}


def python() -> Path:
    """Return the interpreter that has SAM; installs it where the pins are newer."""
    stamp, wanted = FOLDER / ".installed", sha256(_PINS.read_bytes()).hexdigest()
    FOLDER.parent.mkdir(exist_ok=True)
    with _PINS.open() as guarded:
        # Tests of several processes may come here at once.
        fcntl.flock(guarded, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            _done(_UV, "venv", "--quiet", "--clear", "--python", sys.executable, FOLDER)
            into = ("--python", FOLDER / "bin" / "python")
            _done(_UV, "pip", "sync", "--quiet", "--require-hashes", *into, _PINS)
            stamp.write_text(wanted)
    return FOLDER / "bin" / "python"


def validated(templates: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """Return, for each template, its error or none, and the functions that SAM finds in it."""
    paths = sorted(templates)
    environ = {name: v for name, v in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [python(), _HERE / "validate.py", *paths],
        env={**environ, "PYTHONPATH": "", **_OFFLINE},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found = json.loads(done.stdout)
    return {path: found[str(path)] for path in paths}


def _done(*command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=600)
