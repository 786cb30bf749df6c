"""The verifier of our pool's tokens, made from a function's settings."""

from datetime import timedelta

from wpp_mcp.access.jwks import SigningKeys
from wpp_mcp.access.tokens import Expected, TokenVerifier
from wpp_mcp.config import ConfigurationError, PoolSettings, TokenSettings
from wpp_mcp.models.caller import ClientKind
from wpp_mcp.runtime import Runtime


def issuer_of(runtime: Runtime, settings: PoolSettings) -> str:
    """Return the ``iss`` of the pool's tokens; the key set is published below it."""
    return runtime.endpoints.issuer or (
        f"https://cognito-idp.{settings.region}.amazonaws.com/{settings.user_pool_id}"
    )


def keys_url(issuer: str) -> str:
    """Return where an issuer publishes its signing keys."""
    return f"{issuer}/.well-known/jwks.json"


def verifier_of(runtime: Runtime, settings: TokenSettings) -> TokenVerifier:
    """Return the verifier; its signing keys are fetched when a token needs them."""
    issuer = issuer_of(runtime, settings)
    keys = SigningKeys(
        keys_url(issuer),
        fetch=runtime.fetch,
        clock=runtime.clock,
        max_age=timedelta(seconds=settings.jwks_max_age_seconds),
    )
    expected = Expected(issuer=issuer, resource=settings.resource_url, clients=_clients(settings))
    return TokenVerifier(keys, expected, runtime.clock)


def _clients(settings: TokenSettings) -> dict[str, ClientKind]:
    kinds = {
        ClientKind.MCP: settings.mcp_client_ids,
        ClientKind.CONSOLE: settings.console_client_ids,
        ClientKind.OMA: settings.oma_client_ids,
    }
    clients: dict[str, ClientKind] = {}
    for kind, names in kinds.items():
        for name in names:
            if name in clients:
                raise ConfigurationError("a client id is listed for two kinds of client")
            clients[name] = kind
    return clients
