"""What every function of an environment stands on."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_kms as kms

from stacks.environments import Environment
from stacks.network import NetworkStack
from stacks.packages import Packages
from stacks.permissions import KeyName


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The environment, its keys, its network, and the packages to deploy."""

    environment: Environment
    keys: Mapping[KeyName, kms.IKey]
    network: NetworkStack
    packages: Packages
