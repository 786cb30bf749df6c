"""The Analytics properties of the world, one per client, and who sees them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sandbox.world import AdsAccount, Client, World

_SEES_ALL: Final = ("practitioner", "manager", "admin", "second-admin")
_SEES_SOUTH: Final = ("other-practitioner", "other-manager")
_INDUSTRIES: Final = {
    "aster": "HOBBIES_AND_LEISURE",
    "birch": "HOME_AND_GARDEN",
    "cedar": "TRAVEL",
    "dune": "AUTOMOTIVE",
}
KEY_EVENTS: Final = {
    "aster": "purchase",
    "birch": "purchase",
    "cedar": "book_trip",
    "dune": "generate_lead",
}
"""What counts as a key event, by client."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property; its currency and time zone are those of the client's first Ads account."""

    number: str
    client: Client
    accounts: tuple[AdsAccount, ...]

    @property
    def name(self) -> str:
        """The name of the resource."""
        return f"properties/{self.number}"

    @property
    def parent(self) -> str:
        """The name of the Analytics account above."""
        return f"accounts/{int(self.number) - 100_000_000}"

    @property
    def display_name(self) -> str:
        """As people named it."""
        return f"{self.client.name} - {self.client.domain}"

    @property
    def stream(self) -> tuple[str, str]:
        """Id and name of the one data stream."""
        return str(int(self.number) + 400_000_000), f"{self.client.domain} web"

    @property
    def currency(self) -> str:
        """ISO 4217 code."""
        return self.accounts[0].currency

    @property
    def time_zone(self) -> str:
        """IANA name."""
        return self.accounts[0].time_zone

    @property
    def industry(self) -> str:
        """A name of Google's IndustryCategory."""
        return _INDUSTRIES[self.client.client_id]

    @property
    def key_event(self) -> str:
        """The name of the event that counts as key event."""
        return KEY_EVENTS[self.client.client_id]

    @property
    def created(self) -> datetime:
        """When it was made, aware UTC."""
        return datetime(2021, 3, int(self.number) % 28 + 1, 9, 30, tzinfo=UTC)


def properties_of(world: World) -> dict[str, Property]:
    """Return every property by number."""
    return {
        client.analytics_property: Property(
            client.analytics_property,
            client,
            tuple(a for a in world.client_accounts if a.client == client.client_id),
        )
        for client in world.clients.values()
    }


def visible_properties(world: World, email: str) -> dict[str, Property]:
    """Return the properties that Google shows to a user, by number."""
    every = properties_of(world)
    user = world.user(email)
    if user is not None and user.key in _SEES_ALL:
        return every
    if user is not None and user.key in _SEES_SOUTH:
        return {number: p for number, p in every.items() if p.client.agency == "south"}
    return {}
