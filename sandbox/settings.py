"""The environment variables of the functions in a sandbox, from the product's own settings."""

from dataclasses import dataclass
from typing import Any, Final

from sandbox.aws import REGION
from sandbox.documents import CLIENT_DOCUMENT, OTHER_DOCUMENT
from sandbox.mail import CONFIGURATION, SENDER
from sandbox.roles import CONSOLE_CLIENT, MCP_CLIENT, OMA_CLIENT
from wpp_mcp.config import (
    ArchiveSettings,
    AuthorizerSettings,
    BlockSettings,
    ConsoleSettings,
    ExportSettings,
    FindingSettings,
    MailSettings,
    ManifestSettings,
    OAuthSettings,
    ProbeSettings,
    QueueSettings,
    RotationSettings,
    SecretAgesSettings,
    Settings,
)
from wpp_mcp.models import strict_json
from wpp_mcp.secret_store import SecretName

REGISTERED_CLIENT: Final = {
    "clientId": "sandbox-cli",
    "name": "Sandbox command line",
    "redirectUris": [
        "http://127.0.0.1/callback",
        # As the Inspector has it, if nobody tells it otherwise.
        "http://127.0.0.1/oauth/callback",
        "http://localhost:6274/oauth/callback",
    ],
}
"""An MCP client that the administrators registered."""

ADMIN_ADDRESS: Final = "global-admin@agency.example"
"""The mailbox of the global admin."""

OMA_ORIGIN: Final = "https://oma.agency.example"
OMA_ADDRESSES: Final = "127.0.1.0/28"
"""Where OMA's back end calls from; of the machine itself, so that a test can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sandbox is, and how its things are named."""

    url: str
    hosts: frozenset[str]
    secret_prefix: str
    table_prefix: str
    token_key: str
    archive_stream: str
    archive_refused: str
    blocked_v4: str
    blocked_v6: str
    archive: str
    mail_queue: str


def environ_of(place: Place) -> dict[str, str]:
    """Return the variables of every function together."""
    every: dict[str, Any] = {
        "environment": "sandbox",
        "region": REGION,
        "secret_prefix": place.secret_prefix,
    }
    common: dict[str, Any] = {**every, "resource_url": f"{place.url}/mcp"}
    pool: dict[str, Any] = {
        "user_pool_id": f"{REGION}_Sandbox",
        "oma_client_ids": frozenset({OMA_CLIENT}),
        "console_client_ids": frozenset({CONSOLE_CLIENT}),
        "mcp_client_ids": frozenset({MCP_CLIENT}),
        "table_prefix": place.table_prefix,
    }
    storage: dict[str, Any] = {
        "allowed_hosts": place.hosts,
        "allowed_origins": frozenset({OMA_ORIGIN, *(f"http://{h}" for h in place.hosts)}),
        "sign_in_domain": "sign-in.agency.example",
    }
    queue: dict[str, Any] = {"mail_queue": place.mail_queue, "admin_address": ADMIN_ADDRESS}
    blocked: dict[str, Any] = {
        "table_prefix": place.table_prefix,
        "blocked_v4_id": place.blocked_v4,
        "blocked_v6_id": place.blocked_v6,
        "never_blocked": frozenset({OMA_ADDRESSES}),
    }
    settings: tuple[Settings, ...] = (
        ArchiveSettings(
            environment=common["environment"],
            region=REGION,
            archive_stream=place.archive_stream,
            archive_refused=place.archive_refused,
        ),
        BlockSettings(**common, **blocked),
        AuthorizerSettings(**common, **pool),
        ConsoleSettings(**common, **pool, **storage, **queue, google_token_key=place.token_key),
        OAuthSettings(
            **common,
            **pool,
            **storage,
            sign_in_client_id=MCP_CLIENT,
            mcp_clients=strict_json.dumps([REGISTERED_CLIENT]),
            client_documents=frozenset({CLIENT_DOCUMENT, OTHER_DOCUMENT}),
        ),
        RotationSettings(**common),
        SecretAgesSettings(**common, aged_secrets=frozenset(name.value for name in SecretName)),
        ManifestSettings(**common, **pool, archive_bucket=place.archive),
        ExportSettings(**common, **pool, archive_bucket=place.archive, archive_key=place.token_key),
        ProbeSettings(**every, health_url=f"{place.url}/health"),
        FindingSettings(**every, oma_webhooks=f"{place.url}/_sandbox/oma"),
        QueueSettings(**every, **queue),
        MailSettings(
            **every,
            table_prefix=place.table_prefix,
            mail_sender=SENDER,
            mail_configuration=CONFIGURATION,
            pages_origin=place.url,
        ),
    )
    return {name: value for one in settings for name, value in one.environ().items()}
