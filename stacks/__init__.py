"""The stacks of one environment and what they hand to each other."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # CDK starts a Node.js process: only a synthesis pays for that, not who reads a definition.
    from constructs import Construct

    from stacks.environments import Environment
    from stacks.packages import Packages


def build(app: "Construct", environment: "Environment", packages: "Packages") -> None:
    """Add every stack of an environment to the app."""
    from stacks.api import ApiStack
    from stacks.archive import ArchiveStack
    from stacks.block_list import BlockListStack
    from stacks.edge import EdgeStack
    from stacks.entry import EntryStack
    from stacks.environments import Edge
    from stacks.identity import IdentityStack
    from stacks.keys import KeysStack
    from stacks.network import NetworkStack
    from stacks.permissions import KeyName
    from stacks.platform import Platform
    from stacks.tables import TablesStack

    keys = KeysStack(app, environment).by_name
    network = NetworkStack(app, environment, logs_key=keys[KeyName.LOGS])
    platform = Platform(environment=environment, keys=keys, network=network, packages=packages)
    tables = TablesStack(app, environment, key=keys[KeyName.DATA])
    ArchiveStack(app, platform, tables=tables)
    entry = EntryStack(app, environment, keys)
    user_pool = IdentityStack(app, platform, origin=entry.origin).user_pool
    ApiStack(app, platform, entry=entry, user_pool=user_pool)
    if environment.edge is not Edge.NONE:
        edge = EdgeStack(app, platform)
        BlockListStack(app, platform, edge=edge)
