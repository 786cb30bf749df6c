"""Sealed lists of approved accounts, step by step (docs/sealed-accounts.md)."""

import hmac
import json
import os
import sys
import time
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LIFE_SECONDS = 300


# region keys
@dataclass(frozen=True)
class Keys:
    """What the shared secret yields."""

    key_id: bytes
    encryption: bytes
    mac: bytes


def derived(secret: str, purpose: str, length: int) -> bytes:
    """Return one key: HKDF-SHA256 with an empty salt."""
    info = f"wpp-mcp/approved-accounts/{purpose}".encode()
    return HKDF(SHA256(), length, salt=None, info=info).derive(secret.encode())


def keys_of(secret: str) -> Keys:
    """Return the keys of a shared secret. They stay the same until it is rotated."""
    return Keys(derived(secret, "kid", 8), derived(secret, "enc", 32), derived(secret, "mac", 32))


# endregion
# region document
def document_of(user_id: str, accounts: Sequence[dict[str, str]], now: int) -> str:
    """Return the list as JSON: whose it is, which accounts, from when until when."""
    document = {
        "userId": user_id,
        "accounts": accounts,
        "iat": now,
        "exp": now + LIFE_SECONDS,
        "jti": str(uuid4()),
    }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


# endregion
# region deflate
def deflated(document: str) -> bytes:
    """Return the document's UTF-8 bytes, compressed in the zlib format."""
    return zlib.compress(document.encode())


# endregion
# region data
def base64url(raw: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def head_of(keys: Keys) -> bytes:
    """Return version 1 and the key id. They are sent in the clear, and authenticated."""
    return b"\x01" + keys.key_id


def data_of(keys: Keys, compressed: bytes, nonce: bytes) -> str:
    """Return ``data``. The nonce is 12 random bytes, never used twice."""
    head = head_of(keys)
    ciphertext = AESGCM(keys.encryption).encrypt(nonce, compressed, head)
    return base64url(head + nonce + ciphertext)


# endregion
# region signature
def signature_of(keys: Keys, data: str) -> str:
    """Return ``signature``: the MAC over the characters of ``data``."""
    return base64url(hmac.digest(keys.mac, data.encode(), "sha256"))


# endregion
# region seal
def seal(secret: str, user_id: str, accounts: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return a list that is good for five minutes and for any number of calls."""
    keys = keys_of(secret)
    compressed = deflated(document_of(user_id, accounts, int(time.time())))
    data = data_of(keys, compressed, os.urandom(12))
    return {"data": data, "signature": signature_of(keys, data)}


# endregion


def main(names: Sequence[str]) -> None:
    """Print a list of accounts that are named as in ``Google Ads:1000000101``."""
    parts = [name.partition(":") for name in names]
    accounts = [{"api": api, "accountId": account} for api, _, account in parts]
    secret = os.environ["OMA_MCP_SHARED_SECRET"]
    print(json.dumps(seal(secret, os.environ["WPP_USER_ID"], accounts)))


if __name__ == "__main__":
    main(sys.argv[1:])
