"""One Lambda function of ours, as every stack makes it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.logs import log_group
from stacks.constructs.roles import allow
from stacks.environments import Egress, Environment
from stacks.functions import FUNCTIONS, TRACED, FunctionSpec, Layer
from stacks.permissions import KeyName, Permission
from stacks.platform import Platform
from wpp_mcp.config import Settings
from wpp_mcp.functions import Function

RUNTIME: Final = lambda_.Runtime.PYTHON_3_13
ARCHITECTURE: Final = lambda_.Architecture.ARM_64

BUILD: Final = "WPP_BUILD"
"""What tells a function which build it is of."""

_INTERFACES: Final = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
_TRACES: Final = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")


class WppFunction(Construct):
    """A function with a role, a log group and layers of its own.

    Parameters
    ----------
    variables
        The variables that its settings read and that do not follow from the environment alone:
        exactly these, a lacking or unknown one stops the synthesis.
    permissions
        What it may do beyond what its entry in `stacks.functions` says (what is known to its
        stack only).

    Attributes
    ----------
    function
        The function; its logical id is the camel-cased name, so ``sam local invoke`` finds it.
    log_group, role
        Its own.
    """

    def __init__(
        self,
        scope: Construct,
        function: Function,
        platform: Platform,
        *,
        variables: Mapping[str, str] | None = None,
        permissions: Iterable[Permission] = (),
    ) -> None:
        name = camel(function.value)
        super().__init__(scope, f"{name}Parts")
        spec, environment = FUNCTIONS[function], platform.environment
        self.spec = spec
        self.physical_name = f"{environment.prefix}{function.value.replace('_', '-')}"
        self.log_group = log_group(
            self,
            "Logs",
            name=f"/aws/lambda/{self.physical_name}",
            environment=environment,
            key=platform.keys[KeyName.LOGS],
        )
        self.role = self._role(spec, platform, [*spec.permissions, *permissions])
        digest = platform.packages.digest
        build = {BUILD: digest} if digest and BUILD in spec.settings.variables() else {}
        self.function = lambda_.Function(
            scope,
            name,
            function_name=self.physical_name,
            description=f"wpp-mcp: {function.value}",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            handler="handler.handler",
            code=platform.packages.of_function(function),
            layers=[layer_of(scope, layer, platform) for layer in spec.layers],
            memory_size=spec.memory_mb,
            timeout=Duration.seconds(spec.timeout_seconds),
            environment=_variables(spec, environment, {**build, **(variables or {})}),
            role=self.role,
            log_group=self.log_group,
            tracing=(
                lambda_.Tracing.ACTIVE if function in TRACED else lambda_.Tracing.PASS_THROUGH
            ),
            # A version that traffic can be led back to outlives the deployment that follows it;
            # those before it are removed after a deployment (docs/runbook.md).
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
            **_start(spec, environment),
            **_place(platform),
        )
        # Without CDK's eight characters behind it, so that documents and people can name it.
        cast("lambda_.CfnFunction", self.function.node.default_child).override_logical_id(name)
        # The function's policies have to be there before it runs.
        self.function.node.add_dependency(self.role)
        acknowledge(
            self.function,
            "AwsSolutions-L1",
            "Python 3.13 is the version that all dependencies are tested with",
        )
        acknowledge(
            self.function,
            "Annotation::@aws-cdk/aws-lambda:snapStartRequirePublish",
            "Calls lead to an alias, and that to a published version",
        )

    def _role(
        self, spec: FunctionSpec, platform: Platform, permissions: list[Permission]
    ) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description=f"wpp-mcp: what {spec.function.value} may do",
        )
        self.log_group.grant(role, "logs:CreateLogStream", "logs:PutLogEvents")
        stack = Stack.of(self)
        every = iam.PolicyStatement(actions=[*_INTERFACES, *_TRACES], resources=["*"])
        own = f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:"
        role.add_to_policy(every)
        role.add_to_policy(
            # Lambda makes the network interfaces, not what runs in the function:
            # lambda/latest/dg/configuration-vpc.html.
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                actions=list(_INTERFACES),
                resources=["*"],
                conditions={
                    "ArnEquals": {"lambda:SourceFunctionArn": f"{own}{self.physical_name}"}
                },
            )
        )
        acknowledge(
            role,
            "AwsSolutions-IAM5[Resource::*]",
            "Network interfaces of a function and traces have no ARN to name; its own log streams"
            " do, below its log group; code in the function may not touch interfaces",
        )
        allow(role, permissions, platform.environment, platform.keys)
        return role


def camel(name: str) -> str:
    """Return ``execute_tool`` or ``execute-tool`` as ``ExecuteTool``."""
    return "".join(part.capitalize() for part in name.replace("-", "_").split("_"))


def layer_of(scope: Construct, layer: Layer, platform: Platform) -> lambda_.LayerVersion:
    """Return a stack's own version of a layer.

    A version's ARN changes with each build, and an export that another stack uses cannot change:
    each stack has versions of its own, of the same file.
    """
    stack = Stack.of(scope)
    construct_id = f"{camel(layer.value)}Layer"
    found = stack.node.try_find_child(construct_id)
    if isinstance(found, lambda_.LayerVersion):
        return found
    return lambda_.LayerVersion(
        stack,
        construct_id,
        code=platform.packages.of_layer(layer),
        compatible_runtimes=[RUNTIME],
        compatible_architectures=[ARCHITECTURE],
        description=f"wpp-mcp: {layer.value}",
    )


def _variables(
    spec: FunctionSpec, environment: Environment, given: Mapping[str, str]
) -> dict[str, str]:
    known = {
        "WPP_ENVIRONMENT": environment.name,
        "WPP_SECRET_PREFIX": environment.secret_prefix,
        "WPP_TABLE_PREFIX": environment.prefix,
    }
    reads = spec.settings.variables()
    lacking = [n for n in required_variables(spec.settings) if n not in {**known, **given}]
    unknown = [n for n in given if n not in reads]
    if lacking or unknown:
        raise ValueError(f"{spec.function.value}: lacks {lacking}, does not read {unknown}")
    variables = {n: v for n, v in {**known, **given}.items() if n in reads}
    if environment.egress is Egress.IPV6:
        # botocore: without it, names of AWS services have no IPv6 address.
        variables["AWS_USE_DUALSTACK_ENDPOINT"] = "true"
    return variables


def required_variables(settings: type[Settings]) -> list[str]:
    """Return the variables that a function cannot start without; Lambda sets the region."""
    fields = settings.model_fields.values()
    names = [str(field.alias) for field in fields if field.is_required()]
    return [name for name in names if name != "AWS_REGION"]


def _start(spec: FunctionSpec, environment: Environment) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    if spec.snap_start and environment.snap_start:
        chosen["snap_start"] = lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS
    if spec.concurrency is not None and environment.reserved_concurrency:
        chosen["reserved_concurrent_executions"] = spec.concurrency
    return chosen


def _place(platform: Platform) -> dict[str, Any]:
    network = platform.network
    return {
        "vpc": network.vpc,
        "vpc_subnets": ec2.SubnetSelection(subnet_group_name="private"),
        "security_groups": [network.functions],
        "ipv6_allowed_for_dual_stack": platform.environment.egress is Egress.IPV6,
    }
