"""The stacks of one environment and what they hand to each other."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # CDK starts a Node.js process: only a synthesis pays for that, not who reads a definition.
    from constructs import Construct

    from stacks.environments import Environment
    from stacks.packages import Packages


def build(app: "Construct", environment: "Environment", packages: "Packages") -> None:
    """Add every stack of an environment to the app."""
    from stacks.delivery import DeliveryStack
    from stacks.keys import KeysStack
    from stacks.network import NetworkStack
    from stacks.permissions import KeyName
    from stacks.platform import Platform
    from stacks.tables import TablesStack

    keys = KeysStack(app, environment).by_name
    network = NetworkStack(app, environment, logs_key=keys[KeyName.LOGS])
    Platform(environment=environment, keys=keys, network=network, packages=packages)
    TablesStack(app, environment, key=keys[KeyName.DATA])
    DeliveryStack(app, environment, keys=keys)
