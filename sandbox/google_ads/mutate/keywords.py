"""Keywords of ad groups, positive and negative: what may be created, changed and removed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sandbox.google_ads.failures import NotPlayed
from sandbox.google_ads.mutate.ad_groups import live as live_group
from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.keyword_text import exists, keyword_of, same
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.money import check_bid
from sandbox.google_ads.mutate.place import Place
from sandbox.google_ads.mutate.urls import check_final_urls
from sandbox.world import AdGroup, Keyword
from sandbox.world.records import NONE

_ERROR: Final = "ad_group_criterion_error"
_ADDRESSES: Final = (
    "final_urls",
    "final_mobile_urls",
    "tracking_url_template",
    "final_url_suffix",
    "url_custom_parameters",
)

FIELDS: Final = Fields(
    writable=frozenset({"status", "cpc_bid_micros", *_ADDRESSES}),
    fixed=frozenset({"ad_group", "negative", "keyword", "keyword.text", "keyword.match_type"}),
    read_only=frozenset(
        {
            "criterion_id",
            "display_name",
            "type_",
            "effective_cpc_bid_micros",
            "labels",
            "approval_status",
            "system_serving_status",
            "primary_status",
        }
    ),
)


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Create a keyword and return the ids of ad group and criterion.

    A keyword that was removed gets its old id again, and with it its past, as at Google, where
    the id belongs to text and match type.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if not message.HasField("ad_group"):
        raise place.required("ad_group")
    at = place.below("ad_group")
    group = live_group(draft, draft.ids("ad_group", message.ad_group, at)[0], at)
    if not message.HasField("keyword"):
        raise place.refusal(
            f"{_ERROR}.CONCRETE_TYPE_REQUIRED",
            "Concrete type of criterion (keyword v.s. placement) is required.",
        )
    text, match_type = keyword_of(message, place)
    _check_channel(draft, group, message, place)
    if message.negative:
        _check_negative(message, place)
    addresses = _addresses(message, _ADDRESSES, place)
    found = _alike(draft, group, text, match_type, negative=message.negative)
    if found is not None and found.status != "REMOVED":
        raise exists(place)
    bid = _bid(draft, message, place)
    keyword = Keyword(
        criterion_id=found.criterion_id if found else draft.new_id(),
        ad_group_id=group.ad_group_id,
        text=text,
        match_type=match_type,
        status=place.new_status(message, "ENABLED"),
        cpc_bid_micros=bid,
        share=found.share if found else NONE,
        negative=message.negative,
        **addresses,
    )
    draft.account.keywords[group.ad_group_id, keyword.criterion_id] = keyword
    return group.ad_group_id, keyword.criterion_id


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Change a keyword; a bid without a value is taken away, so the ad group's holds.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    keyword = _live(draft, ids, place)
    if keyword.negative:
        raise place.refusal(
            f"{_ERROR}.CANT_UPDATE_NEGATIVE", "Negative ad group criteria are not updateable."
        )
    changed: dict[str, Any] = {}
    if "cpc_bid_micros" in paths:
        changed["cpc_bid_micros"] = _bid(draft, message, place)
    changed |= _addresses(message, [name for name in _ADDRESSES if name in paths], place)
    if "status" in paths:
        changed["status"] = place.next_status(message)
    draft.account.keywords[keyword.ad_group_id, keyword.criterion_id] = replace(keyword, **changed)


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Remove a keyword; it stays readable.

    Raises
    ------
    Refusal
        Where there is none, or it is removed already.
    """
    keyword = _live(draft, ids, place)
    removed = replace(keyword, status="REMOVED")
    draft.account.keywords[keyword.ad_group_id, keyword.criterion_id] = removed


def _live(draft: Draft, ids: tuple[int, ...], place: Place) -> Keyword:
    keyword = draft.account.keywords.get((ids[0], ids[1]))
    if keyword is None:
        raise place.not_found()
    if keyword.status == "REMOVED":
        raise place.removed()
    live_group(draft, keyword.ad_group_id, place)
    return keyword


def _alike(
    draft: Draft, group: AdGroup, text: str, match_type: str, *, negative: bool
) -> Keyword | None:
    for keyword in draft.account.keywords.values():
        if (
            keyword.ad_group_id == group.ad_group_id
            and keyword.match_type == match_type
            and keyword.negative == negative
            and same(keyword.text, text)
        ):
            return keyword
    return None


def _bid(draft: Draft, message: Any, place: Place) -> int | None:
    if not message.HasField("cpc_bid_micros"):
        return None
    check_bid(message.cpc_bid_micros, draft.account.currency, place, "cpc_bid_micros")
    return int(message.cpc_bid_micros)


def _addresses(message: Any, names: Iterable[str], place: Place) -> dict[str, Any]:
    """Return where a keyword leads, as its record has it."""
    check_final_urls(message.final_urls, place)
    parameters = tuple((one.key, one.value) for one in message.url_custom_parameters)
    known = {
        "final_urls": tuple(message.final_urls),
        "final_mobile_urls": tuple(message.final_mobile_urls),
        "tracking_url_template": message.tracking_url_template,
        "final_url_suffix": message.final_url_suffix,
        "url_custom_parameters": parameters,
    }
    return {name: known[name] for name in names}


def _check_negative(message: Any, place: Place) -> None:
    unfit = {
        "cpc_bid_micros": message.HasField("cpc_bid_micros"),
        **{name: bool(getattr(message, name)) for name in _ADDRESSES},
        "status": place.choice(message, "status") == "PAUSED",
    }
    for field, present in unfit.items():
        if present:
            raise place.refusal(
                "criterion_error.FIELD_INCOMPATIBLE_WITH_NEGATIVE_TARGETING",
                "The field is not allowed to be set when the negative field is set to true.",
                field,
            )


def _check_channel(draft: Draft, group: AdGroup, message: Any, place: Place) -> None:
    channel = draft.account.campaigns[group.campaign_id].channel
    if channel == "DISPLAY":
        raise NotPlayed("Keywords of display campaigns")
    if channel != "SEARCH" and not message.negative:
        raise place.refusal(
            f"{_ERROR}.CANNOT_ADD_CRITERIA_TYPE",
            "Criteria type cannot be targeted for the ad group.",
            "keyword",
        )
