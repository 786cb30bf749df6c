"""Builds everything for one target, and says what it does."""

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import IO

from bundling import files
from bundling.manifest import MB, Built, Manifest, Say, earlier, path_of
from bundling.parts import FunctionPart, LayerPart, RuntimePart
from bundling.target import Target
from stacks.functions import FUNCTIONS, Layer

Part = LayerPart | FunctionPart | RuntimePart


def print_line(text: str) -> None:
    """Say a line at once, also where the output is a file."""
    print(text, flush=True)


@contextmanager
def _lock(target: Target, name: str) -> Iterator[IO[str]]:
    target.base.mkdir(parents=True, exist_ok=True)
    with (target.base / f"{target.folder.name}.{name}.lock").open("w") as file:
        yield file


def build(target: Target, say: Say = print_line) -> Manifest:
    """Build everything anew, once nobody uses what is there.

    Raises
    ------
    BuildError
        Something is missing, does not belong there, or is larger than its budget.
    """
    with _lock(target, "build") as building, _lock(target, "use") as use:
        fcntl.flock(building, fcntl.LOCK_EX)
        fcntl.flock(use, fcntl.LOCK_EX)
        shutil.rmtree(target.folder, ignore_errors=True)
        return _complete(target, {}, say)


@contextmanager
def in_use(target: Target, say: Say = print_line) -> Iterator[Manifest]:
    """Use a build, and the runtime beside it; parts whose inputs have changed are built first.

    Several may use one build; nobody builds meanwhile.
    """
    with _lock(target, "use") as use:
        with _lock(target, "build") as building:
            fcntl.flock(building, fcntl.LOCK_EX)
            known = _kept(target)
            if len(known) < len(_parts(target)) or not _has_runtime(target):
                fcntl.flock(use, fcntl.LOCK_EX)
            manifest = _complete(target, known, say)
            _complete_runtime(target, say)
            fcntl.flock(use, fcntl.LOCK_SH)
        yield manifest


def _parts(target: Target) -> list[LayerPart | FunctionPart]:
    layers = [LayerPart(layer, target) for layer in Layer]
    return [*layers, *(FunctionPart(function, target) for function in FUNCTIONS)]


def _name(part: Part) -> str:
    return part.folder.relative_to(part.target.folder).as_posix()


def _kept(target: Target) -> dict[str, Built]:
    """Return the parts of an earlier build that would come out the same."""
    found = earlier(target)
    return {
        name: found[name]
        for part in _parts(target)
        if (name := _name(part)) in found
        and part.folder.is_dir()
        and found[name].inputs == part.inputs()
    }


def _complete(target: Target, kept: Mapping[str, Built], say: Say) -> Manifest:
    wanted = _parts(target)
    stale = [part for part in wanted if _name(part) not in kept]
    if stale:
        say(f"building for {target.arch}, Python {target.python}, into {target.folder}")
        path_of(target).unlink(missing_ok=True)
    built = {**kept, **{_name(part): _made(part, say) for part in stale}}
    manifest = Manifest(
        target.arch,
        target.python,
        layers={layer: built[f"layers/{layer}"] for layer in Layer},
        functions={function: built[f"functions/{function}"] for function in FUNCTIONS},
    )
    if stale:
        manifest.check(say)
        manifest.write(path_of(target))
    return manifest


def _has_runtime(target: Target) -> bool:
    runtime = RuntimePart(target)
    return runtime.stamp.is_file() and runtime.stamp.read_text() == runtime.inputs()


def _complete_runtime(target: Target, say: Say) -> None:
    if not _has_runtime(target):
        runtime = RuntimePart(target)
        runtime.stamp.unlink(missing_ok=True)
        _made(runtime, say)
        runtime.stamp.write_text(runtime.inputs())


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
        f"  {kind:8} {part.folder.name:16} {built.bytes / MB:7.2f} MB  {built.files:5} files"
        f"  {monotonic() - started:5.1f} s  sha256 {built.sha256[:12]}"
    )
    return built
