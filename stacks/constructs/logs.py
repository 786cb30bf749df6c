"""Log groups: encrypted, and kept as long as the environment keeps logs."""

from typing import Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.environments import Environment

_RETENTION: Final = {7: "ONE_WEEK", 30: "ONE_MONTH", 90: "THREE_MONTHS", 365: "ONE_YEAR"}


def retention_of(days: int) -> logs.RetentionDays:
    """Return CloudWatch's name for a number of days.

    Raises
    ------
    ValueError
        CloudWatch does not know such a retention.
    """
    if days not in _RETENTION:
        raise ValueError(f"log retention is one of {', '.join(map(str, _RETENTION))} days")
    return logs.RetentionDays[_RETENTION[days]]


def log_group(
    scope: Construct, construct_id: str, *, name: str, environment: Environment, key: kms.IKey
) -> logs.LogGroup:
    """Add a log group.

    Parameters
    ----------
    name
        Its whole name, for example ``/aws/lambda/wpp-mcp-health``.
    """
    return logs.LogGroup(
        scope,
        construct_id,
        log_group_name=name,
        retention=retention_of(environment.log_retention_days),
        encryption_key=key,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        if environment.is_prod
        else RemovalPolicy.DESTROY,
    )
