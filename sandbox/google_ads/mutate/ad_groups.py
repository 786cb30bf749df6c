"""Ad groups: what may be created, changed and removed."""

from dataclasses import replace
from typing import Any, Final

from sandbox.google_ads.mutate.campaigns import live as live_campaign
from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.money import billable_unit, check_bid
from sandbox.google_ads.mutate.place import Place
from sandbox.google_ads.mutate.texts import check_name, is_taken
from sandbox.world import AdGroup
from sandbox.world.records import NONE

_ERROR: Final = "ad_group_error"
_LONGEST_NAME: Final = 255
_TYPES: Final = {
    "SEARCH": "SEARCH_STANDARD",
    "DISPLAY": "DISPLAY_STANDARD",
    "SHOPPING": "SHOPPING_PRODUCT_ADS",
}

FIELDS: Final = Fields(
    writable=frozenset({"name", "status", "cpc_bid_micros"}),
    fixed=frozenset({"campaign", "type_"}),
    read_only=frozenset(
        {"id", "effective_cpc_bid_micros", "labels", "base_ad_group", "primary_status"}
    ),
)


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Create an ad group, without traffic, and return its id.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if not message.HasField("campaign"):
        raise place.required("campaign")
    at = place.below("campaign")
    campaign = live_campaign(draft, draft.ids("campaign", message.campaign, at)[0], at)
    if not message.HasField("name"):
        raise place.refusal(
            f"{_ERROR}.MISSING_ADGROUP_NAME", "AdGroup name is required for Add.", "name"
        )
    _check_name(draft, message.name, campaign.campaign_id, place)
    fitting = _TYPES.get(campaign.channel)
    if fitting is None:
        raise place.refusal(
            f"{_ERROR}.CANNOT_ADD_AD_GROUP_FOR_CAMPAIGN_TYPE",
            "Cannot add an ad group for the campaign type.",
            "campaign",
        )
    if place.choice(message, "type_") not in {"", fitting}:
        raise place.refusal(
            f"{_ERROR}.AD_GROUP_TYPE_NOT_VALID_FOR_ADVERTISING_CHANNEL_TYPE",
            "AdGroup type is not compatible with the campaign channel type.",
            "type",
        )
    bid = billable_unit(draft.account.currency)
    if message.HasField("cpc_bid_micros"):
        bid = message.cpc_bid_micros
        check_bid(bid, draft.account.currency, place, "cpc_bid_micros")
    status = place.new_status(message, "ENABLED")
    group = AdGroup(
        draft.new_id(), campaign.campaign_id, message.name.strip(), status, fitting, bid, NONE
    )
    draft.account.ad_groups[group.ad_group_id] = group
    return (group.ad_group_id,)


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Change an ad group.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    group = live(draft, ids[0], place)
    changed: dict[str, Any] = {}
    if "name" in paths:
        if not message.name:
            raise place.uncleared("name")
        _check_name(draft, message.name, group.campaign_id, place, but=group.ad_group_id)
        changed["name"] = message.name.strip()
    if "cpc_bid_micros" in paths:
        if not message.HasField("cpc_bid_micros"):
            raise place.uncleared("cpc_bid_micros")
        check_bid(message.cpc_bid_micros, draft.account.currency, place, "cpc_bid_micros")
        changed["cpc_bid_micros"] = message.cpc_bid_micros
    if "status" in paths:
        changed["status"] = place.next_status(message)
    draft.account.ad_groups[group.ad_group_id] = replace(group, **changed)


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Remove an ad group; it stays readable.

    Raises
    ------
    Refusal
        Where there is none, or it is removed already.
    """
    group = live(draft, ids[0], place)
    draft.account.ad_groups[group.ad_group_id] = replace(group, status="REMOVED")


def live(draft: Draft, ad_group_id: int, place: Place) -> AdGroup:
    """Return an ad group that can be written to, as can its campaign.

    Raises
    ------
    Refusal
        Where there is none, or it or its campaign is removed.
    """
    group = draft.account.ad_groups.get(ad_group_id)
    if group is None:
        raise place.not_found()
    if group.status == "REMOVED":
        raise place.removed()
    live_campaign(draft, group.campaign_id, place)
    return group


def _check_name(draft: Draft, name: str, campaign_id: int, place: Place, *, but: int = 0) -> None:
    check_name(name, place, longest=_LONGEST_NAME, bad=f"{_ERROR}.INVALID_ADGROUP_NAME")
    others = [
        g.name
        for g in draft.account.ad_groups.values()
        if g.campaign_id == campaign_id and g.status != "REMOVED" and g.ad_group_id != but
    ]
    if is_taken(name, others):
        raise place.refusal(
            f"{_ERROR}.DUPLICATE_ADGROUP_NAME",
            "AdGroup with the same name already exists for the campaign.",
            "name",
        )
