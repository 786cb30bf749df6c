"""What each function reads from its environment: the one definition for stacks and functions.

Plain pydantic, so that the authorizer does not pay for a settings library. No variable names a
Google host or a token issuer: both follow from the code and the user pool (see `runtime`).
"""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

NO_EDGE: Final = "none"
"""Says that nothing stands before the API: calls need not prove that they came through an edge.
Taken only where the environment is `DEV`; a function of any other refuses to start."""

DEV: Final = "dev"
"""The environment without real accounts."""


class ConfigurationError(RuntimeError):
    """A variable is missing or wrong; the message names it and holds no value."""


def _split(value: object) -> object:
    if isinstance(value, str):
        return frozenset(part.strip() for part in value.split(",") if part.strip())
    return value


MAIL_ADDRESS: Final = r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$"
"""An address as this product writes it: ASCII, lower case, without a name beside it."""

_KEY: Final = r"^(arn:aws:kms:[a-z0-9:/-]+|alias/[\w/-]+|[0-9a-f-]{36})$"

Names = Annotated[frozenset[str], BeforeValidator(_split)]
"""A comma-separated list."""


class Settings(BaseModel):
    """What every function has, also one that AWS calls."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    environment: str = Field(alias="WPP_ENVIRONMENT", pattern=r"^[a-z][a-z0-9-]{0,20}$")
    region: str = Field(alias="AWS_REGION", pattern=r"^[a-z0-9-]+$")
    log_level: str = Field(default="INFO", alias="WPP_LOG_LEVEL")
    secret_prefix: str = Field(default="wpp-mcp/", alias="WPP_SECRET_PREFIX")
    secret_ttl_seconds: int = Field(default=300, alias="WPP_SECRET_TTL_SECONDS", ge=0, le=3600)

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings from environment variables.

        Raises
        ------
        ConfigurationError
            Names each variable that is missing or wrong.
        """
        try:
            return cls.model_validate({n: environ[n] for n in cls.variables() if n in environ})
        except ValidationError as error:
            names = ", ".join(sorted({str(e["loc"][0]) for e in error.errors() if e["loc"]}))
            raise ConfigurationError(f"missing or wrong: {names}") from None

    @classmethod
    def variables(cls) -> tuple[str, ...]:
        """Return the names of the variables that this function reads."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    def environ(self) -> dict[str, str]:
        """Return the variables that `load` reads back to equal settings."""
        values = self.model_dump(by_alias=True)
        return {
            name: ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)
            for name, value in values.items()
        }


class PublicSettings(Settings):
    """Functions behind a route, which name their own address.

    ``resource_url`` is the public address of ``/mcp``, without a slash at the end; it is the
    OAuth resource that tokens may be bound to.
    """

    resource_url: str = Field(alias="WPP_RESOURCE_URL", pattern=r"^https?://[^/]+/mcp$")
    allowed_origins: Names = Field(default=frozenset(), alias="WPP_ALLOWED_ORIGINS")
    edge: str = Field(default="", alias="WPP_EDGE", pattern=r"^(none)?$")

    @field_validator("edge")
    @classmethod
    def _only_dev_does_without(cls, edge: str, known: ValidationInfo) -> str:
        if edge == NO_EDGE and known.data.get("environment") != DEV:
            raise ValueError("only dev does without an edge")
        return edge

    @property
    def origin(self) -> str:
        """The public origin: also the issuer of our authorization server (RFC 8414 §2)."""
        return self.resource_url.removesuffix("/mcp")


class PoolSettings(PublicSettings):
    """Functions that name the user pool: its keys are published, its tokens verified."""

    user_pool_id: str = Field(alias="WPP_USER_POOL_ID", pattern=r"^[\w-]+_[0-9A-Za-z]+$")


class TokenSettings(PoolSettings):
    """Functions that verify tokens: which pool issues them, and to which clients."""

    oma_client_ids: Names = Field(alias="WPP_OMA_CLIENT_IDS")
    console_client_ids: Names = Field(default=frozenset(), alias="WPP_CONSOLE_CLIENT_IDS")
    mcp_client_ids: Names = Field(default=frozenset(), alias="WPP_MCP_CLIENT_IDS")
    jwks_max_age_seconds: int = Field(
        default=3600, alias="WPP_JWKS_MAX_AGE_SECONDS", ge=60, le=86_400
    )


class TableSettings(Settings):
    """Functions that read or write the tables."""

    table_prefix: str = Field(alias="WPP_TABLE_PREFIX", pattern=r"^wpp-mcp-([a-z0-9]+-)?$")


class QueueSettings(Settings):
    """What functions have that tell by mail: the queue of mails, and the global admin's mailbox."""

    mail_queue: str = Field(alias="WPP_MAIL_QUEUE", pattern=r"^https?://[^/]+/\S+$")
    admin_address: str = Field(alias="WPP_ADMIN_ADDRESS", pattern=MAIL_ADDRESS)


