"""Accounts named anywhere in a call's parameters, whether a tool has such a parameter or not.

The tool's declared account is checked by the gateway. This finds the others: an account id in a
parameter the tool does not have, in an item of a list, in a nested field, in a resource name
inside some text (threats.md B2). All of them must be granted, or nothing happens.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from wpp_mcp.errors import WppError
from wpp_mcp.models.accounts import AccountRef, Api, normalise

_NAMES: Final[Mapping[Api, re.Pattern[str]]] = {
    Api.GOOGLE_ADS: re.compile(r"(?:login|linked|client|manager)?customers?(?:id|ids)?"),
    Api.ANALYTICS: re.compile(r"(?:analytics|ga4?)?propert(?:y|ies)(?:id|ids)?"),
    Api.SEARCH_CONSOLE: re.compile(r"sites?(?:urls?)?"),
}
"""Names of members whose values are accounts, in lower case and without separators."""

_RESOURCES: Final[Mapping[Api, re.Pattern[str]]] = {
    Api.GOOGLE_ADS: re.compile(r"customers\s*/\s*([0-9-]{1,20})", re.IGNORECASE | re.ASCII),
    Api.ANALYTICS: re.compile(
        r"(?<![\w/])properties\s*/\s*([0-9]{1,20})", re.IGNORECASE | re.ASCII
    ),
    Api.SEARCH_CONSOLE: re.compile(r"(sc-domain:[a-z0-9.-]{1,253})", re.ASCII),
}
"""How accounts are named inside texts. The path of a page, ``/properties/12``, names none."""


def mentioned(value: Any, name: str = "") -> Iterator[AccountRef]:
    """Yield each account that a JSON value names, by member name or resource name."""
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from mentioned(inner, str(member))
    elif isinstance(value, list):
        for inner in value:
            yield from mentioned(inner, name)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield from _in_text(str(value), name)


def _in_text(text: str, name: str) -> Iterator[AccountRef]:
    plain = name.replace("_", "").replace("-", "").lower()
    for api in Api:
        if _NAMES[api].fullmatch(plain):
            yield from _reference(api, text)
        for spelling in {text, unquote(text)}:
            for match in _RESOURCES[api].finditer(spelling):
                yield from _reference(api, match.group(1))


def _reference(api: Api, text: str) -> Iterator[AccountRef]:
    try:
        yield normalise(api, text)
    except WppError:
        return  # not an account; the schema or Google says what is wrong with it
