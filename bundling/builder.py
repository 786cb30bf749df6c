"""Builds everything for one target, says what it does, and holds the result to its budgets."""

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

from bundling import files
from bundling.parts import FunctionPart, LayerPart, RuntimePart
from bundling.target import BuildError, Target
from stacks.functions import FUNCTIONS, Layer
from wpp_mcp.routes import Function

_MB: Final = 1_000_000
BUDGET_BYTES: Final = 160 * _MB
"""A function with its layers, unzipped; Lambda's own limit is 250 MB."""

AUTHORIZER_BUDGET_BYTES: Final = 40 * _MB
"""It starts before every other function does."""

Say = Callable[[str], None]
Part = LayerPart | FunctionPart | RuntimePart


def print_line(text: str) -> None:
    """Say a line at once, also where the output is a file."""
    print(text, flush=True)


@dataclass(frozen=True, slots=True)
class Built:
    """One part as it was built: its size in bytes, and what it was made from."""

    bytes: int
    files: int
    sha256: str
    inputs: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What ``manifest.json`` says."""

    arch: str
    python: str
    layers: Mapping[str, Built]
    functions: Mapping[str, Built]

    def unzipped(self, function: Function) -> int:
        """Return the bytes of a function with its layers."""
        layers = FUNCTIONS[function].layers
        return self.functions[function].bytes + sum(self.layers[name].bytes for name in layers)

    def as_json(self) -> str:
        """Return the file's text."""
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
        return json.dumps({**told, "functions": functions}, indent=1) + "\n"


def budget(function: Function) -> int:
    """Return how many bytes a function with its layers may have."""
    return AUTHORIZER_BUDGET_BYTES if function is Function.AUTHORIZER else BUDGET_BYTES


@contextmanager
def locked(target: Target) -> Iterator[Callable[[], None]]:
    """Hold a build: nobody else builds or uses it meanwhile.

    Yields
    ------
    Callable
        Lets others use it too, while nobody builds.
    """
    target.base.mkdir(parents=True, exist_ok=True)
    with (target.base / f"{target.folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lambda: fcntl.flock(lock, fcntl.LOCK_SH)


def build(target: Target, say: Say = print_line) -> Manifest:
    """Build everything anew.

    Raises
    ------
    BuildError
        Something is missing, does not belong there, or is larger than its budget.
    """
    with locked(target):
        shutil.rmtree(target.folder, ignore_errors=True)
        return _built(target, {}, say)


@contextmanager
def in_use(target: Target, say: Say = print_line) -> Iterator[Manifest]:
    """Use a build and the runtime beside it; only what its inputs say is stale is built."""
    with locked(target) as share:
        parts = _read(target)
        manifest = _built(target, parts, say)
        runtime = RuntimePart(target)
        stamp = runtime.folder.with_suffix(".inputs")
        if not stamp.is_file() or stamp.read_text() != runtime.inputs():
            stamp.unlink(missing_ok=True)
            _made(runtime, say)
            stamp.write_text(runtime.inputs())
        share()
        yield manifest


def _manifest_of(target: Target) -> Path:
    return target.folder / "manifest.json"


def _read(target: Target) -> dict[str, Built]:
    """Return what an earlier build left, by ``layers/name`` and ``functions/name``."""
    try:
        told = json.loads(_manifest_of(target).read_text())
        names = Built.__dataclass_fields__
        return {
            f"{kind}/{name}": Built(**{n: v for n, v in one.items() if n in names})
            for kind in ("layers", "functions")
            for name, one in told[kind].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _built(target: Target, earlier: Mapping[str, Built], say: Say) -> Manifest:
    wanted: list[LayerPart | FunctionPart] = [
        *(LayerPart(layer, target) for layer in Layer),
        *(FunctionPart(function, target) for function in FUNCTIONS),
    ]
    inputs = {part.folder: part.inputs() for part in wanted}
    names = {part.folder: part.folder.relative_to(target.folder).as_posix() for part in wanted}
    kept = {
        folder: earlier[name]
        for folder, name in names.items()
        if name in earlier and earlier[name].inputs == inputs[folder] and folder.is_dir()
    }
    if len(kept) < len(wanted):
        say(f"building for {target.arch}, Python {target.python}, into {target.folder}")
        _manifest_of(target).unlink(missing_ok=True)
    done: dict[str, dict[str, Built]] = {"layers": {}, "functions": {}}
    for part in wanted:
        kind, name = names[part.folder].split("/")
        done[kind][name] = kept.get(part.folder) or _made(part, say)
    manifest = Manifest(target.arch, target.python, **done)
    if len(kept) < len(wanted):
        _check(manifest, say)
        _manifest_of(target).write_text(manifest.as_json())
    return manifest


def _made(part: Part, say: Say) -> Built:
    started = monotonic()
    part.make()
    built = Built(
        bytes=files.size_of(part.folder),
        files=sum(1 for _ in files.files_below(part.folder)),
        sha256=files.digest_of(part.folder),
        inputs=part.inputs(),
    )
    kind = type(part).__name__.removesuffix("Part").lower()
    say(
        f"  {kind:8} {part.folder.name:16} {built.bytes / _MB:7.2f} MB  {built.files:5} files"
        f"  {monotonic() - started:5.1f} s  sha256 {built.sha256[:12]}"
    )
    return built


def _check(manifest: Manifest, say: Say) -> None:
    say("functions with their layers, unzipped:")
    over = []
    for function in FUNCTIONS:
        total, most = manifest.unzipped(function), budget(function)
        fits = total <= most
        over += [] if fits else [function.value]
        verdict = "" if fits else "  OVER BUDGET"
        say(f"  {function:16} {total / _MB:7.2f} of {most / _MB:.0f} MB{verdict}")
    if over:
        raise BuildError(f"larger than the budget: {', '.join(over)}")
