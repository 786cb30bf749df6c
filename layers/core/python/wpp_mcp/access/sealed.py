"""Sealed lists of approved accounts: made by OMA, opened here (product.md §4).

``data`` = base64url(version ‖ key id ‖ nonce ‖ AES-256-GCM), ``signature`` = base64url
HMAC-SHA256 over the ASCII of ``data``. The signature is checked before anything is decrypted,
and no more is inflated than a list may hold. A list only narrows the grants.
"""

import base64
import binascii
import hmac
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.accounts import API_NAMES, AccountRef, api_named, normalise
from wpp_mcp.models.time import parse_iso

VERSION: Final = b"\x01"
LONGEST_LIFE: Final = timedelta(minutes=5)
SKEW: Final = timedelta(seconds=60)
MAX_INFLATED: Final = 256 * 1024
_KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_MAX_DATA: Final = 512 * 1024
_INFO: Final = b"wpp-mcp/approved-accounts/"


@dataclass(frozen=True, slots=True)
class SealingKeys:
    """The keys that one shared secret yields, by HKDF-SHA256 with an empty salt."""

    key_id: bytes
    encryption: bytes = field(repr=False)
    mac: bytes = field(repr=False)

    @classmethod
    def derive(cls, secret: str) -> "SealingKeys":
        """Derive encryption key, MAC key and the eight-byte key id from a shared secret."""
        return cls(
            key_id=_derived(secret, b"kid", _KEY_ID_BYTES),
            encryption=_derived(secret, b"enc", 32),
            mac=_derived(secret, b"mac", 32),
        )


def _derived(secret: str, purpose: bytes, length: int) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=length, salt=None, info=_INFO + purpose)
    return kdf.derive(secret.encode())


@dataclass(frozen=True, slots=True)
class SealedAccounts:
    """An opened list: whose it is and which accounts it leaves."""

    user_id: str
    accounts: frozenset[AccountRef]


def seal(keys: SealingKeys, document: Mapping[str, Any], nonce: bytes) -> dict[str, str]:
    """Return ``{data, signature}`` for a document, as OMA makes it.

    Parameters
    ----------
    nonce
        Twelve random bytes, never used before with these keys.
    """
    head = VERSION + keys.key_id
    plain = zlib.compress(strict_json.dumps(document).encode())
    sealed = head + nonce + AESGCM(keys.encryption).encrypt(nonce, plain, head)
    data = _encode(sealed)
    signature = hmac.digest(keys.mac, data.encode("ascii"), sha256)
    return {"data": data, "signature": _encode(signature)}


def open_sealed(
    secrets: Iterable[str], sealed: Any, *, user_id: str, now: datetime
) -> SealedAccounts:
    """Open a list and check whose it is and when.

    Parameters
    ----------
    secrets
        The shared secret's current and previous value.
    sealed
        ``{"data": …, "signature": …}`` as it came.

    Raises
    ------
    WppError
        ``APPROVED_ACCOUNTS_INVALID``, one text for every reason; the reason is for the log.
    """
    data, signature = _members(sealed)
    raw = _decode(data)
    shortest = 1 + _KEY_ID_BYTES + _NONCE_BYTES + _TAG_BYTES
    if len(raw) < shortest or raw[:1] != VERSION:
        raise _invalid("version or length")
    head = raw[: 1 + _KEY_ID_BYTES]
    keys = _keys_for(secrets, head[1:])
    expected = hmac.digest(keys.mac, data.encode("ascii"), sha256)
    if not hmac.compare_digest(expected, _decode(signature)):
        raise _invalid("signature")
    nonce = raw[len(head) : len(head) + _NONCE_BYTES]
    try:
        plain = AESGCM(keys.encryption).decrypt(nonce, raw[len(head) + _NONCE_BYTES :], head)
    except InvalidTag as error:
        raise _invalid("ciphertext") from error
    return _checked(_inflated(plain), user_id, now)


def _members(sealed: Any) -> tuple[str, str]:
    if not isinstance(sealed, Mapping) or set(sealed) != {"data", "signature"}:
        raise _invalid("members")
    data, signature = sealed["data"], sealed["signature"]
    if not isinstance(data, str) or not isinstance(signature, str) or len(data) > _MAX_DATA:
        raise _invalid("members")
    return data, signature


def _keys_for(secrets: Iterable[str], key_id: bytes) -> SealingKeys:
    for secret in secrets:
        keys = SealingKeys.derive(secret)
        if hmac.compare_digest(keys.key_id, key_id):
            return keys
    raise _invalid("unknown key")


def _inflated(plain: bytes) -> Any:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(plain, MAX_INFLATED + 1)
    except zlib.error as error:
        raise _invalid("compression") from error
    if len(text) > MAX_INFLATED or not inflater.eof or inflater.unused_data:
        raise _invalid("size")
    try:
        return strict_json.loads(text)
    except strict_json.StrictJsonError as error:
        raise _invalid("JSON") from error


def _checked(document: Any, user_id: str, now: datetime) -> SealedAccounts:
    if not isinstance(document, dict):
        raise _invalid("document")
    issued, expires = document.get("iat"), document.get("exp")
    if type(issued) is not int or type(expires) is not int or not document.get("jti"):
        raise _invalid("iat, exp or jti")
    if expires - issued > LONGEST_LIFE.total_seconds() or expires <= issued:
        raise _invalid("lifetime")
    skew = SKEW.total_seconds()
    if not issued - skew <= now.timestamp() < expires + skew:
        raise _invalid("time")
    if document.get("userId") != user_id:
        raise _invalid("user")
    accounts = document.get("accounts")
    if not isinstance(accounts, list):
        raise _invalid("accounts")
    return SealedAccounts(user_id, frozenset(_live(accounts, now)))


def _live(accounts: Iterable[Any], now: datetime) -> Iterable[AccountRef]:
    for account in accounts:
        try:
            # A product that this server does not know leaves nothing to narrow.
            if account["api"] not in API_NAMES:
                continue
            reference = normalise(api_named(account["api"]), account["accountId"])
            expiry = account.get("expiresAt")
            if expiry is None or now < parse_iso(expiry):
                yield reference
        except (WppError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise _invalid("an account") from error


def _decode(text: str) -> bytes:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise _invalid("base64") from error
    if _encode(raw) != text.rstrip("="):
        # Spare bits in the last character would give one list several spellings.
        raise _invalid("base64")
    return raw


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _invalid(reason: str) -> WppError:
    return WppError(ErrorCode.APPROVED_ACCOUNTS_INVALID, reason=f"sealed list: {reason}")
