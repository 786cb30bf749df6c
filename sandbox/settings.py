"""The environment variables of the functions in a sandbox, from the product's own settings."""

from dataclasses import dataclass
from typing import Final

from sandbox.aws import REGION
from sandbox.roles import CONSOLE_CLIENT, MCP_CLIENT, OMA_CLIENT
from wpp_mcp.config import AuthorizerSettings, ConsoleSettings, MetadataSettings

OMA_ORIGIN: Final = "https://oma.agency.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sandbox is, and how its things are named."""

    url: str
    hosts: frozenset[str]
    issuer: str
    secret_prefix: str
    table_prefix: str
    token_key: str


def environ_of(place: Place) -> dict[str, str]:
    """Return the variables of every function together."""
    common = {
        "environment": "sandbox",
        "region": REGION,
        "resource_url": f"{place.url}/mcp",
        "secret_prefix": place.secret_prefix,
    }
    verifying = {
        "user_pool_id": f"{REGION}_Sandbox",
        "oma_client_ids": frozenset({OMA_CLIENT}),
        "console_client_ids": frozenset({CONSOLE_CLIENT}),
        "mcp_client_ids": frozenset({MCP_CLIENT}),
        "table_prefix": place.table_prefix,
    }
    settings = (
        AuthorizerSettings(**common, **verifying),
        ConsoleSettings(
            **common,
            **verifying,
            sign_in_domain="sign-in.agency.example",
            google_token_key=place.token_key,
            allowed_hosts=place.hosts,
            allowed_origins=frozenset({OMA_ORIGIN, *(f"http://{h}" for h in place.hosts)}),
        ),
        MetadataSettings(**common, authorization_servers=frozenset({place.issuer})),
    )
    return {name: value for one in settings for name, value in one.environ().items()}
