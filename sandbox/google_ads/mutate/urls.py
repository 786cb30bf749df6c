"""Addresses to which ads and keywords lead."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from sandbox.google_ads.mutate.place import Place

_LONGEST: Final = 2_048
_MOST: Final = 10
_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*", re.IGNORECASE)
_TOP: Final = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}", re.IGNORECASE)
_BAD: Final = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")


def check_final_urls(urls: Sequence[str], place: Place, *fields: str) -> None:
    """Refuse addresses that no ad can lead to.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if len(urls) > _MOST:
        raise place.refusal("collection_size_error.TOO_MANY", "Too many.", *fields, "final_urls")
    for index, url in enumerate(urls):
        code = _wrong(url)
        if code:
            raise place.refusal(
                f"url_field_error.{code}",
                f"The final URL is not valid: '{url[:200]}'.",
                *fields,
                ("final_urls", index),
            )


def _wrong(url: str) -> str:
    """Return Google's code for what is wrong with an address, empty for nothing."""
    if _BAD.search(url) or len(url) > _LONGEST:
        return "MALFORMED_FINAL_URL"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "MALFORMED_FINAL_URL"
    if "://" not in url:
        return "MISSING_PROTOCOL_IN_FINAL_URL"
    if parts.scheme not in {"http", "https"}:
        return "INVALID_PROTOCOL_IN_FINAL_URL"
    if not host:
        return "MISSING_HOST_IN_FINAL_URL"
    if parts.username is not None or not _HOST.fullmatch(host):
        return "MALFORMED_FINAL_URL"
    first, _, top = host.rpartition(".")
    return "" if first and _TOP.fullmatch(top) else "INVALID_TLD_IN_FINAL_URL"
