"""A made-up world of agencies, clients, people and Google accounts, the same for the same seed."""

from sandbox.world.changes import AppliedMutate, Change
from sandbox.world.people import Agency, Client, Grant, User
from sandbox.world.records import (
    Ad,
    AdGroup,
    AdsAccount,
    AdText,
    Bidding,
    Budget,
    Campaign,
    Keyword,
    Label,
    NegativeKeyword,
    Networks,
    SearchTerm,
)
from sandbox.world.traffic import Totals, by_device, day_totals
from sandbox.world.world import DEFAULT_SEED, World

__all__ = [
    "DEFAULT_SEED",
    "Ad",
    "AdGroup",
    "AdText",
    "AdsAccount",
    "Agency",
    "AppliedMutate",
    "Bidding",
    "Budget",
    "Campaign",
    "Change",
    "Client",
    "Grant",
    "Keyword",
    "Label",
    "NegativeKeyword",
    "Networks",
    "SearchTerm",
    "Totals",
    "User",
    "World",
    "by_device",
    "day_totals",
]
