"""People who sign in to the console of a watched sandbox."""

from typing import Any, Final

from sandbox.browsing import Person
from tests.security.stored import items
from tests.security.watched import WatchedSandbox
from tests.support.api import USD
from wpp_mcp.storage.tables import Table

SIGN_IN: Final = "/console/sign-in"
SIGNED_IN: Final = "Signed in as Paula North."
POOL: Final = "/_sandbox/issuer/oauth2/authorize"
TOOL: Final = {"tool": "list_budgets", "params": {"customerId": USD}}


def cookie(person: Person) -> dict[str, str]:
    """What the person's browser sends by itself."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items())}


def sessions(box: WatchedSandbox) -> list[dict[str, Any]]:
    """The records of console sessions."""
    found = items(box, Table.SESSIONS)
    return [item for item in found if item["id"].startswith("console-session#")]
