"""What CloudFront and WAF log, and that they may: access by chosen fields, into CloudWatch Logs."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs

from stacks.constructs.logs import log_group
from stacks.environments import Environment

FIELDS: Final = (
    "timestamp(ms)",
    "x-edge-location",
    "c-ip",
    "c-country",
    "cs-method",
    "cs(Host)",
    "x-host-header",
    "cs-uri-stem",
    "sc-status",
    "cs-bytes",
    "sc-bytes",
    "cs(User-Agent)",
    "x-edge-result-type",
    "x-edge-response-result-type",
    "x-edge-detailed-result-type",
    "x-edge-request-id",
    "cs-protocol",
    "cs-protocol-version",
    "ssl-protocol",
    "ssl-cipher",
    "time-taken",
    "time-to-first-byte",
)
"""Not ``cs-uri-query``, ``cs(Cookie)`` or ``cs(Referer)``: codes, states and sessions are there."""

_DELIVERY: Final = "delivery.logs.amazonaws.com"


def access_log_name(environment: Environment) -> str:
    """Return the name of the group that requests are logged in."""
    return f"/wpp-mcp/{environment.name}/edge-access"


def access_log(
    stack: Stack,
    distribution: cloudfront.Distribution,
    *,
    environment: Environment,
    key: kms.IKey,
) -> logs.CfnDelivery:
    """Log a distribution's requests, encrypted, for as long as the environment keeps logs."""
    name = access_log_name(environment)
    group = log_group(stack, "AccessLogs", name=name, environment=environment, key=key)
    source = logs.CfnDeliverySource(
        stack,
        "AccessLogSource",
        name=f"{environment.prefix}edge-access",
        log_type="ACCESS_LOGS",
        resource_arn=distribution.distribution_arn,
    )
    destination = logs.CfnDeliveryDestination(
        stack,
        "AccessLogDestination",
        name=f"{environment.prefix}edge-access",
        destination_resource_arn=f"{_groups_of(stack)}:{name}",
        output_format="json",
    )
    destination.node.add_dependency(group)
    delivery = logs.CfnDelivery(
        stack,
        "AccessLogDelivery",
        delivery_source_name=source.name,
        delivery_destination_arn=destination.attr_arn,
        record_fields=list(FIELDS),
    )
    delivery.node.add_dependency(source)
    return delivery


def let_services_deliver(
    stack: Stack, environment: Environment, names: Iterable[str]
) -> logs.ResourcePolicy:
    """Let AWS's log delivery write into groups of this account, for this account alone.

    A region of an account has room for ten such policies: this is one for all groups here.
    """
    policy = logs.ResourcePolicy(
        stack, "LogDelivery", resource_policy_name=f"{environment.prefix}edge-log-delivery"
    )
    source = f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:*"
    policy.document.add_statements(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal(_DELIVERY)],
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{_groups_of(stack)}:{name}:log-stream:*" for name in names],
            conditions={
                "StringEquals": {"aws:SourceAccount": stack.account},
                "ArnLike": {"aws:SourceArn": source},
            },
        )
    )
    return policy


def _groups_of(stack: Stack) -> str:
    return f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group"
