"""The environments in ``cdk.json``: what differs between dev, staging and prod, and nothing else.

Read strictly: a setting that is unknown, missing or at odds with another stops the synthesis.
Nothing is looked up in an account, so a synthesis needs no credentials.
"""

import json
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from stacks.mail_settings import MailSending, SettingsModel

_REGION: Final = r"^[a-z]{2}-[a-z]+-\d$"
CDK_JSON: Final = Path(__file__).resolve().parent.parent / "cdk.json"


class Egress(StrEnum):
    """How functions in private subnets reach Google."""

    NAT = "nat"
    IPV6 = "ipv6"


class Edge(StrEnum):
    """What stands before the API: nothing, CloudFront with basic rules, or with all."""

    NONE = "none"
    BASIC = "basic"
    FULL = "full"


def _network(text: str) -> str:
    return str(ip_network(text))


Network = Annotated[str, AfterValidator(_network)]
"""A range of addresses, for example ``192.0.2.0/24``."""

Mail = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]


class Domain(SettingsModel):
    """The public name of the API, and the hosted zone that holds it."""

    name: str = Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")
    zone: str
    zone_id: str = Field(pattern=r"^Z[A-Z0-9]{1,31}$")

    @property
    def origin(self) -> str:
        """The name that only CloudFront calls."""
        return f"origin.{self.name}"

    @model_validator(mode="after")
    def _inside_the_zone(self) -> Self:
        if self.name != self.zone and not self.name.endswith(f".{self.zone}"):
            raise ValueError(f"{self.name} is not in the zone {self.zone}")
        return self


class _Provider(SettingsModel):
    """What every identity provider has.

    Parameters
    ----------
    name
        Of the provider in the user pool, shown to nobody.
    email_attribute, verified_attribute
        Where it says a person's e-mail address, and that the address is verified.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9-]{3,32}$")
    email_attribute: str = Field(min_length=1, max_length=256)
    verified_attribute: str = Field(min_length=1, max_length=256)


class SamlFederation(_Provider):
    """The agency's identity provider, by SAML 2.0; ``metadata_url`` is that of its metadata."""

    kind: Literal["saml"]
    metadata_url: str = Field(pattern=r"^https://")


class OidcFederation(_Provider):
    """The agency's identity provider, by OpenID Connect.

    Parameters
    ----------
    issuer
        Its issuer, without a slash at the end; the endpoints are discovered.
    client_id
        What the user pool is registered as.
    secret_name
        Of the secret in Secrets Manager, behind the environment's prefix, that holds the client
        secret as ``{"current": …}``.
    """

    kind: Literal["oidc"]
    issuer: str = Field(pattern=r"^https://[^?#]*[^?#/]$")
    client_id: str = Field(min_length=1, max_length=256)
    secret_name: str = Field(pattern=r"^[a-z0-9-]{1,64}$")


Federation = Annotated[SamlFederation | OidcFederation, Field(discriminator="kind")]


