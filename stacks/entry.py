"""The way in: the HTTP API, its stage, its logs and its name. Its routes are in `stacks.api`.

It exists before the functions, so that they, the user pool and the edge can be told its address.
"""

from collections.abc import Mapping
from typing import Final

import jsii
from aws_cdk import CfnOutput
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.logs import log_group
from stacks.environments import Edge, Environment
from stacks.permissions import KeyName
from wpp_mcp.models import strict_json

RATE_PER_SECOND: Final = 500
BURST: Final = 1000
"""What the API takes before it answers 429: the product's bursts of 500 calls, and the 1,000 at
once that are its ceiling (product.md §11). The guide's 10,000 and 5,000 are an account's limits.
What protects an account's concurrency is what functions reserve (docs/infrastructure.md)."""

_LOGGED: Final = {
    # Neither headers nor query strings: both can hold secrets.
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "sourceIp": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "protocol": "$context.protocol",
    "domain": "$context.domainName",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationLatencyMs": "$context.integrationLatency",
    "integrationStatus": "$context.integration.status",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "employeeId": "$context.authorizer.employeeId",
    "clientId": "$context.authorizer.clientId",
    "error": "$context.error.message",
}


@jsii.implements(http.IAccessLogSettings)
class AccessLogs:
    """Lines of JSON in a log group; with numbers as text, as API Gateway fills them in."""

    def __init__(self, group: logs.ILogGroup) -> None:
        self._destination = http.LogGroupLogDestination(group)
        self._format = apigateway.AccessLogFormat.custom(strict_json.dumps(_LOGGED))

    @property
    def destination(self) -> http.LogGroupLogDestination:
        """Where the lines go."""
        return self._destination

    @property
    def format(self) -> apigateway.AccessLogFormat:
        """What a line says."""
        return self._format


class EntryStack(WppStack):
    """The HTTP API.

    Attributes
    ----------
    api
        Without routes, and without a CORS configuration: that would be one for all routes, and
        replace what the functions say of each (`wpp_mcp.gateway.cors`).
    host
        What arrives as ``Host``: CloudFront calls a name of its own.
    origin
        The address that clients know, ``https://…`` without a slash at the end.
    """

    def __init__(
        self, scope: Construct, environment: Environment, keys: Mapping[KeyName, kms.IKey]
    ) -> None:
        super().__init__(scope, environment, "entry", description="wpp-mcp: HTTP API")
        domain = environment.domain
        self.api = http.HttpApi(
            self,
            "Api",
            api_name=f"{environment.prefix}api",
            description=f"wpp-mcp {environment.name}",
            create_default_stage=False,
            # Behind a name of ours, the name that AWS gives would be a way round it.
            disable_execute_api_endpoint=domain is not None,
            ip_address_type=http.IpAddressType.DUAL_STACK,
        )
        if domain is None:
            self.host = f"{self.api.api_id}.execute-api.{self.region}.{self.url_suffix}"
            self.origin = f"https://{self.host}"
        else:
            edge = environment.edge is not Edge.NONE
            self.host = domain.origin if edge else domain.name
            self.origin = f"https://{domain.name}"
        self._stage(environment, keys[KeyName.LOGS], self._named(environment))
        CfnOutput(self, "ApiUrl", value=self.origin, description="Where clients call")
        CfnOutput(self, "McpUrl", value=f"{self.origin}/mcp", description="The MCP endpoint")
        CfnOutput(self, "ApiId", value=self.api.api_id, description="The HTTP API")

    def _stage(self, environment: Environment, key: kms.IKey, name: http.DomainName | None) -> None:
        group = log_group(
            self,
            "AccessLogs",
            name=f"/wpp-mcp/{environment.name}/api-access",
            environment=environment,
            key=key,
        )
        http.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=http.ThrottleSettings(rate_limit=RATE_PER_SECOND, burst_limit=BURST),
            access_log_settings=AccessLogs(group),
            domain_mapping=None if name is None else http.DomainMappingOptions(domain_name=name),
        )

    def _named(self, environment: Environment) -> http.DomainName | None:
        domain = environment.domain
        if domain is None:
            return None
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=domain.zone_id, zone_name=domain.zone
        )
        certificate = acm.Certificate(
            self,
            "Certificate",
            domain_name=self.host,
            validation=acm.CertificateValidation.from_dns(zone),
        )
        name = http.DomainName(
            self,
            "Name",
            domain_name=self.host,
            certificate=certificate,
            security_policy=http.SecurityPolicy.TLS_1_2,
            ip_address_type=http.IpAddressType.DUAL_STACK,
        )
        if environment.is_standby:
            self._tell_target(name)
        else:
            self._point_at(name, zone)
        return name

    def _tell_target(self, name: http.DomainName) -> None:
        """Say what the name has to be pointed at: its records are the first region's stack's."""
        CfnOutput(
            self,
            "RegionalTarget",
            value=name.regional_domain_name,
            description=f"What {self.host} is pointed at, once this region takes over",
        )
        CfnOutput(
            self,
            "RegionalTargetZone",
            value=name.regional_hosted_zone_id,
            description="The hosted zone of that target, for an alias record",
        )

    def _point_at(self, name: http.DomainName, zone: route53.IHostedZone) -> None:
        target = targets.ApiGatewayv2DomainProperties(
            name.regional_domain_name, name.regional_hosted_zone_id
        )
        for kind in (route53.ARecord, route53.AaaaRecord):
            kind(
                self,
                kind.__name__,
                zone=zone,
                record_name=f"{self.host}.",
                target=route53.RecordTarget.from_alias(target),
            )
