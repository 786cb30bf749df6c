"""Values that travel through other hands and that only this server can read or make.

AES-256-GCM with a key by HKDF-SHA256 from the session key, one per purpose, so that a value made
for one thing opens as nothing else. The text is base64url(key id ‖ nonce ‖ ciphertext and tag).
The key rotates: values sealed with the previous one open until it is gone.
"""

import base64
import binascii
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wpp_mcp.models import strict_json
from wpp_mcp.models.time import Clock
from wpp_mcp.secret_store import Rotating

MAX_CHARACTERS: Final = 8_000
_KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class Purpose(StrEnum):
    """What a value is for."""

    CONSENT = "consent"
    POOL_CODE = "pool-code"
    REFRESH_TOKEN = "refresh-token"  # noqa: S105 - a name


class Opaque:
    """Seals and opens values.

    Parameters
    ----------
    keys
        Returns the session key's current and previous value.
    """

    def __init__(
        self, keys: Callable[[], Rotating], *, clock: Clock, chance: random.Random
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._chance = chance

    def seal(self, purpose: Purpose, content: Mapping[str, Any], until: datetime) -> str:
        """Return the value for a content that ends."""
        key_id, cipher = _derived(self._keys().current, purpose)
        nonce = self._chance.randbytes(_NONCE_BYTES)
        plain = strict_json.dumps({"until": int(until.timestamp()), "content": dict(content)})
        sealed = cipher.encrypt(nonce, plain.encode(), key_id)
        return base64.urlsafe_b64encode(key_id + nonce + sealed).rstrip(b"=").decode()

    def open(self, purpose: Purpose, value: str) -> dict[str, Any] | None:
        """Return the content, or ``None`` for whatever we did not seal or what has ended."""
        raw = _bytes(value)
        if raw is None or len(raw) <= _KEY_ID_BYTES + _NONCE_BYTES + _TAG_BYTES:
            return None
        key_id, rest = raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:]
        for secret in self._keys():
            known, cipher = _derived(secret, purpose)
            if known == key_id:
                return self._opened(cipher, rest, key_id)
        return None

    def _opened(self, cipher: AESGCM, rest: bytes, key_id: bytes) -> dict[str, Any] | None:
        try:
            plain = cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], key_id)
        except InvalidTag:
            return None
        value = strict_json.loads(plain)
        if value["until"] <= self._clock().timestamp():
            return None
        content: dict[str, Any] = value["content"]
        return content


def _derived(secret: str, purpose: Purpose) -> tuple[bytes, AESGCM]:
    info = f"wpp-mcp/opaque/{purpose.value}".encode()
    kdf = HKDF(algorithm=SHA256(), length=_KEY_ID_BYTES + 32, salt=None, info=info)
    made = kdf.derive(secret.encode())
    return made[:_KEY_ID_BYTES], AESGCM(made[_KEY_ID_BYTES:])


def _bytes(value: str) -> bytes | None:
    if len(value) > MAX_CHARACTERS:
        return None
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
