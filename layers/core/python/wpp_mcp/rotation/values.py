"""The values of a secret from one rotation to the next.

A value lives through three rotations: known as the next one, then current, then the previous one.
Only the current one is used, and every function knew it for a whole period before; nothing that
was made or is still sent with the one before is refused. So functions may read a secret at
different times (they cache it), and the edge may take minutes to change what it sends.
"""

import base64
import random
from typing import Final

from wpp_mcp.secret_store import Rotating

FRESH_BYTES: Final = 32
"""256 bits: the length of the keys that are derived from it."""


def fresh(chance: random.Random) -> str:
    """Return a new value: 256 random bits in base64url, which a header can carry."""
    return base64.urlsafe_b64encode(chance.randbytes(FRESH_BYTES)).rstrip(b"=").decode()


def rotated(known: Rotating, new: str) -> Rotating:
    """Return the values after one rotation.

    The first one only makes a next value known: there is none yet that could become current.
    """
    if known.following is None:
        return Rotating(known.current, known.previous, new)
    return Rotating(known.following, known.current, new)


def follows(pending: Rotating, known: Rotating) -> bool:
    """Whether values are what a rotation makes of the known ones.

    Values that were changed by hand while a rotation was under way are not followed. The same
    values are followed: Secrets Manager tests a schedule that way, with a copy.
    """
    if pending == known:
        return True
    new = pending.following
    return new is not None and new not in set(known) and pending == rotated(known, new)
