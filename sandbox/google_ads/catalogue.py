"""Which fields Google Ads has, from its protos, and which of them the emulator answers."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow

_MASK: Final = "google.protobuf.FieldMask"
ROW: Final[Any] = GoogleAdsRow.pb()
_TOP: Final = ROW.DESCRIPTOR
_KIND_BY_CPP_TYPE: Final = {
    1: "INT32", 2: "INT64", 3: "UINT64", 4: "UINT64", 5: "DOUBLE", 6: "FLOAT", 7: "BOOLEAN",
    8: "ENUM", 9: "STRING", 10: "MESSAGE",
}  # fmt: skip

CORE_DATES: Final = (
    "segments.date",
    "segments.week",
    "segments.month",
    "segments.quarter",
    "segments.year",
)
_DATES: Final = frozenset(CORE_DATES) - {"segments.year"}
SEGMENTS: Final = (*CORE_DATES, "segments.day_of_week", "segments.month_of_year", "segments.device")
METRICS: Final = tuple(
    f"metrics.{name}"
    for name in (
        "average_cost", "average_cpc", "average_cpm", "clicks", "conversions",
        "conversions_from_interactions_rate", "conversions_value", "conversions_value_per_cost",
        "cost_micros", "cost_per_conversion", "ctr", "impressions", "interaction_rate",
        "interactions", "value_per_conversion",
    )
)  # fmt: skip


class Category(StrEnum):
    """What a name in a query is, as Google calls it."""

    RESOURCE = "RESOURCE"
    ATTRIBUTE = "ATTRIBUTE"
    SEGMENT = "SEGMENT"
    METRIC = "METRIC"


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource that queries can be FROM.

    Parameters
    ----------
    joins
        Other resources whose fields may be selected along with it.
    measured
        Whether it has metrics and segments.
    only_with_traffic
        Whether it has a row only for what was seen at least once.
    """

    name: str
    joins: tuple[str, ...] = ()
    measured: bool = True
    only_with_traffic: bool = False


RESOURCES: Final = {
    resource.name: resource
    for resource in (
        Resource("customer"),
        Resource("campaign", ("campaign_budget", "customer")),
        Resource("campaign_budget", ("customer",)),
        Resource("ad_group", ("campaign", "customer")),
        Resource("ad_group_criterion", ("ad_group", "campaign", "customer"), measured=False),
        Resource("keyword_view", ("ad_group", "ad_group_criterion", "campaign", "customer")),
        Resource("search_term_view", ("ad_group", "campaign", "customer"), only_with_traffic=True),
        Resource("customer_client", ("customer",), measured=False),
        Resource("ad_group_ad", ("ad_group", "campaign", "customer")),
        Resource("label", ("customer",), measured=False),
        Resource("campaign_label", ("campaign", "customer", "label"), measured=False),
        Resource("campaign_criterion", ("campaign", "customer"), measured=False),
        Resource("change_event", ("customer",), measured=False),
    )
}


@dataclass(frozen=True, slots=True)
class Field:
    """One name of a query.

    Parameters
    ----------
    name
        As in queries, for example ``ad_group.type``.
    path
        As in the protos, where that field is called ``type_``.
    descriptor
        The protobuf descriptor of the last part.
    """

    name: str
    path: tuple[str, ...]
    descriptor: Any

    @property
    def resource(self) -> str:
        """The first part of the name: a resource, ``segments`` or ``metrics``."""
        return self.path[0]

    @property
    def category(self) -> Category:
        """What it is."""
        if len(self.path) == 1:
            return Category.RESOURCE
        if self.resource == "metrics":
            return Category.METRIC
        return Category.SEGMENT if self.resource == "segments" else Category.ATTRIBUTE

    @property
    def repeated(self) -> bool:
        """Whether it holds a list."""
        return bool(self.descriptor.is_repeated)

    @property
    def kind(self) -> str:
        """Google's data type: ``STRING``, ``INT64``, ``ENUM``, ``DATE`` and so on."""
        kind = _KIND_BY_CPP_TYPE[self.descriptor.cpp_type]
        if kind != "STRING":
            return kind
        if self.name in _DATES or self.name.endswith("_date_time"):
            return "DATE"
        return "RESOURCE_NAME" if self.path[-1] == "resource_name" else "STRING"

    @property
    def selectable(self) -> bool:
        """Whether it can stand in SELECT: values, lists and field masks, not other messages."""
        return self.category is not Category.RESOURCE and (
            self.kind != "MESSAGE" or self.repeated or self.is_mask
        )

    @property
    def is_mask(self) -> bool:
        """Whether it is a field mask, a message that Google shows as one value."""
        message = self.descriptor.message_type
        return message is not None and message.full_name == _MASK

    @property
    def enum_values(self) -> tuple[str, ...]:
        """The names that it can take, for an enum."""
        enum = self.descriptor.enum_type
        return tuple(enum.values_by_name.keys()) if enum else ()


@cache
def field_named(name: str) -> Field | None:
    """Return the field or resource with this name in queries, if Google has it."""
    message, path, found = _TOP, [], None
    for part in name.split("."):
        if message is None:
            return None
        found = message.fields_by_name.get(part) or message.fields_by_name.get(f"{part}_")
        if found is None or part.endswith("_"):
            return None
        path.append(found.name)
        message = found.message_type
        if found.is_repeated:
            message = None
    return Field(name, tuple(path), found) if found else None


def answered(field: Field) -> bool:
    """Whether the emulator knows values of this segment or metric; attributes it always does."""
    if field.category is Category.SEGMENT:
        return field.name in SEGMENTS
    return field.category is not Category.METRIC or field.name in METRICS
