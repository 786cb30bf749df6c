"""A user pool made in the test: RSA keys, the key set, and tokens with anything in them."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.support.surroundings import NOW

ISSUER = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Test"
RESOURCE = "https://mcp.agency.example/mcp"
KEY_ID = "pool-key-1"
OMA, CONSOLE, MCP = "oma-client", "console-client", "mcp-client"


@cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str = KEY_ID) -> bytes:
    public = private_key(name).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwk(name: str = KEY_ID, **more: Any) -> dict[str, Any]:
    public = jwt.algorithms.RSAAlgorithm.to_jwk(private_key(name).public_key(), as_dict=True)
    return {**public, "kid": name, "alg": "RS256", "use": "sig", **more}


def key_set(*names: str) -> bytes:
    return json.dumps({"keys": [jwk(name) for name in names or (KEY_ID,)]}).encode()


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a good token; a change to ``None`` leaves the claim out."""
    issued = int(NOW.timestamp())
    good = {
        "sub": "5b1d0000-0000-0000-0000-000000000000",
        "iss": ISSUER,
        "token_use": "access",
        "client_id": OMA,
        "scope": "openid tools/read access/manage",
        "iat": issued,
        "exp": issued + 3600,
        "employeeId": "WPP-1001",
        "agency": "northwind",
        "role": "practitioner",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token_of(header: bytes | Mapping[str, Any], payload: bytes, key: str = KEY_ID) -> str:
    """Return header and payload as they are, signed with RS256."""
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = f"{encoded(head)}.{encoded(payload)}"
    algorithm = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    return f"{signed}.{encoded(algorithm.sign(signed.encode(), private_key(key)))}"


def token(header: Mapping[str, Any] | None = None, key: str = KEY_ID, **changes: Any) -> str:
    head = {"alg": "RS256", "kid": KEY_ID, **(header or {})}
    return token_of(head, json.dumps(claims(**changes)).encode(), key)
