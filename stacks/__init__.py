"""The stacks of one environment and what they hand to each other."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # CDK starts a Node.js process: only a synthesis pays for that, not who reads a definition.
    from collections.abc import Iterable, Mapping

    from aws_cdk import Stack
    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from stacks.api import ApiStack
    from stacks.entry import EntryStack
    from stacks.environments import Environment
    from stacks.observability import ObservabilityStack
    from stacks.packages import Packages
    from stacks.platform import Platform


def build(app: "Construct", environment: "Environment", packages: "Packages") -> None:
    """Add every stack of an environment to the app, in the order in which they are deployed.

    A standby (`Environment.standby`) stands on what is replicated: its keys, tables and secrets
    are there, under the same names. It answers calls, and no more: what watches, archives and
    deploys comes back with the first region.
    """
    from stacks.keys import KeysStack, standby_key_arn, standby_keys
    from stacks.mail import MailStack
    from stacks.network import NetworkStack
    from stacks.permissions import KeyName
    from stacks.platform import Platform

    keys: Mapping[KeyName, kms.IKey]
    if environment.is_standby:
        logs_key = standby_key_arn(environment, KeyName.LOGS)
        network = NetworkStack(app, environment, logs_key=logs_key)
        keys = standby_keys(network, environment)
    else:
        keys = KeysStack(app, environment).by_name
        network = NetworkStack(app, environment, logs_key=keys[KeyName.LOGS])
    platform = Platform(environment=environment, keys=keys, network=network, packages=packages)
    stored = [] if environment.is_standby else _data(app, platform)
    entry, api = _service(app, platform)
    _after(MailStack(app, platform, origin=entry.origin), stored)
    # Nothing refers to tables and secrets but by name, so nothing else would say what comes first.
    _after(api, stored)
    if environment.is_standby:
        return
    _after(entry, stored)
    _edge(app, platform, entry, api)
    _after(_operation(app, platform, entry), api)


def _data(app: "Construct", platform: "Platform") -> "list[Stack]":
    """Add what is stored: tables, secrets, archive, backups, and their copies."""
    from stacks.archive import ArchiveStack
    from stacks.backup import BackupStack, SecondBackupStack
    from stacks.keys import SecondKeysStack
    from stacks.permissions import KeyName
    from stacks.secrets import SecretsStack
    from stacks.tables import TablesStack

    environment, keys = platform.environment, platform.keys
    tables = TablesStack(app, environment, key=keys[KeyName.DATA])
    secrets = SecretsStack(app, environment, platform)
    archive = ArchiveStack(app, platform, tables=tables)
    saved = BackupStack(app, platform)
    _after(saved, tables)
    if environment.second_region is not None:
        _after(saved, SecondBackupStack(app, environment))
        second = SecondKeysStack(app, environment, primary=keys)
        # They name its keys by alias, which CDK cannot see.
        _after(tables, second)
        _after(secrets, second)
    return [tables, secrets, archive]


def _service(app: "Construct", platform: "Platform") -> "tuple[EntryStack, ApiStack]":
    """Add what answers calls: the API, the user pool, the functions."""
    from stacks.api import ApiStack
    from stacks.entry import EntryStack
    from stacks.identity import IdentityStack

    entry = EntryStack(app, platform.environment, platform.keys)
    user_pool = IdentityStack(app, platform, origin=entry.origin).user_pool
    return entry, ApiStack(app, platform, entry=entry, user_pool=user_pool)


def _edge(app: "Construct", platform: "Platform", entry: "EntryStack", api: "ApiStack") -> None:
    """Add what stands before the API, where the environment has that."""
    from stacks.block_list import BlockListStack
    from stacks.edge import EdgeStack
    from stacks.environments import Edge

    if platform.environment.edge is Edge.NONE:
        return
    edge = EdgeStack(app, platform)
    _after(edge, entry)
    # It subscribes to the functions' log groups by name.
    _after(BlockListStack(app, platform, edge=edge), api)


def _operation(app: "Construct", platform: "Platform", entry: "EntryStack") -> "ObservabilityStack":
    """Add what runs, watches and deploys the rest."""
    from stacks.delivery import DeliveryStack
    from stacks.observability import ObservabilityStack
    from stacks.schedules import SchedulesStack

    schedules = SchedulesStack(app, platform, entry=entry)
    watching = ObservabilityStack(app, platform, api_id=entry.api.api_id, origin=entry.origin)
    _after(watching, schedules)
    DeliveryStack(app, platform.environment, keys=platform.keys)
    return watching


def _after(later: "Stack", earlier: "Stack | Iterable[Stack]") -> None:
    from aws_cdk import Stack

    for one in [earlier] if isinstance(earlier, Stack) else earlier:
        later.add_stack_dependency(one)