class Environment(SettingsModel):
    """One environment.

    Parameters
    ----------
    account
        Twelve digits; each environment has an account of its own.
    availability_zones
        Three, by name: asking AWS for them would be a look-up.
    nat_gateways
        How many, with ``nat`` egress; none with ``ipv6``.
    interface_endpoints
        Services reached without leaving the VPC, by their short name; each is paid by the hour
        and zone.
    second_region
        Where a copy of the data lies, for the loss of the region; none for no copy.
    second_availability_zones
        Its three, by name; empty without a second region.
    is_standby
        Whether this is the environment in its second region (`standby`). Not a setting.
    oma_origin, oma_addresses
        The origin of OMA's pages, and the address ranges that its back end calls from.
    oma_callbacks
        Where the user pool sends people back to who sign in for OMA; on OMA's own origin.
    allowed_countries
        ISO 3166 codes of the countries that may call; empty for all.
    mcp_clients, client_documents
        Registered MCP clients, and addresses of metadata documents that count as client ids
        (docs/sign-in.md).
    federation
        The identity provider that people sign in with; none for passwords in the user pool.
    log_retention_days
        As the deployment guide's Appendix C says.
    archive_logs
        Logs go to S3 too, past their retention.
    snap_start
        Start the functions whose cold start people feel from a snapshot.
    reserved_concurrency
        Reserve each function's share of the account's concurrency; a new account has too little.
    mail
        From where the product's own mails come, and to whom they go.
    alarm_mails, security_mails
        Who is told of alarms, and of what concerns security.
    pager_duty
        Alarms that cannot wait also go to PagerDuty; its address is the secret ``pagerduty-url``.
    monthly_budget_usd
        Over which the account's cost is an alarm.
    repository
        The GitHub repository that may deploy, as ``owner/name``.
    github_provider_exists
        The account trusts GitHub's tokens already, for another product: there can be one
        provider of an address only, and it is not ours to make or to delete.
    """

    name: str = Field(pattern=r"^(dev|staging|prod)$")
    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(pattern=_REGION)
    availability_zones: Annotated[list[str], Field(min_length=3, max_length=3)]
    egress: Annotated[Egress, Field(strict=False)]
    nat_gateways: int = Field(ge=0, le=3)
    interface_endpoints: list[str]
    edge: Annotated[Edge, Field(strict=False)]
    domain: Domain | None
    second_region: str | None = Field(pattern=_REGION)
    second_availability_zones: list[str]
    is_standby: bool = False
    oma_origin: str = Field(pattern=r"^https://[a-z0-9.-]+$")
    oma_addresses: list[Network]
    oma_callbacks: Annotated[list[str], Field(min_length=1)]
    allowed_countries: list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]]
    mcp_clients: list[dict[str, Any]]
    client_documents: list[Annotated[str, Field(pattern=r"^https://")]]
    federation: Federation | None
    log_retention_days: int
    archive_logs: bool
    guard_duty: bool
    deletion_protection: bool
    snap_start: bool
    reserved_concurrency: bool
    mail: MailSending
    alarm_mails: list[Mail]
    security_mails: list[Mail]
    pager_duty: bool
    monthly_budget_usd: int = Field(gt=0)
    repository: str = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    github_provider_exists: bool

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if (self.egress is Egress.NAT) != (self.nat_gateways > 0):
            raise ValueError("natGateways belong to the egress nat, and only to it")
        if any(not zone.startswith(self.region) for zone in self.availability_zones):
            raise ValueError("availabilityZones are those of the region")
        if self.edge is not Edge.NONE and self.domain is None:
            raise ValueError("an edge needs a domain")
        if self.edge is Edge.NONE and self.name != "dev":
            raise ValueError("only dev does without an edge")
        if any(not url.startswith(f"{self.oma_origin}/") for url in self.oma_callbacks):
            raise ValueError("omaCallbacks are addresses below omaOrigin")
        if self.second_region == self.region:
            raise ValueError("secondRegion is another region")
        zones, region = self.second_availability_zones, self.second_region
        if len(zones) != (3 if region else 0) or any(not z.startswith(str(region)) for z in zones):
            raise ValueError("secondAvailabilityZones are three of the second region")
        if self.is_standby:
            raise ValueError("isStandby is no setting: say -c standby=true")
        return self

    def standby(self) -> "Environment":
        """Return this environment moved to its second region, as it is brought up there.

        One NAT gateway: a region that is hardly used has few addresses to give, and each further
        thing is one more that can fail on that day. More can be added once the service runs.

        Raises
        ------
        NoSecondRegionError
            It has none.
        """
        if self.second_region is None:
            raise NoSecondRegionError(f"{self.name} has no second region")
        return self.model_copy(
            update={
                "region": self.second_region,
                "availability_zones": self.second_availability_zones,
                "nat_gateways": min(self.nat_gateways, 1),
                "second_region": None,
                "second_availability_zones": [],
                "is_standby": True,
            }
        )

    @property
    def is_prod(self) -> bool:
        """Whether real accounts are worked on here."""
        return self.name == "prod"

    @property
    def prefix(self) -> str:
        """What stands before the names of tables and functions (product.md §5)."""
        return "wpp-mcp-" if self.is_prod else f"wpp-mcp-{self.name}-"

    @property
    def secret_prefix(self) -> str:
        """What stands before the names of secrets."""
        return "wpp-mcp/" if self.is_prod else f"wpp-mcp/{self.name}/"


class NoSecondRegionError(ValueError):
    """A standby was asked for where no data is replicated to."""


class UnknownEnvironmentError(ValueError):
    """The name is in no ``cdk.json``; the message lists those that are."""


def load(name: object, path: Path = CDK_JSON) -> Environment:
    """Return an environment of ``cdk.json``.

    Raises
    ------
    UnknownEnvironmentError
        There is none of this name.
    pydantic.ValidationError
        A setting is wrong; the message names it.
    """
    known = context(path)["environments"]
    if not isinstance(name, str) or name not in known:
        names = ", ".join(known)
        raise UnknownEnvironmentError(f"say which environment: -c env={{{names}}}")
    return Environment.model_validate({"name": name, **known[name]})


def context(path: Path = CDK_JSON) -> dict[str, Any]:
    """Return the context of ``cdk.json``: the environments and CDK's feature flags."""
    found: dict[str, Any] = json.loads(path.read_text())["context"]
    return found
