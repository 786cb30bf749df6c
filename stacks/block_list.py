"""The function that blocks addresses, and the log lines that it reads.

In the environment's own region, where the log groups are; the edge is in us-east-1.
"""

from typing import Final

from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.function import WppFunction, camel
from stacks.constructs.job_alarms import JobAlarms
from stacks.edge import EdgeStack
from stacks.platform import Platform
from stacks.secrets import distribution_parameter
from wpp_mcp.edge.failures import SECURITY_MESSAGE
from wpp_mcp.functions import Function
from wpp_mcp.routes import ROUTES, Credentials

PATTERN: Final = (
    f'{{ ($.security IS TRUE) && ($.message = "{SECURITY_MESSAGE}") && ($.address = "*") }}'
)
SOURCES: Final = tuple(
    sorted({route.function for route in ROUTES if route.credentials is not Credentials.NONE})
)
"""The functions that ask who calls: the others refuse nobody for want of that."""


class BlockListStack(WppStack):
    """Log lines of failed authentications → function → IP sets of the edge.

    The log groups are named, not referred to: they have to be there before this stack is.
    """

    def __init__(self, scope: Construct, platform: Platform, *, edge: EdgeStack) -> None:
        environment = platform.environment
        super().__init__(
            scope, environment, "block-list", description="wpp-mcp: blocks addresses at the edge"
        )
        blocked = edge.firewall.blocked
        self.function = WppFunction(
            self,
            Function.BLOCK_ADDRESSES,
            platform,
            variables={
                "WPP_BLOCKED_V4_ID": blocked[4].attr_id,
                "WPP_BLOCKED_V6_ID": blocked[6].attr_id,
                "WPP_NEVER_BLOCKED": ",".join(environment.oma_addresses),
            },
        )
        JobAlarms(self, "Alarms", environment).failures(self.function)
        for source in SOURCES:
            self._subscribe(source, f"{environment.prefix}{source.value.replace('_', '-')}")
        # Here and not in the edge's stack: who rotates the origin header reads it in this region.
        ssm.StringParameter(
            self,
            "DistributionId",
            parameter_name=distribution_parameter(environment),
            description="The distribution whose origin header is rotated",
            string_value=edge.distribution.distribution_id,
        )

    def _subscribe(self, source: Function, function_name: str) -> None:
        group = f"/aws/lambda/{function_name}"
        arn = f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{group}:*"
        allowed = lambda_.CfnPermission(
            self,
            f"{camel(source.value)}MayCall",
            action="lambda:InvokeFunction",
            function_name=self.function.function.function_arn,
            principal=iam.ServicePrincipal("logs.amazonaws.com").service,
            source_account=self.account,
            source_arn=arn,
        )
        subscription = logs.CfnSubscriptionFilter(
            self,
            f"{camel(source.value)}Failures",
            filter_name=f"{self.environment_of.prefix}failed-authentications",
            log_group_name=group,
            filter_pattern=PATTERN,
            destination_arn=self.function.function.function_arn,
        )
        subscription.add_resource_dependency(allowed)
