"""Negative keywords of campaigns: what may be created and removed."""

from dataclasses import replace
from typing import Any, Final

from sandbox.google_ads.mutate.campaigns import live as live_campaign
from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.keyword_text import exists, keyword_of, same
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.place import Place
from sandbox.world import NegativeKeyword

_ERROR: Final = "campaign_criterion_error"

FIELDS: Final = Fields(
    writable=frozenset({"status"}),
    fixed=frozenset({"campaign", "negative", "keyword", "keyword.text", "keyword.match_type"}),
    read_only=frozenset({"criterion_id", "display_name", "type_"}),
)


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Create a negative keyword and return the ids of campaign and criterion.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if not message.HasField("campaign"):
        raise place.required("campaign")
    at = place.below("campaign")
    campaign = live_campaign(draft, draft.ids("campaign", message.campaign, at)[0], at)
    if not message.HasField("keyword"):
        raise place.refusal(
            f"{_ERROR}.CONCRETE_TYPE_REQUIRED", "Concrete type of criterion is required."
        )
    if not message.negative:
        raise place.refusal(
            "criterion_error.CANNOT_ADD_CRITERIA_TYPE",
            "Criteria type can not be targeted: a campaign's keywords are negative.",
            "negative",
        )
    text, match_type = keyword_of(message, place)
    if message.status:
        raise place.refusal(
            f"{_ERROR}.CANNOT_SET_STATUS_FOR_EXCLUDED_CRITERIA",
            "Cannot set the status of an excluded criterion.",
            "status",
        )
    found = _alike(draft, campaign.campaign_id, text, match_type)
    if found is not None and found.status != "REMOVED":
        raise exists(place)
    criterion_id = found.criterion_id if found else draft.new_id()
    keyword = NegativeKeyword(criterion_id, campaign.campaign_id, text, match_type)
    draft.account.negative_keywords[campaign.campaign_id, criterion_id] = keyword
    return campaign.campaign_id, criterion_id


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Refuse: there is nothing about a negative keyword that can be changed.

    Raises
    ------
    Refusal
        Always.
    """
    _live(draft, ids, place)
    raise place.refusal(
        f"{_ERROR}.CANNOT_UPDATE_NEGATIVE_CRITERION", "Negative criteria are not updateable."
    )


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Remove a negative keyword.

    Raises
    ------
    Refusal
        Where there is none, or it is removed already.
    """
    keyword = _live(draft, ids, place)
    removed = replace(keyword, status="REMOVED")
    draft.account.negative_keywords[keyword.campaign_id, keyword.criterion_id] = removed


def _live(draft: Draft, ids: tuple[int, ...], place: Place) -> NegativeKeyword:
    keyword = draft.account.negative_keywords.get((ids[0], ids[1]))
    if keyword is None:
        raise place.not_found()
    if keyword.status == "REMOVED":
        raise place.removed()
    live_campaign(draft, keyword.campaign_id, place)
    return keyword


def _alike(draft: Draft, campaign_id: int, text: str, match_type: str) -> NegativeKeyword | None:
    for keyword in draft.account.negative_keywords.values():
        where = (keyword.campaign_id, keyword.match_type)
        if where == (campaign_id, match_type) and same(keyword.text, text):
            return keyword
    return None
