"""The published vectors of sealed lists: they open, and are rebuilt byte for byte."""

import base64
import hmac
import re
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wpp_mcp.access.sealed import SealedAccounts, SealingKeys, open_sealed, seal
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json

DOCS = Path(__file__).resolve().parents[3] / "docs"
FILE: dict[str, Any] = strict_json.loads((DOCS / "samples/sealed-accounts.json").read_bytes())
VECTORS: list[dict[str, Any]] = FILE["vectors"]
REFUSED: list[dict[str, Any]] = FILE["refused"]
SECRETS: list[str] = [key["secret"] for key in FILE["keys"]]

named = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])


def opened(vector: dict[str, Any], user_id: str) -> SealedAccounts:
    now = datetime.fromtimestamp(vector["openedAt"], UTC)
    return open_sealed(SECRETS, vector["sealed"], user_id=user_id, now=now)


def hkdf(secret: str, purpose: str, length: int) -> bytes:
    """RFC 5869 with an empty salt; one block is enough."""
    pseudorandom = hmac.digest(bytes(32), secret.encode(), "sha256")
    info = f"wpp-mcp/approved-accounts/{purpose}".encode()
    return hmac.digest(pseudorandom, info + b"\x01", "sha256")[:length]


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@named
def test_a_vector_opens(vector: dict[str, Any]) -> None:
    found = opened(vector, FILE["userId"])

    assert found.user_id == FILE["userId"]
    assert sorted(account.key for account in found.accounts) == vector["opens"]


@named
def test_a_vector_follows_from_the_description_alone(vector: dict[str, Any]) -> None:
    assert zlib.decompress(bytes.fromhex(vector["deflated"])).decode() == vector["document"]
    head = b"\x01" + hkdf(vector["secret"], "kid", 8)
    nonce = bytes.fromhex(vector["nonce"])
    cipher = AESGCM(hkdf(vector["secret"], "enc", 32))
    ciphertext = cipher.encrypt(nonce, bytes.fromhex(vector["deflated"]), head)
    data = base64url(head + nonce + ciphertext)
    signature = hmac.digest(hkdf(vector["secret"], "mac", 32), data.encode(), "sha256")

    assert vector["sealed"] == {"data": data, "signature": base64url(signature)}


@named
def test_a_vector_is_rebuilt_byte_for_byte(
    vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Builds of zlib may compress differently; all else is determined.
    deflated = {vector["document"].encode(): bytes.fromhex(vector["deflated"])}
    monkeypatch.setattr("wpp_mcp.access.sealed.zlib.compress", deflated.__getitem__)
    document = strict_json.loads(vector["document"])

    keys = SealingKeys.derive(vector["secret"])

    assert seal(keys, document, bytes.fromhex(vector["nonce"])) == vector["sealed"]


@pytest.mark.parametrize("key", FILE["keys"], ids=lambda key: key["keyId"])
def test_the_keys_are_those_of_the_secret(key: dict[str, str]) -> None:
    keys = SealingKeys.derive(key["secret"])

    assert keys.key_id.hex() == key["keyId"]
    assert keys.encryption.hex() == key["encryptionKey"]
    assert keys.mac.hex() == key["macKey"]


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["name"])
def test_what_must_not_open_does_not(vector: dict[str, Any]) -> None:
    with pytest.raises(WppError) as refused:
        opened(vector, vector["userId"])

    assert refused.value.code is ErrorCode.APPROVED_ACCOUNTS_INVALID
    assert refused.value.reason == f"sealed list: {vector['because']}"


def test_the_example_in_the_page_seals_what_opens_here() -> None:
    page = (DOCS / "sealed-accounts.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example, "sealed-accounts.md", "exec"), names)
    vector = VECTORS[0]

    sealed = names["seal"](vector["secret"], strict_json.loads(vector["document"]))

    found = opened({**vector, "sealed": sealed}, FILE["userId"])
    assert sorted(account.key for account in found.accounts) == vector["opens"]
