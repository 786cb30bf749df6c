"""What functions that know the public address read from their environment."""

from typing import Final

from stacks.entry import EntryStack
from stacks.environments import Edge, Environment
from stacks.functions import FUNCTIONS
from stacks.permissions import MAILS, KeyName
from stacks.platform import Platform, UserPool
from wpp_mcp.config import NO_EDGE
from wpp_mcp.functions import Function
from wpp_mcp.models import strict_json

_LISTS: Final = ","


def mail_queue_url(environment: Environment) -> str:
    """Return the address of the queue of mails, which follows from its name."""
    place = f"https://sqs.{environment.region}.amazonaws.com/{environment.account}"
    return f"{place}/{environment.prefix}{MAILS}"


def variables_of(
    function: Function, platform: Platform, entry: EntryStack, user_pool: UserPool | None = None
) -> dict[str, str]:
    """Return the variables that a function's settings read, and no others.

    What follows from the environment alone, `stacks.constructs.function` adds.

    Parameters
    ----------
    user_pool
        For functions that verify tokens or sign people in.
    """
    environment = platform.environment
    known = {
        "WPP_RESOURCE_URL": f"{entry.origin}/mcp",
        "WPP_EDGE": NO_EDGE if environment.edge is Edge.NONE else "",
        "WPP_ALLOWED_HOSTS": entry.host,
        # Pages of OMA, and our own.
        "WPP_ALLOWED_ORIGINS": _LISTS.join((environment.oma_origin, entry.origin)),
        **({} if user_pool is None else _of_pool(user_pool)),
        "WPP_MCP_CLIENTS": strict_json.dumps(environment.mcp_clients),
        "WPP_CLIENT_DOCUMENTS": _LISTS.join(environment.client_documents),
        "WPP_MAIL_QUEUE": mail_queue_url(environment),
        "WPP_ADMIN_ADDRESS": environment.mail.admin,
        "WPP_GOOGLE_TOKEN_KEY": platform.keys[KeyName.TOKENS].key_arn,
    }
    reads = FUNCTIONS[function].settings.variables()
    return {name: value for name, value in known.items() if name in reads and value}


def _of_pool(user_pool: UserPool) -> dict[str, str]:
    return {
        "WPP_USER_POOL_ID": user_pool.pool_id,
        "WPP_OMA_CLIENT_IDS": user_pool.oma_client_id,
        "WPP_CONSOLE_CLIENT_IDS": user_pool.console_client_id,
        "WPP_MCP_CLIENT_IDS": user_pool.mcp_client_id,
        "WPP_SIGN_IN_CLIENT_ID": user_pool.mcp_client_id,
        "WPP_SIGN_IN_DOMAIN": user_pool.sign_in_domain,
    }
