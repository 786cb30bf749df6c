"""What resources cost by being there: a pricer for each type that is paid by the month."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from stacks.cost.inventory import Inventory, Resource
from stacks.cost.load import SECONDS_OF_A_MONTH
from stacks.cost.prices import HOURS, PRICES
from stacks.functions import VERSIONS_KEPT


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill.

    Parameters
    ----------
    price
        Name of a price.
    quantity
        How many of its unit.
    """

    price: str
    quantity: Decimal
    what: str

    @property
    def amount(self) -> Decimal:
        """US dollars a month."""
        return PRICES[self.price].amount * self.quantity

    @property
    def service(self) -> str:
        """Under which it is summed."""
        return PRICES[self.price].service


class UnknownResourceError(LookupError):
    """A type of resource that nobody has priced; the message names it."""


Pricer = Callable[[Mapping[str, Any]], list[tuple[str, Decimal]]]


def _each(price: str, quantity: Decimal = Decimal(1)) -> Pricer:
    return lambda _: [(price, quantity)]


def _endpoint(properties: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    if properties.get("VpcEndpointType") != "Interface":
        return []
    return [("endpoint-hour", HOURS * len(properties["SubnetIds"]))]


def _secret(properties: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    return [("secret", Decimal(1 + len(properties.get("ReplicaRegions", []))))]


def _web_acl(properties: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    return [("waf-acl", Decimal(1)), ("waf-rule", Decimal(len(properties.get("Rules", []))))]


def _alarm(properties: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    metrics = [one for one in properties.get("Metrics", []) if "MetricStat" in one]
    return [("alarm-metric", Decimal(max(1, len(metrics))))]


def _snapshots(function: Resource, environment: str) -> list[tuple[str, Decimal]]:
    properties = function.properties
    if properties.get("SnapStart", {}).get("ApplyOn") != "PublishedVersions":
        return []
    memory = Decimal(properties["MemorySize"]) / 1024
    return [("snapstart-cache", memory * SECONDS_OF_A_MONTH * VERSIONS_KEPT[environment])]


def _metric_filter(properties: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    return [("metric", Decimal(len(properties["MetricTransformations"])))]


PAID: Final[Mapping[str, Pricer]] = MappingProxyType(
    {
        "EC2::NatGateway": _each("nat-hour", HOURS),
        "EC2::EIP": _each("public-ipv4-hour", HOURS),
        "EC2::VPCEndpoint": _endpoint,
        "KMS::Key": _each("kms-key"),
        "KMS::ReplicaKey": _each("kms-key"),
        "SecretsManager::Secret": _secret,
        "WAFv2::WebACL": _web_acl,
        "CloudWatch::Alarm": _alarm,
        "CloudWatch::CompositeAlarm": _each("composite-alarm"),
        "CloudWatch::Dashboard": _each("dashboard"),
        "Logs::MetricFilter": _metric_filter,
    }
)
"""Types that cost by being there, and how much of which price."""

BY_USE: Final = frozenset(
    {
        "ApiGatewayV2::Api", "CloudFront::Distribution", "CloudFront::Function",
        "Cognito::UserPool", "DynamoDB::GlobalTable", "Backup::BackupPlan", "S3::Bucket",
        "KinesisFirehose::DeliveryStream", "Logs::LogGroup", "EC2::FlowLog", "Scheduler::Schedule",
        "GuardDuty::Detector", "CloudTrail::Trail", "SNS::Topic", "SQS::Queue", "Athena::WorkGroup",
        "SES::EmailIdentity",
    }
)  # fmt: skip
"""Types whose cost is that of what goes through them: `stacks.cost.usage`."""

FREE: Final = frozenset(
    {
        "ApiGatewayV2::ApiMapping", "ApiGatewayV2::Authorizer", "ApiGatewayV2::DomainName",
        "ApiGatewayV2::Integration", "ApiGatewayV2::Route", "ApiGatewayV2::Stage",
        "Athena::NamedQuery", "Backup::BackupSelection", "Backup::BackupVault", "Budgets::Budget",
        "CertificateManager::Certificate", "CloudFront::OriginRequestPolicy",
        "CloudFront::ResponseHeadersPolicy", "CodeDeploy::Application",
        "CodeDeploy::DeploymentConfig", "CodeDeploy::DeploymentGroup",
        "Cognito::ManagedLoginBranding",
        "Cognito::UserPoolClient", "Cognito::UserPoolDomain", "Cognito::UserPoolIdentityProvider",
        "Cognito::UserPoolResourceServer", "Cognito::UserPoolRiskConfigurationAttachment",
        "EC2::EgressOnlyInternetGateway", "EC2::InternetGateway", "EC2::NetworkAcl",
        "EC2::NetworkAclEntry", "EC2::Route", "EC2::RouteTable", "EC2::SecurityGroup",
        "EC2::SecurityGroupIngress", "EC2::SecurityGroupEgress", "EC2::Subnet",
        "EC2::SubnetNetworkAclAssociation", "EC2::SubnetRouteTableAssociation", "EC2::VPC",
        "EC2::VPCCidrBlock", "EC2::VPCGatewayAttachment", "Events::Rule", "Glue::Database",
        "Glue::Table", "IAM::OIDCProvider", "IAM::Policy", "IAM::Role", "KMS::Alias",
        "Lambda::Alias", "Lambda::EventInvokeConfig", "Lambda::EventSourceMapping",
        "Lambda::LayerVersion", "Lambda::Permission", "Lambda::Version", "Logs::AccountPolicy",
        "Logs::Delivery", "Logs::DeliveryDestination",
        "Logs::DeliverySource", "Logs::LogStream",
        "Logs::QueryDefinition", "Logs::ResourcePolicy", "Logs::SubscriptionFilter",
        "Route53::RecordSet", "S3::BucketPolicy", "SNS::Subscription", "SNS::TopicPolicy",
        "SES::ConfigurationSet", "SQS::QueuePolicy", "SSM::Parameter", "Scheduler::ScheduleGroup",
        "SecretsManager::ResourcePolicy", "SecretsManager::RotationSchedule", "WAFv2::IPSet",
        "WAFv2::LoggingConfiguration",
    }
)  # fmt: skip
"""Types that cost nothing by themselves; standard SSM parameters and budgets without actions."""

_OF_CDK: Final = ("Custom::", "AWS::CDK::")


def fixed_lines(inventory: Inventory) -> Iterator[Line]:
    """Yield what each resource costs by being there.

    Raises
    ------
    UnknownResourceError
        A type is in none of the three lists.
    """
    for one in inventory.resources:
        for price, quantity in _priced(one, inventory.environment.name):
            yield Line(price, quantity, f"{one.stack}: {one.name}")


def _priced(one: Resource, environment: str) -> list[tuple[str, Decimal]]:
    if one.kind.startswith(_OF_CDK):
        return []
    kind = one.kind.removeprefix("AWS::")
    if kind == "Lambda::Function":
        return _snapshots(one, environment)
    if kind in PAID:
        return PAID[kind](one.properties)
    if kind in BY_USE or kind in FREE:
        return []
    raise UnknownResourceError(f"{one.kind} ({one.stack}: {one.name}) has no price")
