"""Roles, from permissions as data: nothing that is not written down, no managed policies."""

from collections.abc import Iterable, Mapping

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from stacks.constructs.acknowledging import acknowledge
from stacks.environments import Environment
from stacks.permissions import KeyName, Permission, implied


def fill(text: str, stack: Stack, environment: Environment) -> str:
    """Return an ARN, or a condition's value, with its places filled in."""
    return text.format(
        partition=stack.partition,
        region=environment.region,
        account=environment.account,
        prefix=environment.prefix,
        secrets=environment.secret_prefix,
        environment=environment.name,
    )


def allow(
    role: iam.Role,
    permissions: Iterable[Permission],
    environment: Environment,
    keys: Mapping[KeyName, kms.IKey],
) -> None:
    """Give a role permissions, and what they imply on the keys behind them."""
    through: dict[tuple[KeyName, str], set[str]] = {}
    for permission in permissions:
        _add(role, permission, environment, keys)
        more = implied(permission)
        if more is not None and permission.resource.key is not None:
            _, principal, on_key = more
            through.setdefault((permission.resource.key, principal), set()).update(on_key)
    for (name, principal), actions in sorted(through.items()):
        service = fill(principal, Stack.of(role), environment)
        role.add_to_policy(
            iam.PolicyStatement(
                actions=sorted(actions),
                resources=[keys[name].key_arn],
                conditions={"StringEquals": {"kms:ViaService": service}},
            )
        )


def _add(
    role: iam.Role,
    permission: Permission,
    environment: Environment,
    keys: Mapping[KeyName, kms.IKey],
) -> None:
    resource = permission.resource
    if resource.arn:
        arn = fill(resource.arn, Stack.of(role), environment)
    elif resource.key is not None:
        arn = keys[resource.key].key_arn
    else:
        raise ValueError("a permission is about something")
    if ("*" in arn or "?" in arn) != bool(resource.why_wildcard):
        raise ValueError(f"a wildcard has a reason, and only a wildcard has: {resource.arn}")
    statement = iam.PolicyStatement(
        actions=sorted(permission.actions),
        resources=[arn],
        conditions=_conditions(permission, Stack.of(role), environment),
    )
    role.add_to_policy(statement)
    if "*" in arn:
        acknowledge(role, f"AwsSolutions-IAM5[Resource::{arn}]", resource.why_wildcard)


def _conditions(
    permission: Permission, stack: Stack, environment: Environment
) -> dict[str, dict[str, str]] | None:
    if not permission.conditions:
        return None
    return {
        operator: {name: fill(value, stack, environment) for name, value in wanted.items()}
        for operator, wanted in permission.conditions.items()
    }
