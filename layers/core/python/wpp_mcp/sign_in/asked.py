"""What a client asks for at the authorization endpoint, read and checked (OAuth 2.1 §4.1.1)."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from wpp_mcp.access import pkce
from wpp_mcp.models.caller import Scope
from wpp_mcp.sign_in.refusals import OAuthErrorName, RefusedError

MAX_STATE: Final = 1_000
OFFERED: Final = frozenset({Scope.TOOLS_READ, Scope.TOOLS_WRITE})
"""What MCP clients can have; a model must never decide who may do what (product.md §2)."""

_STATE: Final = re.compile(r"[ -~]*", re.ASCII)
_ELSEWHERE: Final = ("request", "request_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for authorization that has passed every check.

    Parameters
    ----------
    state
        The client's own, handed back as it came; ``None`` where it sent none.
    challenge
        Of the client's PKCE verifier.
    scope
        Names, sorted, separated by blanks.
    """

    client_id: str
    redirect_uri: str
    state: str | None
    challenge: str
    scope: str

    def content(self) -> dict[str, Any]:
        """Return it as it travels and is stored."""
        return asdict(self)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Asked":
        """Read what `content` returned."""
        return cls(**{name: content[name] for name in cls.__slots__})

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes, as such."""
        return scopes_in(self.scope) or frozenset()


def state_in(fields: Mapping[str, str]) -> str | None:
    """Return the state to hand back; ``None`` for none, and for one that `asked_in` refuses."""
    state = fields.get("state")
    if state is None or len(state) > MAX_STATE or not _STATE.fullmatch(state):
        return None
    return state


def asked_in(fields: Mapping[str, str], resource: str) -> Asked:
    """Check everything but client and redirect URI, which have been.

    Raises
    ------
    RefusedError
        With what the client is to be told.
    """
    if fields.get("response_type") != "code":
        name = (
            OAuthErrorName.UNSUPPORTED_RESPONSE_TYPE
            if fields.get("response_type")
            else OAuthErrorName.INVALID_REQUEST
        )
        raise RefusedError(name, "response type")
    _check_parameters(fields)
    if fields.get("resource", resource) != resource:
        raise RefusedError(OAuthErrorName.INVALID_TARGET, "resource")
    scopes = scopes_in(fields.get("scope") or Scope.TOOLS_READ.value)
    if not scopes:
        raise RefusedError(OAuthErrorName.INVALID_SCOPE, "scope")
    return Asked(
        client_id=fields["client_id"],
        redirect_uri=fields["redirect_uri"],
        state=fields.get("state"),
        challenge=fields["code_challenge"],
        scope=written(scopes),
    )


def _check_parameters(fields: Mapping[str, str]) -> None:
    if "state" in fields and state_in(fields) is None:
        raise RefusedError(OAuthErrorName.INVALID_REQUEST, "state")
    if fields.get("response_mode", "query") != "query":
        raise RefusedError(OAuthErrorName.INVALID_REQUEST, "response mode")
    if any(name in fields for name in _ELSEWHERE):
        # RFC 9101: a request that lies elsewhere. Nothing that a caller names is fetched.
        raise RefusedError(OAuthErrorName.INVALID_REQUEST, "request object")
    # Without a method RFC 7636 would mean "plain".
    if fields.get("code_challenge_method") != "S256":
        raise RefusedError(OAuthErrorName.INVALID_REQUEST, "PKCE method")
    if not pkce.is_challenge(fields.get("code_challenge", "")):
        raise RefusedError(OAuthErrorName.INVALID_REQUEST, "PKCE challenge")


def scopes_in(text: str) -> frozenset[Scope] | None:
    """Return the scopes that a text names, or ``None`` where one of them cannot be had here."""
    offered = {scope.value: scope for scope in OFFERED}
    names = [name for name in text.split(" ") if name]
    if not names or not offered.keys() >= set(names):
        return None
    return frozenset(offered[name] for name in names)


def written(scopes: frozenset[Scope]) -> str:
    """Return scopes as OAuth writes them."""
    return " ".join(sorted(scope.value for scope in scopes))
