"""Accounts named anywhere in a call's parameters, whether a tool has such a parameter or not.

The tool's declared account is checked by the gateway. This finds the others: a customer id in a
parameter the tool does not have, in an item of a list, in a nested field, in a resource name
inside some text (threats.md B2). All of them must be granted, or nothing happens.
"""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

from wpp_mcp.errors import WppError
from wpp_mcp.models.accounts import AccountRef, Api, normalise

_NAMES: Final = re.compile(r"(?:login|linked|client|manager)?customers?(?:id|ids)?")
_RESOURCE: Final = re.compile(r"customers\s*/\s*([0-9-]{1,20})", re.IGNORECASE | re.ASCII)


def mentioned(value: Any, name: str = "") -> Iterator[AccountRef]:
    """Yield each Google Ads account that a JSON value names, by member name or resource name."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from mentioned(inner, str(member))
    elif isinstance(value, list):
        for inner in value:
            yield from mentioned(inner, name)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield from _in_text(str(value), name)


def _in_text(text: str, name: str) -> Iterator[AccountRef]:
    if _NAMES.fullmatch(name.replace("_", "").replace("-", "").lower()):
        yield from _reference(text)
    for spelling in {text, unquote(text)}:
        for match in _RESOURCE.finditer(spelling):
            yield from _reference(match.group(1))


def _reference(text: str) -> Iterator[AccountRef]:
    try:
        yield normalise(Api.GOOGLE_ADS, text)
    except WppError:
        return  # not an account; the schema or Google says what is wrong with it
