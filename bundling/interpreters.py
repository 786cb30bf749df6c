"""Finds a Python of the version that is built for: bytecode is that of one version."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bundling.target import BuildError

_ASK: Final = "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"


@cache
def interpreter(version: str) -> Path:
    """Return an interpreter of this version, for example ``3.13``.

    A name on PATH may be a shim that refuses to run: each is tried.

    Raises
    ------
    BuildError
        There is none.
    """
    for command, environ in _candidates(version):
        found = _executable(command, environ)
        if found is not None and found[0] == version:
            return found[1]
    raise BuildError(
        f"Python {version} is needed to compile bytecode for it, and none was found: "
        f"python{version} on PATH, or pyenv with a {version}"
    )


def _candidates(version: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield sys.executable, {}
    yield f"python{version}", {}
    pyenv = shutil.which("pyenv")
    if pyenv is not None:
        listed = subprocess.run(
            [pyenv, "versions", "--bare"], capture_output=True, text=True, check=False
        )
        for name in reversed(listed.stdout.split()):
            if name.startswith(f"{version}."):
                yield f"python{version}", {"PYENV_VERSION": name}
    installed = Path("/opt/hostedtoolcache/Python")  # GitHub's runners, off PATH
    for path in sorted(installed.glob(f"{version}.*/*/bin/python{version}")):
        yield str(path), {}


def _executable(command: str, environ: Mapping[str, str]) -> tuple[str, Path] | None:
    try:
        asked = subprocess.run(
            [command, "-I", "-c", _ASK],
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    version, _, path = asked.stdout.strip().partition(" ")
    return version, Path(path)