class MailSettings(TableSettings):
    """The function that sends mails.

    ``mail_domains`` are the domains that it mails to, each as it stands behind the ``@``; empty
    for any. ``pages_origin`` is that of our pages: a mail leads nowhere else.
    """

    mail_sender: str = Field(alias="WPP_MAIL_SENDER", pattern=MAIL_ADDRESS)
    mail_domains: Names = Field(default=frozenset(), alias="WPP_MAIL_DOMAINS")
    mail_configuration: str = Field(alias="WPP_MAIL_CONFIGURATION", pattern=r"^[\w-]{1,64}$")
    pages_origin: str = Field(alias="WPP_PAGES_ORIGIN", pattern=r"^https?://[^/]+$")


class ArchiveSettings(Settings):
    """The stream of the audit log: where entries go, and where what is none."""

    archive_stream: str = Field(alias="WPP_ARCHIVE_STREAM", pattern=r"^[\w.-]{1,64}$")
    archive_refused: str = Field(alias="WPP_ARCHIVE_REFUSED", pattern=r"^https?://[^/]+/\S+$")


class BlockSettings(TableSettings):
    """The function that blocks addresses."""

    blocked_v4_id: str = Field(alias="WPP_BLOCKED_V4_ID", min_length=1)
    blocked_v6_id: str = Field(alias="WPP_BLOCKED_V6_ID", min_length=1)
    never_blocked: Names = Field(default=frozenset(), alias="WPP_NEVER_BLOCKED")


class AuthorizerSettings(TokenSettings, TableSettings):
    """The authorizer: verifies tokens, and finds console sessions."""


class StorageSettings(TableSettings, PublicSettings):
    """The functions that run, list and record calls."""

    allowed_hosts: Names = Field(alias="WPP_ALLOWED_HOSTS")


class HealthSettings(StorageSettings):
    """``/health``: which build answers, in twelve digits of its hash; none where nobody built."""

    build: str = Field(default="", alias="WPP_BUILD", pattern=r"^([0-9a-f]{12})?$")


class ToolSettings(StorageSettings):
    """The functions that use Google connections."""

    google_token_key: str = Field(alias="WPP_GOOGLE_TOKEN_KEY", pattern=_KEY)


class OperationSettings(StorageSettings, QueueSettings):
    """The function that shows operations, and takes decisions on them."""


class WriteSettings(ToolSettings, QueueSettings):
    """The functions that preview, carry out and settle writes."""


class SignInSettings(StorageSettings, TokenSettings):
    """The functions that send people to the pool's sign-in pages."""

    sign_in_domain: str = Field(alias="WPP_SIGN_IN_DOMAIN", pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")


class ConsoleSettings(SignInSettings, ToolSettings, QueueSettings):
    """The console: signs people in as its one app client, and connects Google."""

    console_client_ids: Names = Field(alias="WPP_CONSOLE_CLIENT_IDS", min_length=1, max_length=1)

    @property
    def client_id(self) -> str:
        """The console's app client."""
        return next(iter(self.console_client_ids))


class OAuthSettings(SignInSettings):
    """The authorization server: which MCP clients may sign people in, and as whom at the pool.

    ``mcp_clients`` is JSON; `wpp_mcp.sign_in.clients` reads it.
    """

    sign_in_client_id: str = Field(alias="WPP_SIGN_IN_CLIENT_ID", min_length=1)
    mcp_clients: str = Field(default="[]", alias="WPP_MCP_CLIENTS")
    client_documents: Names = Field(default=frozenset(), alias="WPP_CLIENT_DOCUMENTS")


class RotationSettings(Settings):
    """The function that rotates secrets.

    ``distribution_parameter`` names the SSM parameter that holds the id of the CloudFront
    distribution; empty where there is no edge.
    """

    distribution_parameter: str = Field(
        default="", alias="WPP_DISTRIBUTION_PARAMETER", pattern=r"^(/[a-z0-9/-]+)?$"
    )


class SecretAgesSettings(Settings):
    """The function that tells how old secrets are."""

    aged_secrets: Names = Field(alias="WPP_AGED_SECRETS", min_length=1)


class MetadataSettings(PoolSettings):
    """The OAuth metadata: where the keys are that tokens are signed with."""


class JobSettings(Settings):
    """The function that stands for the jobs that are not built."""


class BucketSettings(TableSettings):
    """The functions that bring what the tables hold into the archive bucket."""

    archive_bucket: str = Field(alias="WPP_ARCHIVE_BUCKET", pattern=r"^[a-z0-9][a-z0-9.-]{1,61}$")


class ManifestSettings(BucketSettings):
    """The audit jobs."""


class ExportSettings(BucketSettings):
    """The daily exports of tables, and the key that they are encrypted with."""

    archive_key: str = Field(alias="WPP_ARCHIVE_KEY", pattern=_KEY)


class ProbeSettings(Settings):
    """The health probe: what it asks, as a caller outside does."""

    health_url: str = Field(alias="WPP_HEALTH_URL", pattern=r"^https?://[^/]+/health$")


class FindingSettings(Settings):
    """What forwards findings: where OMA takes webhooks, without a slash at the end."""

    oma_webhooks: str = Field(alias="WPP_OMA_WEBHOOKS", pattern=r"^https?://[^/]+(/[\w-]+)+$")
