"""The web firewall of the edge: web ACL, IP sets, and its log without anybody's credentials."""

from ipaddress import ip_network
from typing import Any, Final

from aws_cdk import Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from stacks.constructs.logs import log_group
from stacks.environments import Environment
from stacks.waf_rules import Sets, definitions, visibility
from wpp_mcp.access.authorizer import OMA_KEY_HEADER
from wpp_mcp.access.edge import ORIGIN_HEADER
from wpp_mcp.gateway.messages import GOOGLE_TOKEN_HEADER

_SCOPE: Final = "CLOUDFRONT"
PROTECTED_HEADERS: Final = (
    "authorization",
    "cookie",
    OMA_KEY_HEADER,
    GOOGLE_TOKEN_HEADER,
    ORIGIN_HEADER,
)
"""Headers that are replaced by a mark before anything of a request is kept."""
_KEPT: Final = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
"""The log keeps what a rule had something to say of: most requests are not worth their storage."""


def firewall_log_name(environment: Environment) -> str:
    """Return the name of the log group; WAF writes only to groups whose name begins so."""
    return f"aws-waf-logs-{environment.prefix}edge"


class WebFirewall(Construct):
    """A web ACL for CloudFront; in a stack of us-east-1.

    Attributes
    ----------
    acl
        The web ACL.
    logging
        Its log.
    blocked
        The IP sets of blocked addresses by IP version; `wpp_mcp.edge.ip_sets` fills them.
    """

    def __init__(self, scope: Construct, environment: Environment, *, logs_key: kms.IKey) -> None:
        super().__init__(scope, "Firewall")
        self._environment = environment
        # Their content belongs to a function: a deployment has to leave it alone, and does as
        # long as it says the same every time.
        self.blocked = {version: self._set(f"blocked-v{version}", version) for version in (4, 6)}
        self.acl = self._acl(self._oma())
        self.logging = self._log(logs_key)

    def _set(self, name: str, version: int, addresses: tuple[str, ...] = ()) -> wafv2.CfnIPSet:
        return wafv2.CfnIPSet(
            self,
            "".join(part.capitalize() for part in name.split("-")),
            name=f"{self._environment.prefix}{name}",
            scope=_SCOPE,
            ip_address_version=f"IPV{version}",
            addresses=list(addresses),
        )

    def _oma(self) -> tuple[str, ...]:
        found = []
        for version in (4, 6):
            ranges = tuple(
                text
                for text in self._environment.oma_addresses
                if ip_network(text).version == version
            )
            if ranges:
                found.append(self._set(f"oma-v{version}", version, ranges).attr_arn)
        return tuple(found)

    def _acl(self, oma: tuple[str, ...]) -> wafv2.CfnWebACL:
        environment = self._environment
        name = f"{environment.prefix}edge"
        acl = wafv2.CfnWebACL(
            self,
            "Acl",
            name=name,
            scope=_SCOPE,
            description="wpp-mcp: the deployment guide, layer 4",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=wafv2.CfnWebACL.VisibilityConfigProperty(
                cloud_watch_metrics_enabled=True,
                metric_name=name,
                sampled_requests_enabled=False,
            ),
            data_protection_config=wafv2.CfnWebACL.DataProtectionConfigProperty(
                data_protections=_protections()
            ),
        )
        blocked = tuple(each.attr_arn for each in self.blocked.values())
        rules = definitions(
            environment.edge,
            environment.prefix,
            Sets(blocked=blocked, oma=oma),
            environment.allowed_countries,
        )
        # As data: CDK's classes for nested statements say the same in three times the text.
        acl.add_property_override("Rules", rules)
        acl.add_property_override("VisibilityConfig", visibility(name))
        return acl

    def _log(self, key: kms.IKey) -> wafv2.CfnLoggingConfiguration:
        stack, environment = Stack.of(self), self._environment
        name = firewall_log_name(environment)
        group = log_group(self, "Logs", name=name, environment=environment, key=key)
        logging = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.acl.attr_arn,
            log_destination_configs=[
                f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{name}"
            ],
            redacted_fields=[{"singleHeader": {"Name": name}} for name in PROTECTED_HEADERS]
            + [{"queryString": {}}],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": kind}} for kind in _KEPT],
                    }
                ],
            },
        )
        logging.node.add_dependency(group)
        return logging


def _protections() -> list[Any]:
    """Return what of a request is kept nowhere, in no log and no security lake.

    Query strings hold codes and states of sign-ins; a body is what a rule shows as its match.
    """
    fields: list[tuple[str, list[str] | None]] = [
        ("SINGLE_HEADER", list(PROTECTED_HEADERS)),
        ("SINGLE_COOKIE", None),
        ("QUERY_STRING", None),
        ("BODY", None),
    ]
    return [
        wafv2.CfnWebACL.DataProtectProperty(
            action="SUBSTITUTION",
            field=wafv2.CfnWebACL.FieldToProtectProperty(field_type=kind, field_keys=keys),
            exclude_rate_based_details=False,
            exclude_rule_match_details=False,
        )
        for kind, keys in fields
    ]
