"""Confirmation tokens: 256 random bits that are handed out once and kept as a hash (product.md §6).

What a token confirms (user, account, changes, expiry) stands in the operation's record, so a token
of one operation says nothing about another.
"""

import base64
import hmac
import random
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

MOST: Final = 5
"""Hashes that an operation keeps: a repeated request is answered with a fresh token."""

_BITS: Final = 256


def issue(chance: random.Random) -> tuple[str, str]:
    """Return a fresh token and the hash to keep of it."""
    token = base64.urlsafe_b64encode(chance.getrandbits(_BITS).to_bytes(_BITS // 8)).rstrip(b"=")
    return token.decode(), hash_of(token.decode())


def hash_of(token: str) -> str:
    """Return what is kept of a token, hexadecimal."""
    return sha256(token.encode()).hexdigest()


def matches(token: str | None, hashes: Iterable[str]) -> bool:
    """Whether a token is one of those that were handed out; takes as long for every wrong one."""
    offered = hash_of(token or "")
    found = [hmac.compare_digest(offered, known) for known in hashes]
    return token is not None and any(found)


def added(hashes: Iterable[str], fresh: str) -> list[str]:
    """Return the hashes with one more; the oldest goes where there are too many."""
    return [*hashes, fresh][-MOST:]
