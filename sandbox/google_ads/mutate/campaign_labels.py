"""Labels on campaigns: put on and taken off."""

from typing import Any, Final

from sandbox.google_ads.mutate.campaigns import live as live_campaign
from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.place import Place

_ERROR: Final = "campaign_error"

FIELDS: Final = Fields(writable=frozenset(), fixed=frozenset({"campaign", "label"}))


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Put a label on a campaign and return the ids of both.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    for field in ("campaign", "label"):
        if not message.HasField(field):
            raise place.required(field)
    at = place.below("campaign")
    campaign = live_campaign(draft, draft.ids("campaign", message.campaign, at)[0], at)
    at = place.below("label")
    (label_id,) = draft.ids("label", message.label, at)
    label = draft.account.labels.get(label_id)
    if label is None:
        raise at.not_found()
    if label.status == "REMOVED":
        raise at.refusal("label_error.CANNOT_APPLY_INACTIVE_LABEL", "The label is removed.")
    pair = (campaign.campaign_id, label_id)
    if pair in draft.account.campaign_labels:
        raise place.refusal(
            f"{_ERROR}.CAMPAIGN_LABEL_ALREADY_EXISTS",
            "The label has already been attached to the campaign.",
        )
    draft.account.campaign_labels |= {pair}
    return pair


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Do nothing; Google's operation has no update, so nobody can ask for one."""


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Take a label off a campaign.

    Raises
    ------
    Refusal
        Where it is not on it.
    """
    pair = (ids[0], ids[1])
    if pair not in draft.account.campaign_labels:
        raise place.refusal(
            f"{_ERROR}.CAMPAIGN_LABEL_DOES_NOT_EXIST",
            "No link found between the campaign and the label.",
        )
    draft.account.campaign_labels -= {pair}
