"""``manifest.json``: what was built, how large it is, and what it may be."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from bundling.target import BuildError, Target
from stacks.functions import FUNCTIONS
from wpp_mcp.functions import Function

MB: Final = 1_000_000
BUDGET_BYTES: Final = 160 * MB
"""A function with its layers, unzipped; Lambda's own limit is 250 MB."""

AUTHORIZER_BUDGET_BYTES: Final = 40 * MB
"""It starts before every other function does."""

Say = Callable[[str], None]


def budget(function: Function) -> int:
    """Return how many bytes a function with its layers may have."""
    return AUTHORIZER_BUDGET_BYTES if function is Function.AUTHORIZER else BUDGET_BYTES


@dataclass(frozen=True, slots=True)
class Built:
    """One part as it was built: its size in bytes, and what it was made from."""

    bytes: int
    files: int
    sha256: str
    inputs: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of one build, by name."""

    arch: str
    python: str
    layers: Mapping[str, Built]
    functions: Mapping[str, Built]

    def unzipped(self, function: Function) -> int:
        """Return the bytes of a function with its layers."""
        layers = FUNCTIONS[function].layers
        return self.functions[function].bytes + sum(self.layers[name].bytes for name in layers)

    def check(self, say: Say) -> None:
        """Say the size of every function, and refuse those that are too large.

        Raises
        ------
        BuildError
            Names the functions over their budget.
        """
        say("functions with their layers, unzipped:")
        over = []
        for function in FUNCTIONS:
            total, most = self.unzipped(function), budget(function)
            if total > most:
                over.append(function.value)
            verdict = "  OVER BUDGET" if total > most else ""
            say(f"  {function:16} {total / MB:7.2f} of {most / MB:.0f} MB{verdict}")
        if over:
            raise BuildError(f"larger than the budget: {', '.join(over)}")

    def write(self, path: Path) -> None:
        """Write the file."""
        functions = {
            name: {
                **asdict(built),
                "layers": list(FUNCTIONS[Function(name)].layers),
                "unzipped": self.unzipped(Function(name)),
                "budget": budget(Function(name)),
            }
            for name, built in self.functions.items()
        }
        told: dict[str, Any] = {"arch": self.arch, "python": self.python}
        told["layers"] = {name: asdict(built) for name, built in self.layers.items()}
        path.write_text(json.dumps({**told, "functions": functions}, indent=1) + "\n")


def path_of(target: Target) -> Path:
    """Return where a build's manifest lies."""
    return target.folder / "manifest.json"


def earlier(target: Target) -> dict[str, Built]:
    """Return what an earlier build left, by ``layers/name`` and ``functions/name``."""
    names = {field.name for field in fields(Built)}
    try:
        told = json.loads(path_of(target).read_text())
        return {
            f"{kind}/{name}": Built(**{n: v for n, v in one.items() if n in names})
            for kind in ("layers", "functions")
            for name, one in told[kind].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}
