"""The edge: CloudFront with a web firewall in front of the API, under the public name.

Nothing is cached, not even an error: an answer belongs to whoever asked, and CloudFront's key has
no Authorization in it. What CloudFront sends on carries a secret header, so that the API knows what
came through here.
"""

from pathlib import Path
from typing import Any, Final

from aws_cdk import CfnOutput, Duration, SecretValue
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_kms as kms
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as targets
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.edge_logs import access_log, access_log_name, let_services_deliver
from stacks.constructs.key_users import let_logs_use
from stacks.environments import Domain, Edge, Environment
from stacks.permissions import KeyName
from stacks.platform import Platform
from stacks.waf import WebFirewall, firewall_log_name
from wpp_mcp.access.edge import ORIGIN_HEADER
from wpp_mcp.routes import FUNCTION_TIMEOUT_SECONDS
from wpp_mcp.secret_store import SecretName

REGION: Final = "us-east-1"
"""Where CloudFront takes certificates and web ACLs from."""
CACHED_ERRORS: Final = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""Every answer that CloudFront would keep for ten seconds if not told otherwise, and give to the
next who asks (AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html)."""
_ORIGIN_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS + 7
"""Longer than API Gateway's 30 s, so that it is never us who hang up first."""
_HSTS: Final = Duration.days(730)
_FUNCTION: Final = Path(__file__).with_name("viewer_address.js")


class EdgeStack(WppStack):
    """CloudFront, its web firewall, its certificate and its name.

    Attributes
    ----------
    distribution
        The distribution; rotating the origin header updates it.
    firewall
        The web firewall with the sets of blocked addresses.
    """

    def __init__(self, scope: Construct, platform: Platform) -> None:
        environment = platform.environment
        if environment.domain is None:
            raise ValueError("an edge needs a domain")
        super().__init__(
            scope, environment, "edge", description="wpp-mcp: CloudFront, WAF, name", region=REGION
        )
        logs_key = self._logs_key(platform)
        self.firewall = WebFirewall(self, environment, logs_key=logs_key)
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self,
            "Zone",
            hosted_zone_id=environment.domain.zone_id,
            zone_name=environment.domain.zone,
        )
        self.distribution = self._distribution(environment, environment.domain, zone)
        self._names(environment.domain, zone)
        names = (access_log_name(environment), firewall_log_name(environment))
        allowed = let_services_deliver(self, environment, names)
        delivery = access_log(self, self.distribution, environment=environment, key=logs_key)
        for needs in (delivery, self.firewall.logging):
            needs.node.add_dependency(allowed)
        CfnOutput(self, "DistributionId", value=self.distribution.distribution_id)
        CfnOutput(self, "Url", value=f"https://{environment.domain.name}")

    def _logs_key(self, platform: Platform) -> kms.IKey:
        """Return the key of log groups in this region: the environment's, or one of its own."""
        if platform.environment.region == REGION:
            return platform.keys[KeyName.LOGS]
        key = kms.Key(
            self,
            "LogsKey",
            alias=f"alias/{platform.environment.prefix}edge-logs",
            description="wpp-mcp: log groups of the edge",
            enable_key_rotation=True,
        )
        let_logs_use(key)
        return key

    def _distribution(
        self, environment: Environment, domain: Domain, zone: route53.IHostedZone
    ) -> cloudfront.Distribution:
        full = environment.edge is Edge.FULL
        countries = environment.allowed_countries
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"{environment.prefix}edge",
            domain_names=[domain.name],
            certificate=acm.Certificate(
                self,
                "Certificate",
                domain_name=domain.name,
                validation=acm.CertificateValidation.from_dns(zone),
            ),
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            ssl_support_method=cloudfront.SSLMethod.SNI,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            enable_ipv6=True,
            price_class=getattr(
                cloudfront.PriceClass, "PRICE_CLASS_ALL" if full else "PRICE_CLASS_100"
            ),
            web_acl_id=self.firewall.acl.attr_arn,
            geo_restriction=(
                cloudfront.GeoRestriction.allowlist(*countries) if countries else None
            ),
            default_behavior=self._behavior(environment, domain),
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
                for status in CACHED_ERRORS
            ],
        )
        if not countries:
            acknowledge(
                distribution,
                "AwsSolutions-CFR1",
                "The agency works in any country; allowedCountries in cdk.json names them where"
                " the security team wants that, here and in the web firewall",
            )
        acknowledge(
            distribution,
            "AwsSolutions-CFR3",
            "Access is logged by a delivery to CloudWatch Logs, with chosen fields: the older"
            " logging writes query strings, and these hold codes of sign-ins",
        )
        return distribution

    def _behavior(self, environment: Environment, domain: Domain) -> cloudfront.BehaviorOptions:
        policy = cloudfront.OriginRequestPolicy
        return cloudfront.BehaviorOptions(
            origin=self._origin(environment, domain),
            # Not a redirect: the request over HTTP has already shown the token to everybody.
            viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
            cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
            # API Gateway knows the origin's name only: another Host finds nothing there.
            origin_request_policy=policy.ALL_VIEWER_EXCEPT_HOST_HEADER,
            response_headers_policy=self._headers(environment),
            # Compressed, an answer with a secret beside a caller's text tells of it by its length.
            compress=False,
            function_associations=[
                cloudfront.FunctionAssociation(
                    event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                    function=self._viewer_address(environment),
                )
            ],
        )

    def _origin(self, environment: Environment, domain: Domain) -> cloudfront.IOrigin:
        name = f"{environment.secret_prefix}{SecretName.ORIGIN_HEADER.value}"
        value = SecretValue.secrets_manager(name, json_field="current")
        return origins.HttpOrigin(
            domain.origin,
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            read_timeout=Duration.seconds(_ORIGIN_SECONDS),
            keepalive_timeout=Duration.seconds(60),
            connection_attempts=2,
            connection_timeout=Duration.seconds(5),
            custom_headers={
                # Unwrapped is the text {{resolve:secretsmanager:…}}, which CloudFormation fills in
                # when it deploys. The value itself is in no template and in no asset.
                ORIGIN_HEADER: value.unsafe_unwrap()
            },
        )

    def _viewer_address(self, environment: Environment) -> cloudfront.Function:
        return cloudfront.Function(
            self,
            "ViewerAddress",
            function_name=f"{environment.prefix}viewer-address",
            comment="The viewer's address, over whatever the viewer claims",
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            code=cloudfront.FunctionCode.from_file(file_path=str(_FUNCTION)),
        )

    def _headers(self, environment: Environment) -> cloudfront.ResponseHeadersPolicy:
        """Return the headers of every answer; where a function says its own, that one counts."""
        return cloudfront.ResponseHeadersPolicy(
            self,
            "SecurityHeaders",
            response_headers_policy_name=f"{environment.prefix}security-headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=_HSTS, include_subdomains=True, override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy="default-src 'none'; frame-ancestors 'none'",
                    override=False,
                ),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=False
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=False
                ),
            ),
        )

    def _names(self, domain: Domain, zone: route53.IHostedZone) -> None:
        target = route53.RecordTarget.from_alias(targets.CloudFrontTarget(self.distribution))
        shared: dict[str, Any] = {"zone": zone, "record_name": f"{domain.name}.", "target": target}
        route53.ARecord(self, "Name", **shared)
        route53.AaaaRecord(self, "Name6", **shared)
