"""AWS's managed rule groups, and which of their rules count only, and where.

A rule that counts for one path counts for all: that is how WAF's overrides are. Such a rule labels
what it matches, and the last rule of the web ACL blocks what has the label on any other path. So
each exception here holds for its paths alone.

Names and labels: waf/latest/developerguide/aws-managed-rule-groups-list.html.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stacks.waf_statements import URI_PATH, Statement, both, either, label, no, text

MCP: Final = ("/mcp",)
SIGN_IN: Final = ("/oauth/",)
CALLED_BY_SERVERS: Final = (
    *MCP,
    "/.well-known/",
    "/health",
    "/oauth/revoke",
    "/oauth/token",
    "/operations",
    "/policies",
)
"""What hosted clients, OMA's back end and probes call; the rest is for people with a browser."""
EVERYWHERE: Final = ("/",)


@dataclass(frozen=True, slots=True)
class Counted:
    """A managed rule that only counts on some paths.

    Parameters
    ----------
    name, label
        The rule, and the last part of the label that it leaves.
    paths
        What these paths begin with.
    """

    name: str
    label: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedGroup:
    """A rule group of AWS.

    Parameters
    ----------
    labels
        What stands before the labels of its rules.
    capacity
        In WAF's capacity units, fixed by AWS.
    """

    name: str
    rule: str
    labels: str
    capacity: int
    counted: tuple[Counted, ...] = ()
    in_basic: bool = False

    def statement(self) -> Statement:
        """Return the group, with what only counts."""
        overrides = [
            {"Name": counted.name, "ActionToUse": {"Count": {}}} for counted in self.counted
        ]
        more = {"RuleActionOverrides": overrides} if overrides else {}
        return {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": self.name, **more}}


def _bodies(*rules: str, paths: tuple[str, ...] = MCP) -> tuple[Counted, ...]:
    # GAQL looks like SQL injection, texts of ads look like scripts, and both are longer than 8 KB.
    return tuple(Counted(f"{rule}_BODY", f"{rule}_Body", paths) for rule in rules)


GROUPS: Final = (
    ManagedGroup(
        name="AWSManagedRulesCommonRuleSet",
        rule="common",
        labels="awswaf:managed:aws:core-rule-set:",
        capacity=700,
        in_basic=True,
        counted=(
            *_bodies("SizeRestrictions", "EC2MetaDataSSRF", "GenericLFI", "CrossSiteScripting"),
            # An MCP client on somebody's machine signs in with a redirect to http://127.0.0.1:PORT,
            # which looks like the inclusion of a remote file; its state may be long.
            *_bodies("GenericRFI", paths=(*MCP, *SIGN_IN)),
            Counted("GenericRFI_QUERYARGUMENTS", "GenericRFI_QueryArguments", SIGN_IN),
            Counted("SizeRestrictions_QUERYSTRING", "SizeRestrictions_QueryString", SIGN_IN),
            # Unusual, not wrong (the guide logs it).
            Counted("NoUserAgent_HEADER", "NoUserAgent_Header", EVERYWHERE),
        ),
    ),
    ManagedGroup(
        name="AWSManagedRulesKnownBadInputsRuleSet",
        rule="known-bad-inputs",
        labels="awswaf:managed:aws:known-bad-inputs:",
        capacity=200,
        in_basic=True,
        counted=_bodies("JavaDeserializationRCE", "Log4JRCE", "ReactJSRCE"),
    ),
    ManagedGroup(
        name="AWSManagedRulesSQLiRuleSet",
        rule="sql-injection",
        labels="awswaf:managed:aws:sql-database:",
        capacity=200,
        counted=_bodies("SQLi", "SQLiExtendedPatterns"),
    ),
    ManagedGroup(
        name="AWSManagedRulesAmazonIpReputationList",
        rule="ip-reputation",
        labels="awswaf:managed:aws:amazon-ip-list:",
        capacity=25,
    ),
    ManagedGroup(
        name="AWSManagedRulesAnonymousIpList",
        rule="anonymous-addresses",
        labels="awswaf:managed:aws:anonymous-ip-list:",
        capacity=50,
        # Clients that run in somebody's cloud call from there. Tor and VPNs stay blocked.
        counted=(Counted("HostingProviderIPList", "HostingProviderIPList", CALLED_BY_SERVERS),),
    ),
)


def reblocked(groups: Iterable[ManagedGroup]) -> Statement:
    """Return a match of what was only counted, on a path where that has no reason."""
    labels: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for group in groups:
        for counted in group.counted:
            if counted.paths != EVERYWHERE:
                labels[counted.paths].append(group.labels + counted.label)
    return either(
        both(
            either(map(label, names)),
            no(either(text(URI_PATH, "STARTS_WITH", path) for path in paths)),
        )
        for paths, names in labels.items()
    )
