"""The sandbox's stand-in for the user pool: the same claims, signed with a key of this process."""

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.clock import SandboxClock
from sandbox.roles import SandboxRole
from sandbox.world import User

LIFETIME: Final = timedelta(hours=1)


class Issuer:
    """Issues access tokens and publishes the key that they are signed with.

    Parameters
    ----------
    url
        The ``iss`` of the tokens; the key set is at ``/.well-known/jwks.json`` below it.
    """

    def __init__(self, url: str, clock: SandboxClock) -> None:
        self.url = url
        self._clock = clock
        self.key_id = secrets.token_urlsafe(12)
        self.private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwks(self) -> dict[str, Any]:
        """Return the key set."""
        numbers = self.private_key.public_key().public_numbers()
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.key_id,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }
        return {"keys": [key]}

    def claims(self, user: User, role: SandboxRole) -> dict[str, Any]:
        """Return the claims of a role's access token, as if the pool's trigger had written them."""
        bare = self.bare(user.key, role.client_id, [scope.value for scope in role.scopes])
        return {
            **bare,
            "employeeId": user.employee_id,
            "agency": user.agency,
            "role": user.role,
        }

    def bare(self, user: str, client_id: str, scopes: Iterable[str]) -> dict[str, Any]:
        """Return the claims that the pool writes by itself; ``user`` as the sandbox names them."""
        now = int(self._clock().timestamp())
        return {
            "sub": f"sandbox-{user}",
            "iss": self.url,
            "client_id": client_id,
            "origin_jti": secrets.token_hex(16),
            "event_id": secrets.token_hex(16),
            "token_use": "access",
            "scope": " ".join(scopes),
            "auth_time": now,
            "iat": now,
            "exp": now + int(LIFETIME.total_seconds()),
            "jti": secrets.token_hex(16),
            "username": f"sandbox-{user}",
            "version": 2,
        }

    def sign(self, claims: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> str:
        """Return a token with these claims."""
        return jwt.encode(
            dict(claims), self.private_key, "RS256", headers={"kid": self.key_id, **(headers or {})}
        )


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
