"""Ads: responsive search ads whole, all others as far as their status goes."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from wpp_mcp.google.ads.resources.base import Field, ResourceAdapter
from wpp_mcp.google.ads.resources.codecs import (
    AssetPins,
    AssetTexts,
    Plain,
    Reference,
    Texts,
    Word,
)
from wpp_mcp.models.changes import Change, ResourceType, Undo, UndoKind

_RSA: Final = "ad.responsive_search_ad"


class Ads(ResourceAdapter):
    """Ads of ad groups. What an ad says is fixed: to say something else is another ad."""

    type: ClassVar = ResourceType.AD
    label: ClassVar = "Ad"
    parameter: ClassVar = "adId"
    resource: ClassVar = "ad_group_ad"
    operation: ClassVar = "ad_group_ad_operation"
    collection: ClassVar = "adGroupAds"
    ids: ClassVar = ("ad_group.id", "ad_group_ad.ad.id")
    identity: ClassVar = ("adGroupId", "headlines", "descriptions", "finalUrls")
    sought: ClassVar = "adGroupId"
    event: ClassVar = "AD_GROUP_AD"
    fields: ClassVar[Mapping[str, Field]] = {
        "adGroupId": Field("ad_group", Reference("adGroups"), read="ad_group.id", fixed=True),
        "status": Field("status", Word()),
        "headlines": Field(f"{_RSA}.headlines", AssetTexts(), fixed=True),
        "headlinePins": Field(f"{_RSA}.headlines", AssetPins(), fixed=True),
        "descriptions": Field(f"{_RSA}.descriptions", AssetTexts(), fixed=True),
        "descriptionPins": Field(f"{_RSA}.descriptions", AssetPins(), fixed=True),
        "path1": Field(f"{_RSA}.path1", Plain(), fixed=True),
        "path2": Field(f"{_RSA}.path2", Plain(), fixed=True),
        "finalUrls": Field("ad.final_urls", Texts(), fixed=True),
    }
    created_loss: ClassVar = "It is removed; its figures stay with the removed ad."
    removed_loss: ClassVar = "It gets a new id, no history, and is reviewed by Google again."

    def name_of(self, values: Mapping[str, Any]) -> str:
        """See `ResourceAdapter`."""
        return " | ".join((values.get("headlines") or ())[:3])

    def _undo_remove(self, change: Change) -> Undo:
        if not change.before.get("headlines"):
            return Undo(kind=UndoKind.NONE, loss="An ad of this kind cannot be made again here.")
        return super()._undo_remove(change)


ADS: Final = Ads()
