"""Who and what there is: agencies, clients, people, accounts, and who was granted what."""

from dataclasses import dataclass
from typing import Final

from sandbox.world import hostile
from sandbox.world.build import Plan
from sandbox.world.people import Agency, Client, User

MANAGER_ACCOUNT: Final = "1000000001"

AGENCIES: Final = (Agency("north", "North Agency"), Agency("south", "South Agency"))


def _client(client_id: str, name: str, agency: str, domain: str, number: str) -> Client:
    sites = (f"sc-domain:{domain}", f"https://www.{domain}/")
    return Client(client_id, name, agency, domain, sites, number)


CLIENTS: Final = (
    _client("aster", "Aster Outdoor", "north", "aster.example", "300000001"),
    _client("birch", "Birch Home", "north", "birch.example", "300000002"),
    _client("cedar", "Cedar Travel", "south", "cedar.example", "300000003"),
    _client("dune", "Dune Motors", "south", "dune.example", "300000004"),
)


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """One Google Ads account that the world is to have."""

    customer_id: str
    name: str
    client: str
    content: Plan
    currency: str = "USD"
    time_zone: str = "America/New_York"


_ORDINARY: Final = 10

ACCOUNTS: Final = (
    AccountPlan("1000000101", "Aster Outdoor US", "aster", Plan(_ORDINARY, product="boots")),
    AccountPlan(
        "1000000102",
        "Aster Outdoor DE",
        "aster",
        Plan(_ORDINARY, product="jacken"),
        "EUR",
        "Europe/Berlin",
    ),
    AccountPlan(
        "1000000103",
        "Birch Home Catalogue",
        "birch",
        Plan(500, ad_groups=1, keywords=2, terms=1, product="lamps"),
        time_zone="America/Chicago",
    ),
    AccountPlan(
        "1000000104",
        "Birch Home Brand",
        "birch",
        Plan(_ORDINARY, product="chairs", unit=100),
        "JPY",
        "Asia/Tokyo",
    ),
    AccountPlan("1000000201", "Cedar Travel US", "cedar", Plan(_ORDINARY, product="trips")),
    AccountPlan("1000000202", "Cedar Travel Cruises", "cedar", Plan(6, product="cruises")),
    AccountPlan(
        "1000000203",
        hostile.ACCOUNT_NAME,
        "dune",
        Plan(14, ad_groups=3, keywords=4, terms=2, product="cars", hostile=True),
        time_zone="America/Los_Angeles",
    ),
    AccountPlan(
        "1000000204",
        "Dune Motors Parts",
        "dune",
        Plan(6, product="tyres"),
        time_zone="America/Los_Angeles",
    ),
)

_NORTH_MANAGER: Final = "manager@north.example"
_SOUTH_MANAGER: Final = "other-manager@south.example"

USERS: Final = (
    User(
        "practitioner",
        "WPP-1001",
        "practitioner@north.example",
        "Paula North",
        "practitioner",
        "north",
        _NORTH_MANAGER,
    ),
    User(
        "other-practitioner",
        "WPP-1002",
        "other-practitioner@south.example",
        "Oscar South",
        "practitioner",
        "south",
        _SOUTH_MANAGER,
    ),
    User("manager", "WPP-2001", _NORTH_MANAGER, "Mona North", "manager", "north", ""),
    User("other-manager", "WPP-2002", _SOUTH_MANAGER, "Milan South", "manager", "south", ""),
    User("admin", "WPP-3001", "admin@north.example", "Ada Admin", "admin", "north", ""),
    User(
        "second-admin",
        "WPP-3002",
        "second-admin@south.example",
        "Basil Admin",
        "admin",
        "south",
        "",
    ),
    User("auditor", "WPP-4001", "auditor@north.example", "Audrey Audit", "auditor", "north", ""),
    User(
        "outsider",
        "EXT-9001",
        "outsider@elsewhere.example",
        "Otto Outside",
        "practitioner",
        "north",
        "",
        status="unknown",
    ),
)

EVERYTHING_BELOW_MANAGER_ACCOUNT: Final = (
    "practitioner",
    "manager",
    "admin",
    "second-admin",
)
"""Whose Google access is to the manager account, and so to every account below it."""

SOUTH_ACCOUNTS_DIRECTLY: Final = ("other-practitioner", "other-manager")
"""Whose Google access is to each account of the south's clients, without a manager account."""

LAUNCHES: Final = frozenset({"1000000102", "1000000104", "1000000202"})
"""Accounts with a campaign to come on a total budget."""

GRANTED: Final = {
    "practitioner": ("1000000101", "1000000102", "1000000103"),
    "other-practitioner": ("1000000201", "1000000203"),
}
"""Approved Google Ads accounts, by sandbox user key. Google shows both users more than that."""

GRANTED_CLIENTS: Final = {"practitioner": ("aster",), "other-practitioner": ("dune",)}
"""Clients whose Analytics property and domain property are approved, by sandbox user key."""
