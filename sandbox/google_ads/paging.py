"""Page tokens that hold only for the query that they came from."""

import base64
import binascii
import hashlib
import json
from typing import Final

from sandbox.google_ads.failures import Refusal

PAGE_SIZE: Final = 10_000


def page_token(offset: int, *bound: str) -> str:
    """Return the token of the page that starts at an offset.

    Parameters
    ----------
    bound
        What the token holds for: the account and the query.
    """
    return base64.urlsafe_b64encode(json.dumps([offset, _digest(bound)]).encode()).decode()


def page_offset(token: str, *bound: str) -> int:
    """Return where the page of a token starts; no token is the first page.

    Raises
    ------
    Refusal
        ``INVALID_PAGE_TOKEN`` for a token of another query, or no token of ours at all.
    """
    if not token:
        return 0
    try:
        offset, digest = json.loads(base64.urlsafe_b64decode(token.encode()))
        if digest == _digest(bound) and isinstance(offset, int) and offset > 0:
            return offset
    except (binascii.Error, ValueError, TypeError):
        pass
    raise Refusal(
        "request_error",
        "INVALID_PAGE_TOKEN",
        "Page token specified in user request is invalid.",
        path=("page_token",),
    )


def _digest(bound: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps(bound).encode()).hexdigest()[:32]
