"""Tokens as an attacker would make them."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.roles import ROLES
from tests.security.watched import WatchedSandbox

REMOVED: Final = object()
"""As a claim's value: leave the claim out."""

Signer = Callable[[bytes], bytes]


class Forge:
    """Makes tokens with the pool's key, with a key of its own, or with none."""

    def __init__(self, box: WatchedSandbox) -> None:
        self.box = box
        self.own_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def claims(self, changes: Mapping[str, Any] | None = None, role: str = "practitioner") -> bytes:
        """A role's claims with some changed, as JSON."""
        chosen = ROLES[role]
        claims = self.box.issuer.claims(self.box.world.users[chosen.user], chosen)
        claims |= changes or {}
        return json.dumps({n: v for n, v in claims.items() if v is not REMOVED}).encode()

    def header(self, changes: Mapping[str, Any] | None = None) -> bytes:
        """The pool's header with some members changed, as JSON."""
        header = {"alg": "RS256", "typ": "JWT", "kid": self.box.issuer.key_id, **(changes or {})}
        return json.dumps({n: v for n, v in header.items() if v is not REMOVED}).encode()

    def token(
        self,
        changes: Mapping[str, Any] | None = None,
        *,
        role: str = "practitioner",
        header: bytes | None = None,
        claims: bytes | None = None,
        sign: Signer | None = None,
    ) -> str:
        """A token, signed by the pool where nothing else is said."""
        parts = [
            encoded(self.header() if header is None else header),
            encoded(self.claims(changes, role) if claims is None else claims),
        ]
        signature = (sign or self.by_pool)(".".join(parts).encode())
        return ".".join([*parts, encoded(signature)])

    def bearer(self, changes: Mapping[str, Any] | None = None, **how: Any) -> dict[str, str]:
        """The header that carries such a token."""
        return {"Authorization": "Bearer " + self.token(changes, **how)}

    def by_pool(self, data: bytes) -> bytes:
        """The pool's signature."""
        return self.box.issuer.private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def by_attacker(self, data: bytes) -> bytes:
        """A signature that is sound, by another key."""
        return self.own_key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def by_nobody(_: bytes) -> bytes:
    """No signature."""
    return b""


def by_secret(secret: bytes) -> Signer:
    """HMAC with a secret, as HS256 has it."""
    return lambda data: hmac.new(secret, data, hashlib.sha256).digest()


def encoded(part: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def number(value: int) -> str:
    """A number as a JWK holds it."""
    return encoded(value.to_bytes((value.bit_length() + 7) // 8, "big"))
