"""Where the code of functions and layers comes from: the build, or a stand-in for it.

A deployment needs what ``make build`` made. A synthesis that only shows the templates, and the
tests, do without: every package is then the same empty folder.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stacks.functions import Layer
from wpp_mcp.functions import Function

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_

ARCH: Final = "arm64"
BUILD: Final = Path(__file__).resolve().parent.parent / "build" / ARCH
_STAND_IN: Final = Path(__file__).resolve().parent / "stand_in"


class NotBuiltError(RuntimeError):
    """There is no complete build; the message says how to make one."""


class Packages:
    """The packages of one build.

    Parameters
    ----------
    folder
        Of `bundling`: ``layers/NAME`` and ``functions/NAME``; none for stand-ins.

    Raises
    ------
    NotBuiltError
        Something is missing in the folder.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        if folder is None:
            return
        wanted = [folder / "manifest.json"]
        wanted += [folder / "functions" / name for name in Function]
        wanted += [folder / "layers" / name for name in Layer]
        missing = [path.name for path in wanted if not path.exists()]
        if missing:
            raise NotBuiltError(f"run make build first: {', '.join(missing)} not in {folder}")

    @classmethod
    def built(cls) -> "Packages":
        """Return those of ``make build``."""
        return cls(BUILD)

    @classmethod
    def built_or_stand_ins(cls) -> "Packages":
        """Return those of ``make build`` where it was run, else stand-ins."""
        return cls(BUILD if (BUILD / "manifest.json").exists() else None)

    @classmethod
    def stand_ins(cls) -> "Packages":
        """Return none."""
        return cls(None)

    @property
    def are_built(self) -> bool:
        """Whether there is real code in them."""
        return self._folder is not None

    @property
    def digest(self) -> str:
        """Twelve digits that stand for all that was built; none for stand-ins.

        The same input gives the same build, so a deployment that changes no code changes no
        function by it.
        """
        if self._folder is None:
            return ""
        told = json.loads((self._folder / "manifest.json").read_text())
        parts = sorted(
            f"{kind}/{name} {one['sha256']}"
            for kind in ("layers", "functions")
            for name, one in told[kind].items()
        )
        return sha256("\n".join(parts).encode()).hexdigest()[:12]

    def of_function(self, function: Function) -> "lambda_.AssetCode":
        """Return the package of a function."""
        return self._code("functions", function.value)

    def of_layer(self, layer: Layer) -> "lambda_.AssetCode":
        """Return the content of a layer."""
        return self._code("layers", layer.value)

    def _code(self, kind: str, name: str) -> "lambda_.AssetCode":
        from aws_cdk import aws_lambda as lambda_

        folder = _STAND_IN if self._folder is None else self._folder / kind / name
        return lambda_.Code.from_asset(str(folder))
