"""The stacks of one environment and what they hand to each other."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # CDK starts a Node.js process: only a synthesis pays for that, not who reads a definition.
    from constructs import Construct

    from stacks.environments import Environment
    from stacks.packages import Packages
    from stacks.platform import Platform


def build(app: "Construct", environment: "Environment", packages: "Packages") -> None:
    """Add every stack of an environment to the app.

    A standby (`Environment.standby`) stands on what is replicated: its keys, tables and secrets
    are there, under the same names, and only what is missing is made.
    """
    if environment.is_standby:
        _standing_on_replicas(app, environment, packages)
    else:
        _standing_on_its_own(app, environment, packages)


def _standing_on_its_own(
    app: "Construct", environment: "Environment", packages: "Packages"
) -> "Platform":
    from stacks.keys import KeysStack, SecondKeysStack
    from stacks.network import NetworkStack
    from stacks.permissions import KeyName
    from stacks.platform import Platform
    from stacks.secrets import SecretsStack
    from stacks.tables import TablesStack

    keys = KeysStack(app, environment).by_name
    network = NetworkStack(app, environment, logs_key=keys[KeyName.LOGS])
    platform = Platform(environment=environment, keys=keys, network=network, packages=packages)
    tables = TablesStack(app, environment, key=keys[KeyName.DATA])
    secrets = SecretsStack(app, environment, platform)
    if environment.second_region is not None:
        second = SecondKeysStack(app, environment, primary=keys)
        for stack in (tables, secrets):
            # They name its keys by alias, which CDK cannot see.
            stack.add_stack_dependency(second)
    return platform


def _standing_on_replicas(
    app: "Construct", environment: "Environment", packages: "Packages"
) -> "Platform":
    from stacks.keys import standby_key_arn, standby_keys
    from stacks.network import NetworkStack
    from stacks.permissions import KeyName
    from stacks.platform import Platform

    logs_key = standby_key_arn(environment, KeyName.LOGS)
    network = NetworkStack(app, environment, logs_key=logs_key)
    keys = standby_keys(network, environment)
    return Platform(environment=environment, keys=keys, network=network, packages=packages)
