"""The VPC of the deployment guide: three zones, public, private and isolated subnets.

Functions live in the private subnets and have one way out, to HTTPS. Nothing listens anywhere:
API Gateway reaches a function through Lambda, not through the network.
"""

from dataclasses import dataclass
from typing import Final, cast

import jsii
from aws_cdk import CfnOutput, CfnResource
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.logs import log_group
from stacks.environments import Egress, Environment

CIDR: Final = "10.0.0.0/16"
_FIRST: Final = {"public": 1, "private": 11, "isolated": 21}
_TYPES: Final = {
    "public": ec2.SubnetType.PUBLIC,
    "private": ec2.SubnetType.PRIVATE_WITH_EGRESS,
    "isolated": ec2.SubnetType.PRIVATE_ISOLATED,
}


ANYWHERE: Final = "0.0.0.0/0"
ANYWHERE_6: Final = "::/0"
_IN: Final = ec2.TrafficDirection.INGRESS
_OUT: Final = ec2.TrafficDirection.EGRESS


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a network ACL; whatever no rule allows is denied."""

    direction: ec2.TrafficDirection
    peer: str
    traffic: ec2.AclTraffic


def _https() -> ec2.AclTraffic:
    return ec2.AclTraffic.tcp_port(443)


def _answers() -> ec2.AclTraffic:
    # An ACL keeps no state: what comes back to the ports that calls went out from.
    return ec2.AclTraffic.tcp_port_range(1024, 65_535)


_ACLS: Final = {
    # NAT gateways: from the functions to the internet and back.
    "public": (
        Rule(_IN, CIDR, _https()),
        Rule(_IN, ANYWHERE, _answers()),
        Rule(_OUT, ANYWHERE, _https()),
        Rule(_OUT, CIDR, _answers()),
    ),
    "private": (
        Rule(_IN, ANYWHERE, _answers()),
        Rule(_OUT, ANYWHERE, _https()),
    ),
    # Interface endpoints, for the VPC alone.
    "isolated": (
        Rule(_IN, CIDR, _https()),
        Rule(_OUT, CIDR, _answers()),
    ),
}


@jsii.implements(ec2.IIpAddresses)
class GuideAddresses:
    """The guide's subnets, 10.0.1.0/24 and so on, which CDK's allocator would place elsewhere."""

    def allocate_vpc_cidr(self) -> ec2.VpcIpamOptions:
        """Return the VPC's range."""
        return ec2.VpcIpamOptions(cidr_block=CIDR)

    def allocate_subnets_cidr(self, request: ec2.AllocateCidrRequest) -> ec2.SubnetIpamOptions:
        """Return a range for each subnet, in the order asked for."""
        seen = dict(_FIRST)
        allocated = []
        for subnet in request.requested_subnets:
            kind = subnet.configuration.name
            allocated.append(ec2.AllocatedSubnet(cidr=f"10.0.{seen[kind]}.0/24"))
            seen[kind] += 1
        return ec2.SubnetIpamOptions(allocated_subnets=allocated)


