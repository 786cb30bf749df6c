"""Resource names: ``customers/{customer_id}/campaigns/{campaign_id}`` and their like."""

import re
from typing import Final

from sandbox.google_ads.failures import Refusal
from sandbox.google_ads.mutate.place import Place

COLLECTIONS: Final = {
    "campaign_budget": ("campaignBudgets", ("campaign_budget",)),
    "campaign": ("campaigns", ("campaign",)),
    "ad_group": ("adGroups", ("ad_group",)),
    "ad_group_criterion": ("adGroupCriteria", ("ad_group", "criterion")),
    "campaign_criterion": ("campaignCriteria", ("campaign", "criterion")),
    "ad_group_ad": ("adGroupAds", ("ad_group", "ad")),
    "label": ("labels", ("label",)),
    "campaign_label": ("campaignLabels", ("campaign", "label")),
}
"""The collection in the name and what its ids are of, by kind of resource."""

_NAME: Final = re.compile(r"customers/([0-9]{1,19})/([A-Za-z]+)/(-?[0-9]{1,18}(?:~-?[0-9]{1,18})?)")


def ids_of(kind: str, name: str, customer_id: str, place: Place) -> tuple[int, ...]:
    """Return the ids in a resource name; negative ones are temporary.

    Raises
    ------
    Refusal
        For a name that is malformed, or of another customer.
    """
    if not name:
        raise place.refusal("request_error.RESOURCE_NAME_MISSING", "The resource name is missing.")
    collection, parts = COLLECTIONS[kind]
    match = _NAME.fullmatch(name)
    ids = tuple(map(int, match[3].split("~"))) if match else ()
    if match is None or match[2] != collection or len(ids) != len(parts):
        raise _malformed(kind, name, place)
    if match[1] != customer_id:
        raise place.refusal(
            "mutate_error.INCONSISTENT_FIELD_VALUES",
            f"The customer of '{name}' is not the customer of the request.",
        )
    return ids


def name_of(customer_id: str, kind: str, *ids: int) -> str:
    """Return a resource's name."""
    return f"customers/{customer_id}/{COLLECTIONS[kind][0]}/{'~'.join(map(str, ids))}"


def _malformed(kind: str, name: str, place: Place) -> Refusal:
    collection, parts = COLLECTIONS[kind]
    shape = "~".join(f"{{{part}_id}}" for part in parts)
    return place.refusal(
        "request_error.RESOURCE_NAME_MALFORMED",
        f"Resource name '{name[:200]}' is malformed: expected "
        f"'customers/{{customer_id}}/{collection}/{shape}'.",
    )
