"""The chain of a person's day: each entry's HMAC covers itself and the one before.

Pure functions. Whoever can write to the table but does not hold the key cannot change, drop,
add or reorder an entry without `broken_at` seeing it (threats.md I2).
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from wpp_mcp.models import strict_json

MAC: Final = "mac"


@dataclass(frozen=True, slots=True)
class ChainKey:
    """The key of the HMACs, and a name for it that tells nothing about it."""

    secret: bytes

    @property
    def key_id(self) -> str:
        """Eight hexadecimal digits that recognise the key after a rotation."""
        return hmac.digest(self.secret, b"wpp-mcp/audit/key-id", sha256).hex()[:8]

    def sign(self, value: Mapping[str, Any]) -> str:
        """Return the hexadecimal HMAC-SHA256 over the canonical form of a value."""
        return hmac.digest(self.secret, strict_json.canonical(value), sha256).hex()

    def __repr__(self) -> str:
        return f"ChainKey({self.key_id})"


@dataclass(frozen=True, slots=True)
class Link:
    """The end of a chain so far: the last entry's number and HMAC."""

    sequence: int
    mac: str


def genesis(user_id: str, day: str) -> Link:
    """Return where a person's day begins. No secret in it: the first entry's HMAC covers it."""
    return Link(0, sha256(f"wpp-mcp/audit/{user_id}/{day}".encode()).hexdigest())


def sort_key(day: str, sequence: int) -> str:
    """Return ``day#sequence``, which sorts as the sequence counts."""
    return f"{day}#{sequence:010d}"


def linked(
    key: ChainKey, previous: Link, user_id: str, day: str, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the stored entry that follows ``previous``, its HMAC included."""
    sequence = previous.sequence + 1
    entry = {
        **attributes,
        "userId": user_id,
        "day": day,
        "daySequence": sort_key(day, sequence),
        "sequence": sequence,
        "keyId": key.key_id,
    }
    return entry | {MAC: key.sign({"previous": previous.mac, "entry": entry})}


@dataclass(frozen=True, slots=True)
class Break:
    """A place where what is stored is not what was written.

    Parameters
    ----------
    sequence
        The entry's number, or ``None`` where the whole day is concerned.
    problem
        What is wrong, in words.
    """

    user_id: str
    day: str
    sequence: int | None
    problem: str


def follow(
    keys: Mapping[str, ChainKey], user_id: str, day: str, entries: Iterable[Mapping[str, Any]]
) -> tuple[Link, Break | None]:
    """Walk a day's entries in stored order; stop at the first that does not follow.

    Parameters
    ----------
    keys
        The chain keys that may have been used, by key id.

    Returns
    -------
    tuple
        The last good link, and what broke after it, if anything did.
    """
    link = genesis(user_id, day)
    for entry in entries:
        expected = link.sequence + 1
        problem = _problem(keys, link, user_id, day, entry)
        if problem:
            return link, Break(user_id, day, expected, problem)
        link = Link(expected, str(entry[MAC]))
    return link, None


def _problem(
    keys: Mapping[str, ChainKey], link: Link, user_id: str, day: str, entry: Mapping[str, Any]
) -> str | None:
    expected = link.sequence + 1
    place = (entry.get("userId"), entry.get("day"), entry.get("daySequence"))
    if entry.get("sequence") != expected:
        return f"entry {expected} is missing; {entry.get('sequence')} stands in its place"
    if place != (user_id, day, sort_key(day, expected)):
        return "the entry belongs elsewhere"
    key = keys.get(str(entry.get("keyId")))
    if key is None:
        return "the entry names a key that is not known"
    body = {name: value for name, value in entry.items() if name != MAC}
    try:
        mac = key.sign({"previous": link.mac, "entry": body})
    except (TypeError, ValueError):
        return "the entry holds what was never written"
    if not hmac.compare_digest(mac.encode(), str(entry.get(MAC)).encode()):
        return "the entry or one before it was changed"
    return None
