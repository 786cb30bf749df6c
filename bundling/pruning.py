"""What of an installed distribution a function never reads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bundling.target import BuildError
from bundling.usage import Usage

_FOLDERS: Final = frozenset({"tests", "__pycache__"})
_SUFFIXES: Final = frozenset(
    {".pyi", ".h", ".c", ".cc", ".cpp", ".pyx", ".pxd", ".proto", ".pth", ".lock"}
)
_NAMES: Final = frozenset({"py.typed", ".lock"})
METADATA: Final = frozenset({"METADATA", "entry_points.txt"})
"""Of a ``dist-info``, what `importlib.metadata` reads for versions and entry points."""

_DOCUMENTS: Final = ("googleapiclient", "discovery_cache", "documents")
_ADS: Final = ("google", "ads", "googleads")
_ANALYTICS: Final = ("google", "analytics")


def is_surplus(parts: Sequence[str], usage: Usage) -> bool:
    """Say whether a file of a layer is left out; ``parts`` of its path below ``python/``."""
    *folders, name = parts
    if _FOLDERS.intersection(folders) or name in _NAMES or Path(name).suffix in _SUFFIXES:
        return True
    if folders and folders[0].endswith(".dist-info"):
        return len(parts) > len(("dist-info", "file")) or name not in METADATA
    return parts[0] == "bin" or _is_unused(tuple(parts), usage)


def _is_unused(parts: tuple[str, ...], usage: Usage) -> bool:
    if _below(parts, _DOCUMENTS):
        return parts[-1] not in usage.documents
    if _below(parts, _ADS) and len(parts) > len(_ADS) + 1:
        version = parts[len(_ADS)]
        return version[:1] == "v" and version[1:].isdigit() and version != usage.ads_version
    if _below(parts, _ANALYTICS):
        return parts[len(_ANALYTICS)] not in usage.analytics
    return False


def _below(parts: tuple[str, ...], folder: tuple[str, ...]) -> bool:
    return len(parts) > len(folder) and parts[: len(folder)] == folder


def prune(folder: Path, usage: Usage) -> int:
    """Remove what is surplus below a layer's ``python/``; return how many bytes that were."""
    freed = 0
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_symlink():
            raise BuildError(f"a symbolic link would not survive: {path}")
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif is_surplus(path.relative_to(folder).parts, usage):
            freed += path.stat().st_size
            path.unlink()
    return freed


def check_in_use(folder: Path, usage: Usage, layer: str) -> None:
    """Refuse a layer that lacks what the product uses of it.

    Raises
    ------
    BuildError
        The distribution has no such version or document: the pin and the code do not agree.
    """
    needed = {
        "google_ads": [("/".join((*_ADS, usage.ads_version)))],
        "google_analytics": ["/".join((*_ANALYTICS, name)) for name in usage.analytics],
        "search_console": ["/".join((*_DOCUMENTS, name)) for name in usage.documents],
    }
    missing = [name for name in needed.get(layer, []) if not (folder / name).exists()]
    if missing:
        raise BuildError(f"layer {layer}: the product uses {', '.join(missing)}")
