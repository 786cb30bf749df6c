"""What the trail is searched for, as CloudWatch's filter patterns. Pure data: imports no CDK."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from stacks.environments import Environment

TRAIL_NAMESPACE: Final = "WppMcp/Trail"

_ROLE: Final = "$.userIdentity.sessionContext.sessionIssuer.userName"
_WEB: Final = "$.userIdentity.sessionContext.webIdFederationData.federatedProvider"
_SESSION: Final = "$.userIdentity.principalId"
_CLOUDFORMATION: Final = "cdk-hnb659fds-cfn-exec-role-"
"""Only CloudFormation may take this role of CDK's bootstrap: it fills secrets into templates."""


class TrailMetric(StrEnum):
    """What is counted in the trail."""

    SECRET_READS = "SecretReads"  # noqa: S105 - a name
    GUARDS_WEAKENED = "GuardsWeakened"
    ROOT_USED = "RootUsed"


GUARDS: Final = (
    "StopLogging",
    "DeleteTrail",
    "UpdateTrail",
    "PutEventSelectors",
    "DeleteDetector",
    "UpdateDetector",
    "CreateFilter",
    "DisableKey",
    "ScheduleKeyDeletion",
    "DeleteAlarms",
    "DisableAlarmActions",
)
"""Calls that make the account blind, or its data unreadable."""


def patterns_of(environment: Environment) -> Mapping[TrailMetric, str]:
    """Return the filter pattern behind each metric.

    A function reads secrets with a role whose name begins with its stack's, in a session that
    Lambda names after the function. The deploy role's name begins so too, but its session is
    federated, so what it reads is seen.
    """
    reads = _any("eventName", ("GetSecretValue", "BatchGetSecretValue"))
    # A comparison with a field that is not there never holds, hence NOT EXISTS: an IAM user, the
    # root user and another account's role have no such field or another name.
    prefix = environment.prefix
    no_function = f'(({_ROLE} != "{prefix}*") || ({_SESSION} != "*:{prefix}*"))'
    others = (
        f"({_ROLE} NOT EXISTS) || "
        f'(({_ROLE} != "{_CLOUDFORMATION}*") && {no_function}) || '
        f'({_WEB} = "*")'
    )
    return {
        TrailMetric.SECRET_READS: (
            f'{{ ($.eventSource = "secretsmanager.amazonaws.com") && {reads} && ({others}) }}'
        ),
        TrailMetric.GUARDS_WEAKENED: f"{{ {_any('eventName', GUARDS)} }}",
        # As the CIS benchmark has it: what a service does in the account's name is no use of root.
        TrailMetric.ROOT_USED: (
            '{ ($.userIdentity.type = "Root") && ($.userIdentity.invokedBy NOT EXISTS)'
            ' && ($.eventType != "AwsServiceEvent") }'
        ),
    }


def _any(name: str, values: tuple[str, ...]) -> str:
    return "(" + " || ".join(f'($.{name} = "{value}")' for value in values) + ")"
