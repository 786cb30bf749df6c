"""The parts of a build, each made from its own inputs: layers, function packages, the runtime."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bundling import files, pins, pruning, scan, usage
from bundling.interpreters import interpreter
from bundling.target import ROOT, BuildError, Target
from stacks.functions import STANDS_ON, Layer
from wpp_mcp.functions import Function

_RUNTIME: Final = ROOT / "bundling/runtime/requirements.txt"
_INSTALL: Final = (
    *("-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
    *("--only-binary", ":all:"),
    # Copies: a link would pass our times and permissions on to uv's cache.
    *("--link-mode", "copy"),
)
_LAYER_MOUNT: Final = "/opt"
_FUNCTION_MOUNT: Final = "/var/task"


@cache
def _rules() -> str:
    """What the build itself is: another build may make something else of the same sources."""
    return files.digest_of(ROOT / "bundling", compiled=False) + version("uv")


def _fingerprint(target: Target, *inputs: str) -> str:
    whole = "\n".join([target.arch, target.python, _rules(), *inputs])
    return hashlib.sha256(whole.encode()).hexdigest()


def _install(chosen: Sequence[pins.Pin], folder: Path, target: Target) -> None:
    folder.mkdir(parents=True)
    python = ("--python", sys.executable, "--python-version", target.python)
    place = ("--target", str(folder), "--python-platform", target.arch.platform)
    done = subprocess.run(
        [sys.executable, *_INSTALL, *python, *place, "--requirements", "-"],
        input="\n".join(pin.text for pin in chosen),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildError(f"uv cannot install {folder.parent.name}:\n{done.stderr}")


def _refuse_traces(folder: Path, *, ours: bool) -> None:
    found = list(scan.traces(folder, ours=ours))
    if found:
        raise BuildError("not for a deployed function:\n" + "\n".join(found))


@dataclass(frozen=True, slots=True)
class LayerPart:
    """One layer: third-party packages, and the product in the core layer."""

    layer: Layer
    target: Target

    @property
    def folder(self) -> Path:
        """Where it lies; ``python/`` is in it."""
        return self.target.layers / self.layer

    @property
    def pins(self) -> list[pins.Pin]:
        """What it installs: its requirements without those of the layers that it stands on."""
        own, *held = (
            pins.read(ROOT / "layers" / layer / "requirements.txt")
            for layer in (self.layer, *STANDS_ON[self.layer])
        )
        return pins.without(own, held)

    def inputs(self) -> str:
        """Return the same text as long as the same layer comes out."""
        texts = [pin.text for pin in self.pins]
        if self.layer is Layer.CORE:
            texts.append(files.digest_of(usage.PRODUCT, compiled=False))
        return _fingerprint(self.target, usage.of_product().fingerprint(), *texts)

    def make(self) -> None:
        """Make the layer anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        packages = self.folder / "python"
        _install(self.pins, packages, self.target)
        used = usage.of_product()
        pruning.prune(packages, used)
        pruning.check_in_use(packages, used, self.layer)
        if self.layer is Layer.CORE:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(usage.PRODUCT, packages / "wpp_mcp", ignore=ignored)
        _refuse_traces(packages, ours=False)
        files.compile_bytecode(self.folder, interpreter(self.target.python), mounted=_LAYER_MOUNT)
        files.normalise(self.folder)


@dataclass(frozen=True, slots=True)
class FunctionPart:
    """One function's own package: its handler and nothing of the domain."""

    function: Function
    target: Target

    @property
    def folder(self) -> Path:
        """Where it lies; ``handler.py`` is in it."""
        return self.target.functions / self.function

    @property
    def source(self) -> Path:
        """The folder that it is made from."""
        return ROOT / "lambdas" / self.function

    def inputs(self) -> str:
        """Return the same text as long as the same package comes out."""
        return _fingerprint(self.target, files.digest_of(self.source, compiled=False))

    def make(self) -> None:
        """Make the package anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.source, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        _refuse_traces(self.folder, ours=True)
        files.compile_bytecode(
            self.folder, interpreter(self.target.python), mounted=_FUNCTION_MOUNT
        )
        files.normalise(self.folder)


@dataclass(frozen=True, slots=True)
class RuntimePart:
    """What the Lambda runtime has by itself, for starting functions on this machine."""

    target: Target

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.target.folder / "runtime"

    @property
    def stamp(self) -> Path:
        """The file that says what it was made from: a manifest is of what is deployed."""
        return self.target.folder / "runtime.inputs"

    def inputs(self) -> str:
        """Return the same text as long as the same comes out."""
        return _fingerprint(self.target, _RUNTIME.read_text())

    def make(self) -> None:
        """Install it anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        _install(list(pins.read(_RUNTIME).values()), self.folder, self.target)
        files.compile_bytecode(self.folder, interpreter(self.target.python), mounted="/var/runtime")
