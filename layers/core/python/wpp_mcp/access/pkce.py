"""Proof key for code exchange (RFC 7636), method S256, and other random texts of a sign-in."""

import base64
import hmac
import random
import re
from hashlib import sha256
from typing import Final

_RANDOM_BYTES: Final = 32
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def unguessable(chance: random.Random) -> str:
    """Return 256 random bits as base64url: a state, a code, a cookie, a verifier."""
    return _base64url(chance.randbytes(_RANDOM_BYTES))


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier."""
    return _base64url(sha256(verifier.encode()).digest())


def is_challenge(text: str) -> bool:
    """Return whether a text has the form of an S256 challenge."""
    return _CHALLENGE.fullmatch(text) is not None


def proves(verifier: str, challenge: str) -> bool:
    """Return whether a verifier is the one behind a challenge."""
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
