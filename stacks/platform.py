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


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPool:
    """What functions have to know of the user pool: ids, and the host of its sign-in pages.

    Parameters
    ----------
    oma_client_id, console_client_id, mcp_client_id
        Its app clients: of OMA, of our console, and the one that signs in MCP clients' people.
    """

    pool_id: str
    oma_client_id: str
    console_client_id: str
    mcp_client_id: str
    sign_in_domain: str
