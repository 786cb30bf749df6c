"""A made-up world of agencies, clients, people and Google accounts, the same for the same seed."""

from sandbox.world.records import (
    AdGroup,
    AdsAccount,
    Agency,
    Budget,
    Campaign,
    Client,
    Grant,
    Keyword,
    SearchTerm,
    User,
)
from sandbox.world.traffic import Totals, by_device, day_totals
from sandbox.world.world import DEFAULT_SEED, World

__all__ = [
    "DEFAULT_SEED",
    "AdGroup",
    "AdsAccount",
    "Agency",
    "Budget",
    "Campaign",
    "Client",
    "Grant",
    "Keyword",
    "SearchTerm",
    "Totals",
    "User",
    "World",
    "by_device",
    "day_totals",
]