class NetworkStack(WppStack):
    """The VPC, its ways out, and who may talk to whom.

    Parameters
    ----------
    logs_key
        The key of log groups, or its ARN where no stack of this app makes it.

    Attributes
    ----------
    functions
        Security group of the functions: out to HTTPS, in from nobody.
    """

    def __init__(
        self, scope: Construct, environment: Environment, *, logs_key: kms.IKey | str
    ) -> None:
        super().__init__(scope, environment, "network", description="wpp-mcp: VPC")
        if isinstance(logs_key, str):
            logs_key = kms.Key.from_key_arn(self, "FlowLogsKey", logs_key)
        self.vpc = self._vpc(environment)
        acknowledge(
            self.vpc,
            "CloudFormation-Validate::W3010",
            "Zones are named in cdk.json: asking for them would be a look-up in the account",
        )
        CfnOutput(self, "VpcId", value=self.vpc.vpc_id, description="The VPC")
        self.functions = self._functions_group(environment)
        self._keep_logs_of_helper(environment, logs_key)
        self._endpoints(environment)
        self._flow_logs(environment, logs_key)
        for name, rules in _ACLS.items():
            self._acl(name, rules, dual_stack=environment.egress is Egress.IPV6)

    def _vpc(self, environment: Environment) -> ec2.Vpc:
        dual = environment.egress is Egress.IPV6
        return ec2.Vpc(
            self,
            "Vpc",
            vpc_name=f"{environment.prefix}vpc",
            ip_addresses=GuideAddresses(),  # type: ignore[arg-type]  # jsii hands over one struct
            ip_protocol=ec2.IpProtocol.DUAL_STACK if dual else ec2.IpProtocol.IPV4_ONLY,
            availability_zones=environment.availability_zones,
            nat_gateways=environment.nat_gateways,
            restrict_default_security_group=True,
            subnet_configuration=[
                ec2.SubnetConfiguration(
                    name=name,
                    subnet_type=kind,
                    cidr_mask=24,
                    **({"map_public_ip_on_launch": False} if name == "public" else {}),
                )
                for name, kind in _TYPES.items()
            ],
        )

    def _functions_group(self, environment: Environment) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self,
            "Functions",
            vpc=self.vpc,
            description="Lambda functions: out to HTTPS only",
            allow_all_outbound=False,
        )
        https = ec2.Port.HTTPS
        group.add_egress_rule(ec2.Peer.any_ipv4(), https, "Google and AWS")
        if environment.egress is Egress.IPV6:
            group.add_egress_rule(ec2.Peer.any_ipv6(), https, "Google and AWS")
        return group

    def _keep_logs_of_helper(self, environment: Environment, key: kms.IKey) -> None:
        """Give CDK's function that empties the default security group a log group of ours.

        Lambda would make one by itself: with no key of ours, and kept for ever.
        """
        group = log_group(
            self,
            "HelperLogs",
            name=f"/wpp-mcp/{environment.name}/default-security-group",
            environment=environment,
            key=key,
        )
        provider = self.node.find_child("Custom::VpcRestrictDefaultSGCustomResourceProvider")
        handler = cast("CfnResource", provider.node.find_child("Handler"))
        handler.add_property_override("LoggingConfig", {"LogGroup": group.log_group_name})
        handler.node.add_dependency(group)

    def _endpoints(self, environment: Environment) -> None:
        for name in ("DYNAMODB", "S3"):
            endpoint = self.vpc.add_gateway_endpoint(
                name.capitalize(), service=getattr(ec2.GatewayVpcEndpointAwsService, name)
            )
            # Nothing leaves to a table or a bucket of another account this way.
            endpoint.add_to_policy(
                iam.PolicyStatement(
                    principals=[iam.AnyPrincipal()],
                    actions=[f"{name.lower()}:*"],
                    resources=["*"],
                    conditions={"StringEquals": {"aws:ResourceAccount": environment.account}},
                )
            )
        if not environment.interface_endpoints:
            return
        group = ec2.SecurityGroup(
            self,
            "Endpoints",
            vpc=self.vpc,
            description="Interface endpoints: in from functions only",
            allow_all_outbound=False,
        )
        group.add_ingress_rule(self.functions, ec2.Port.HTTPS, "Functions")
        for service in environment.interface_endpoints:
            self.vpc.add_interface_endpoint(
                service.capitalize(),
                service=ec2.InterfaceVpcEndpointAwsService(service),
                subnets=ec2.SubnetSelection(subnet_group_name="isolated"),
                security_groups=[group],
                open=False,
            )

    def _flow_logs(self, environment: Environment, key: kms.IKey) -> None:
        group = log_group(
            self,
            "FlowLogs",
            name=f"/wpp-mcp/{environment.name}/vpc-flow-logs",
            environment=environment,
            key=key,
        )
        role = iam.Role(
            self,
            "FlowLogsRole",
            assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"),
        )
        self.vpc.add_flow_log(
            "Flow",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group, role),
            traffic_type=ec2.FlowLogTrafficType.ALL,
        )

    def _acl(self, name: str, rules: tuple["Rule", ...], *, dual_stack: bool) -> None:
        acl = ec2.NetworkAcl(
            self,
            f"{name.capitalize()}Acl",
            vpc=self.vpc,
            subnet_selection=ec2.SubnetSelection(subnet_group_name=name),
        )
        acknowledge(
            acl,
            "AwsSolutions-VPC3",
            "The deployment guide wants network ACLs as a layer beside the security groups, which"
            " stay the first",
        )
        number = 100
        for rule in rules:
            peers = [rule.peer]
            if dual_stack and rule.peer == ANYWHERE:
                peers.append(ANYWHERE_6)
            for peer in peers:
                six = peer == ANYWHERE_6
                acl.add_entry(
                    f"{rule.direction.name.capitalize()}{number}",
                    rule_number=number,
                    direction=rule.direction,
                    cidr=ec2.AclCidr.ipv6(peer) if six else ec2.AclCidr.ipv4(peer),
                    traffic=rule.traffic,
                    rule_action=ec2.Action.ALLOW,
                )
                number += 10
