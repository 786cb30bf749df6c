"""Refuses what was built when anything of the sandbox or of the tests is in it (threat H11)."""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from bundling.files import files_below
from bundling.target import ROOT

_NOT_SHIPPED: Final = ("sandbox", "tests", "bundling", "stacks", "bench")
_TOOLS: Final = ("awslambdaric", "boto3", "botocore", "conftest", "hypothesis", "moto", "pytest")
_FOREIGN: Final = frozenset({*_NOT_SHIPPED, *_TOOLS, "_pytest"})
_OURS: Final = re.compile(rb"sandbox|emulat|\bmoto\b|\bpytest\b", re.IGNORECASE)
"""In the product's own files: not even the word."""

_ANYWHERE: Final = re.compile(
    rb"/_sandbox\b|sandbox-secret-|(?:from|import) (?:sandbox|tests|bundling|stacks)[. ]\w"
)
_LEAST: Final = 64
"""Smaller files (an empty ``__init__.py``) are alike by chance."""


@cache
def _left_at_home() -> frozenset[str]:
    files = (path for name in _NOT_SHIPPED for path in files_below(ROOT / name))
    contents = (path.read_bytes() for path in files if "__pycache__" not in path.parts)
    return frozenset(hashlib.sha256(c).hexdigest() for c in contents if len(c) > _LEAST)


def traces(folder: Path, *, ours: bool) -> Iterator[str]:
    """Yield a line for each file that must not be shipped.

    Parameters
    ----------
    folder
        What is on the path in Lambda: a layer's ``python/``, or a function's package.
    ours
        All files are the product's; otherwise those of ``wpp_mcp`` are.
    """
    for path in files_below(folder):
        parts = path.relative_to(folder).parts
        name = "/".join(parts)
        content = path.read_bytes()
        if parts[0].partition(".")[0] in _FOREIGN:
            yield f"{name}: does not belong into a function"
        elif hashlib.sha256(content).hexdigest() in _left_at_home():
            yield f"{name}: the same as a file that stays at home"
        else:
            pattern = _OURS if ours or parts[0] == "wpp_mcp" else _ANYWHERE
            if found := pattern.search(content):
                yield f"{name}: {found[0].decode(errors='replace')!r}"
