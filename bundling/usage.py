"""What of Google's libraries the product uses, found in its code: the rest is left out."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bundling.target import ROOT, BuildError
from wpp_mcp.google.ads.errors import API_VERSION

PRODUCT: Final = ROOT / "layers/core/python/wpp_mcp"
_DISCOVERY: Final = "googleapiclient.discovery"
_ANALYTICS: Final = "google.analytics."


@dataclass(frozen=True, slots=True)
class Usage:
    """The parts in use.

    Parameters
    ----------
    ads_version
        The version of the Google Ads API.
    analytics
        The packages below ``google.analytics``.
    documents
        File names of Google's discovery documents.
    """

    ads_version: str
    analytics: frozenset[str]
    documents: frozenset[str]

    def fingerprint(self) -> str:
        """Return the same text for the same usage."""
        return " ".join([self.ads_version, *sorted(self.analytics), *sorted(self.documents)])


@cache
def of_product(product: Path = PRODUCT) -> Usage:
    """Return what the product's modules use.

    Raises
    ------
    BuildError
        A module asks for an API by a name that is not in the code, so that the document which it
        needs cannot be told.
    """
    analytics: set[str] = set()
    documents: set[str] = set()
    for path in sorted(product.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        imported = list(_imports(tree))
        analytics |= {
            module.removeprefix(_ANALYTICS).partition(".")[0]
            for module, _ in imported
            if module.startswith(_ANALYTICS)
        }
        if (_DISCOVERY, "build") in imported:
            documents |= set(_documents(tree, path))
        elif {(_DISCOVERY, ""), tuple(_DISCOVERY.split("."))} & set(imported):
            raise BuildError(f"{path}: import build from {_DISCOVERY}, so that its use is seen")
    return Usage(API_VERSION, frozenset(analytics), frozenset(documents))


def _imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def _documents(tree: ast.AST, path: Path) -> Iterator[str]:
    for node in ast.walk(_scope_of_build(tree)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "build"
        ):
            texts = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
            named = [text for text in texts if isinstance(text, str)]
            if len(named) != len(("service", "version")):
                raise BuildError(f"{path}:{node.lineno}: name service and version as literals")
            yield f"{named[0]}.{named[1]}.json"


def _scope_of_build(tree: ast.AST) -> ast.AST:
    """Return the function that imports ``build`` for itself, or the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (_DISCOVERY, "build") in _imports(node):
            return node
    return tree
