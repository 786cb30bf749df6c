"""Responsive search ads: created, paused, enabled and removed; what they say stays."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sandbox.google_ads.failures import NotPlayed
from sandbox.google_ads.mutate.ad_groups import live as live_group
from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.place import Place
from sandbox.google_ads.mutate.texts import shown_width
from sandbox.google_ads.mutate.urls import check_final_urls
from sandbox.world import Ad, AdText
from sandbox.world.records import NONE

_RSA: Final = ("ad", "responsive_search_ad")
_LONGEST_PATH: Final = 15
_MOST_ENABLED: Final = 3
_CONTENT: Final = frozenset(
    {
        "ad.final_urls",
        "ad.responsive_search_ad",
        "ad.responsive_search_ad.headlines",
        "ad.responsive_search_ad.descriptions",
        "ad.responsive_search_ad.path1",
        "ad.responsive_search_ad.path2",
    }
)

FIELDS: Final = Fields(
    writable=frozenset({"status"}),
    fixed=_CONTENT | {"ad_group", "ad"},
    read_only=frozenset(
        {"ad.id", "ad.type_", "policy_summary", "ad_strength", "labels", "primary_status"}
    ),
)


@dataclass(frozen=True, slots=True)
class _Texts:
    """How many texts of a kind an ad has, how long they are, and where they can be pinned."""

    field: str
    least: int
    most: int
    longest: int
    places: tuple[str, ...]


_HEADLINES: Final = _Texts("headlines", 3, 15, 30, ("HEADLINE_1", "HEADLINE_2", "HEADLINE_3"))
_DESCRIPTIONS: Final = _Texts("descriptions", 2, 4, 90, ("DESCRIPTION_1", "DESCRIPTION_2"))


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Create a responsive search ad and return the ids of ad group and ad.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if not message.HasField("ad_group"):
        raise place.required("ad_group")
    at = place.below("ad_group")
    group = live_group(draft, draft.ids("ad_group", message.ad_group, at)[0], at)
    if not message.HasField("ad"):
        raise place.required("ad")
    if not message.ad.HasField("responsive_search_ad"):
        raise place.required("ad", "ad_data")
    if draft.account.campaigns[group.campaign_id].channel != "SEARCH":
        raise place.refusal(
            "operation_access_denied_error.OPERATION_NOT_PERMITTED_FOR_CAMPAIGN_TYPE",
            "The operation is not allowed for campaigns of this type.",
            "ad",
        )
    content, status = message.ad.responsive_search_ad, place.new_status(message, "ENABLED")
    if not message.ad.final_urls:
        raise place.required("ad", "final_urls")
    check_final_urls(message.ad.final_urls, place, "ad")
    headlines = _texts(content, _HEADLINES, place)
    descriptions = _texts(content, _DESCRIPTIONS, place)
    _check_paths(content, place)
    ad = Ad(
        ad_id=draft.new_id(),
        ad_group_id=group.ad_group_id,
        status=status,
        headlines=headlines,
        descriptions=descriptions,
        final_urls=tuple(message.ad.final_urls),
        path1=content.path1,
        path2=content.path2,
        share=NONE,
    )
    _check_number(draft, ad, place)
    draft.account.ads[group.ad_group_id, ad.ad_id] = ad
    return group.ad_group_id, ad.ad_id


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Pause or enable an ad.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    ad = _live(draft, ids, place)
    if "status" in paths:
        ad = replace(ad, status=place.next_status(message))
        _check_number(draft, ad, place)
    draft.account.ads[ad.ad_group_id, ad.ad_id] = ad


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Remove an ad; it stays readable.

    Raises
    ------
    Refusal
        Where there is none, or it is removed already.
    """
    ad = _live(draft, ids, place)
    draft.account.ads[ad.ad_group_id, ad.ad_id] = replace(ad, status="REMOVED")


def _live(draft: Draft, ids: tuple[int, ...], place: Place) -> Ad:
    ad = draft.account.ads.get((ids[0], ids[1]))
    if ad is None:
        raise place.not_found()
    if ad.status == "REMOVED":
        raise place.refusal(
            "ad_group_ad_error.CANNOT_OPERATE_ON_REMOVED_ADGROUPAD",
            "Once an ad is removed, it cannot be changed.",
        )
    live_group(draft, ad.ad_group_id, place)
    return ad


def _texts(content: Any, kind: _Texts, place: Place) -> tuple[AdText, ...]:
    assets, at = getattr(content, kind.field), place.below(*_RSA)
    if not kind.least <= len(assets) <= kind.most:
        code = "TOO_FEW" if len(assets) < kind.least else "TOO_MANY"
        raise at.refusal(
            f"collection_size_error.{code}",
            f"There have to be {kind.least} to {kind.most} {kind.field}.",
            kind.field,
        )
    texts = tuple(
        _text(asset, kind, at.below((kind.field, index))) for index, asset in enumerate(assets)
    )
    [(most_used, times)] = Counter(text.text.casefold() for text in texts).most_common(1)
    if times > 1:
        raise at.refusal(
            "asset_error.DUPLICATE_ASSET",
            f"Assets are duplicated across operations: '{most_used}'.",
            kind.field,
        )
    _check_pins(texts, kind, at)
    return texts


def _text(asset: Any, kind: _Texts, at: Place) -> AdText:
    unknown = [f.name for f, _ in asset.ListFields() if f.name not in {"text", "pinned_field"}]
    if unknown:
        raise NotPlayed(f"AdTextAsset.{unknown[0]}")
    if not asset.text.strip():
        raise at.required("text")
    if shown_width(asset.text) > kind.longest:
        raise at.refusal("string_length_error.TOO_LONG", "Too long.", "text")
    pinned = at.choice(asset, "pinned_field")
    if pinned and pinned not in kind.places:
        raise at.refusal(
            "asset_link_error.INVALID_PINNED_FIELD",
            "The pinned field is not valid for the submitted asset field.",
            "pinned_field",
        )
    return AdText(asset.text, pinned)


def _check_pins(texts: Sequence[AdText], kind: _Texts, at: Place) -> None:
    """Refuse an ad of which all texts are pinned, but some place is left without one."""
    pinned = {text.pinned for text in texts}
    if "" not in pinned and len(pinned) < len(kind.places):
        raise at.refusal(
            "asset_link_error.NOT_ENOUGH_AVAILABLE_ASSET_LINKS_FOR_VALID_COMBINATION",
            "Not enough assets are available for use with other fields since other assets are "
            "pinned to specific fields.",
            kind.field,
        )


def _check_paths(content: Any, place: Place) -> None:
    at = place.below(*_RSA)
    if content.path2 and not content.path1:
        raise at.refusal(
            "ad_error.CANNOT_SET_PATH2_WITHOUT_PATH1",
            "Cannot set path2 without path1.",
            "path2",
        )
    for field in ("path1", "path2"):
        text = getattr(content, field)
        if shown_width(text) > _LONGEST_PATH:
            raise at.refusal("string_length_error.TOO_LONG", "Too long.", field)


def _check_number(draft: Draft, ad: Ad, place: Place) -> None:
    """Refuse a fourth enabled responsive search ad of one ad group."""
    enabled = [
        other
        for other in draft.account.ads.values()
        if (other.ad_group_id, other.status) == (ad.ad_group_id, "ENABLED")
        and other.ad_id != ad.ad_id
    ]
    if ad.status == "ENABLED" and len(enabled) >= _MOST_ENABLED:
        raise place.refusal(
            "resource_count_limit_exceeded_error.RESOURCE_LIMIT",
            "An ad group can have three enabled responsive search ads.",
        )
