"""On which networks a campaign's ads are shown."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sandbox.google_ads.mutate.place import Place
from sandbox.world import Networks

NETWORKS: Final = {
    "network_settings.target_google_search": "google_search",
    "network_settings.target_search_network": "search",
    "network_settings.target_content_network": "content",
    "network_settings.target_partner_search_network": "partner_search",
}
"""Where each network stands in the proto, and in the world."""


def networks_of(message: Any, paths: Iterable[str], before: Networks, place: Place) -> Networks:
    """Return the networks after some paths of a message took effect.

    Raises
    ------
    Refusal
        For none at all, and combinations that Google does not have.
    """
    settings = message.network_settings
    changed = {
        NETWORKS[path]: bool(getattr(settings, path.partition(".")[2]))
        for path in paths
        if path in NETWORKS
    }
    if not changed:
        return before
    networks = replace(before, **changed)
    at = place.below("network_settings")
    if networks.partner_search:
        raise at.refusal(
            "campaign_error.CANNOT_TARGET_PARTNER_SEARCH_NETWORK",
            "Only some Google partners are allowed to target partner search network.",
            "target_partner_search_network",
        )
    if networks.search and not networks.google_search:
        raise at.refusal(
            "campaign_error.CANNOT_TARGET_SEARCH_NETWORK_WITHOUT_GOOGLE_SEARCH",
            "Cannot cover search network without google search network.",
            "target_search_network",
        )
    if not (networks.google_search or networks.content):
        raise at.refusal(
            "campaign_error.CAMPAIGN_MUST_TARGET_AT_LEAST_ONE_NETWORK",
            "Must target at least one network.",
        )
    return networks
