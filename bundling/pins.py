"""Pinned, hashed requirements: read, and taken apart by what other layers hold already."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bundling.target import BuildError

_PIN: Final = re.compile(r"([A-Za-z0-9._-]+)==([^\s;\\]+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution: its name, its version, and its lines with marker and hashes."""

    name: str
    version: str
    text: str


def read(path: Path) -> dict[str, Pin]:
    """Return what a ``requirements.txt`` of `make requirements` pins, by name.

    Raises
    ------
    BuildError
        A line pins nothing, or something is pinned without a hash.
    """
    pins = {}
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    for entry in re.split(r"\n(?=\S)", "\n".join(lines).strip()):
        found = _PIN.match(entry)
        if found is None or "--hash=sha256:" not in entry:
            raise BuildError(f"{path}: not pinned by hash: {entry.splitlines()[0]!r}")
        pins[found[1].lower()] = Pin(found[1].lower(), found[2], entry)
    return pins


def without(pins: dict[str, Pin], held: Iterable[dict[str, Pin]]) -> list[Pin]:
    """Return the pins that other layers do not hold.

    Raises
    ------
    BuildError
        Another layer holds one in another version: only one could be loaded.
    """
    others: dict[str, Pin] = {}
    for layer in held:
        others |= layer
    for name, pin in pins.items():
        if name in others and others[name].version != pin.version:
            raise BuildError(f"{name} is pinned as {pin.version} and {others[name].version}")
    return [pin for name, pin in sorted(pins.items()) if name not in others]
