"""Folders as they are shipped: compiled, with nothing in them that depends on when or where."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bundling.target import BuildError

_EPOCH: Final = 315_532_800  # 1980-01-01, the first day that a ZIP file knows
_COMPILE: Final = (
    *("-I", "-S", "-m", "compileall", "-q"),
    *("--invalidation-mode", "unchecked-hash"),
)
_FOLDER_MODE: Final = 0o755
_FILE_MODE: Final = 0o644


def compile_bytecode(folder: Path, python: Path, *, mounted: str) -> None:
    """Compile every module below a folder, beside its source.

    The bytecode is not checked against the source at run time (it is written once and the disk is
    read-only), and it names files as they are found in Lambda, below ``mounted``.

    Raises
    ------
    BuildError
        A module does not compile.
    """
    workers = str(os.cpu_count() or 1)
    done = subprocess.run(
        [str(python), *_COMPILE, "-j", workers, "-s", str(folder), "-p", mounted, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"{folder} does not compile:\n{done.stdout}{done.stderr}")


def normalise(folder: Path) -> None:
    """Give every file and folder the same time and permissions."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(_FOLDER_MODE if path.is_dir() else _FILE_MODE)
        os.utime(path, (_EPOCH, _EPOCH))


def files_below(folder: Path) -> Iterator[Path]:
    """Yield every file, in one order on every machine."""
    yield from sorted(path for path in folder.rglob("*") if path.is_file())


def size_of(folder: Path) -> int:
    """Return the bytes of all files: what Lambda counts as unzipped."""
    return sum(path.stat().st_size for path in files_below(folder))


def digest_of(folder: Path, *, compiled: bool = True) -> str:
    """Return one SHA-256 over names and contents; without ``compiled`` over sources alone."""
    total = hashlib.sha256()
    for path in files_below(folder):
        if compiled or "__pycache__" not in path.parts:
            name = path.relative_to(folder).as_posix()
            total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()
