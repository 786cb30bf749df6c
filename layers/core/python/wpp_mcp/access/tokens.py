"""Verification of the user pool's access tokens (product.md §2; threats.md A).

The signature is PyJWT's work. Everything a token says is read once, by the strict JSON reader,
from the very bytes that were signed; times are compared with the clock that was passed in.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt

from wpp_mcp.access.jwks import SigningKeys
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import AGENCY, EMPLOYEE_ID, ClientKind, Principal, Role, Scope
from wpp_mcp.models.time import Clock

MAX_TOKEN_CHARACTERS: Final = 6_000
SKEW_SECONDS: Final = 60
"""How far the issuer's clock may be ahead of ours. An expired token has no grace."""

_KEY_ID: Final = re.compile(r"[A-Za-z0-9+/=_-]{1,128}", re.ASCII)
_HEADER_MEMBERS: Final = frozenset({"alg", "kid", "typ"})
CLIENT_SCOPES: Final[Mapping[ClientKind, frozenset[Scope]]] = {
    ClientKind.OMA: frozenset(Scope),
    ClientKind.CONSOLE: frozenset(Scope),
    # A model must never decide who may do what (product.md §2).
    ClientKind.MCP: frozenset(Scope) - {Scope.ACCESS_MANAGE},
}


class TokenRefusedError(Exception):
    """The token is not accepted. The text is for the security log only."""


class KeysUnavailableError(TokenRefusedError):
    """The pool's keys cannot be had: nothing is known about the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say.

    Parameters
    ----------
    issuer
        The pool's issuer, compared whole.
    resource
        The audience, where the token names one.
    clients
        The allow-list of client ids.
    """

    issuer: str
    resource: str
    clients: Mapping[str, ClientKind]


class TokenVerifier:
    """Turns a bearer token into a `Principal`."""

    def __init__(self, keys: SigningKeys, expected: Expected, clock: Clock) -> None:
        self._keys = keys
        self._expected = expected
        self._clock = clock

    def verify(self, token: str, *, oma_key: bool) -> Principal:
        """Return who the token was issued to.

        Raises
        ------
        TokenRefusedError
            For every reason alike; as `KeysUnavailableError` where the token was not judged.
        """
        claims = self._signed_claims(token)
        self._check_times(claims)
        self._check_origin(claims)
        kind = self._expected.clients[claims["client_id"]]
        return Principal(
            employee_id=_matching(claims, "employeeId", EMPLOYEE_ID),
            client_id=claims["client_id"],
            client_kind=kind,
            scopes=_scopes(claims) & CLIENT_SCOPES[kind],
            role=_role(claims),
            agency=_matching(claims, "agency", AGENCY),
            oma_key=oma_key,
        )

    def _signed_claims(self, token: str) -> Mapping[str, Any]:
        if len(token) > MAX_TOKEN_CHARACTERS or token.count(".") != 2:
            raise TokenRefusedError("not a JWT")
        header = _part(token.split(".", maxsplit=1)[0])
        if header.get("alg") != "RS256" or not header.keys() <= _HEADER_MEMBERS:
            raise TokenRefusedError("header is not that of the pool")
        key_id = header.get("kid")
        if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
            raise TokenRefusedError("malformed key id")
        key = self._keys.get(key_id)
        if key is None and not self._keys.usable():
            raise KeysUnavailableError("the signing keys cannot be had")
        if key is None:
            raise TokenRefusedError("unknown key id")
        try:
            jwt.api_jws.decode(token, key, algorithms=["RS256"])
        except jwt.PyJWTError as error:
            raise TokenRefusedError("signature") from error
        return _part(token.split(".")[1])

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock().timestamp()
        for name in ("exp", "iat"):
            if type(claims.get(name)) is not int:
                raise TokenRefusedError(f"no {name}")
        if now >= claims["exp"]:
            raise TokenRefusedError("expired")
        not_before = claims.get("nbf", claims["iat"])
        if type(not_before) is not int or max(not_before, claims["iat"]) > now + SKEW_SECONDS:
            raise TokenRefusedError("not yet valid")

    def _check_origin(self, claims: Mapping[str, Any]) -> None:
        if claims.get("iss") != self._expected.issuer:
            raise TokenRefusedError("issuer")
        if claims.get("token_use") != "access":
            raise TokenRefusedError("not an access token")
        client = claims.get("client_id")
        if not isinstance(client, str) or client not in self._expected.clients:
            raise TokenRefusedError("client id")
        if "aud" in claims and claims["aud"] != self._expected.resource:
            raise TokenRefusedError("audience")


def scope_names(token: str) -> frozenset[str]:
    """Return every scope that a verified token names, those too that its client cannot use here."""
    return frozenset(str(_part(token.split(".")[1]).get("scope", "")).split())


def _part(segment: str) -> dict[str, Any]:
    try:
        value = strict_json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, binascii.Error) as error:
        raise TokenRefusedError("malformed") from error
    if not isinstance(value, dict):
        raise TokenRefusedError("malformed")
    return value


def _matching(claims: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise TokenRefusedError(f"claim {name}")
    return value


def _role(claims: Mapping[str, Any]) -> Role:
    try:
        return Role(str(claims.get("role")))
    except ValueError as error:
        raise TokenRefusedError("claim role") from error


def _scopes(claims: Mapping[str, Any]) -> frozenset[Scope]:
    granted = claims.get("scope", "")
    if not isinstance(granted, str):
        raise TokenRefusedError("claim scope")
    names = set(granted.split(" "))
    return frozenset(scope for scope in Scope if scope.value in names)
