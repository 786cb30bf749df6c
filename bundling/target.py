"""What is built for: a processor and a version of Python, and where the result lies."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DEPLOYED_PYTHON: Final = "3.13"
_LIBC: Final = "manylinux_2_28"
"""Lambda's Python 3.13 runs on Amazon Linux 2023, glibc 2.34."""


class Arch(StrEnum):
    """The processors that Lambda has."""

    ARM64 = "arm64"
    X86_64 = "x86_64"

    @property
    def platform(self) -> str:
        """The platform whose wheels are taken, as uv names it."""
        machine = "aarch64" if self is Arch.ARM64 else self.value
        return f"{machine}-{_LIBC}"

    @classmethod
    def of_machine(cls, machine: str) -> "Arch":
        """Return the one of a machine, as `platform.machine` names it.

        Raises
        ------
        ValueError
            Lambda has no such processor.
        """
        return cls("arm64" if machine == "aarch64" else machine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One build.

    Parameters
    ----------
    python
        Major and minor version; what is deployed is built for 3.13.
    base
        The folder that holds all builds.
    """

    arch: Arch
    python: str = DEPLOYED_PYTHON
    base: Path = ROOT / "build"

    @property
    def folder(self) -> Path:
        """Where this build lies."""
        other = "" if self.python == DEPLOYED_PYTHON else f"-python{self.python}"
        return self.base / f"{self.arch}{other}"

    @property
    def layers(self) -> Path:
        """Where its layers lie."""
        return self.folder / "layers"

    @property
    def functions(self) -> Path:
        """Where its function packages lie."""
        return self.folder / "functions"


class BuildError(Exception):
    """The build cannot go on; the message says why and what to do."""
