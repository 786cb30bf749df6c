"""One operation of a mutate: which kind it is, what it does, and what it leads to."""

from typing import Any, Final, Protocol

from sandbox.google_ads.failures import NotPlayed, Refusal
from sandbox.google_ads.mutate import (
    ad_groups,
    ads,
    budgets,
    campaign_labels,
    campaign_negatives,
    campaigns,
    keywords,
    labels,
)
from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.place import Place


class Rules(Protocol):
    """The rules of one kind of resource: a module for each."""

    FIELDS: Fields

    def create(self, draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
        """Create one and return the ids in its name."""

    def update(
        self, draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
    ) -> None:
        """Change the fields at some paths of one."""

    def remove(self, draft: Draft, ids: tuple[int, ...], place: Place) -> None:
        """Remove one."""


RULES: Final[dict[str, Rules]] = {
    "campaign_budget": budgets,
    "campaign": campaigns,
    "ad_group": ad_groups,
    "ad_group_criterion": keywords,
    "campaign_criterion": campaign_negatives,
    "ad_group_ad": ads,
    "label": labels,
    "campaign_label": campaign_labels,
}
_PLAYED: Final = frozenset({"create", "update", "remove", "update_mask"})


def kind_of(operation: Any) -> str:
    """Return the kind of resource that an operation is about, empty for none."""
    name: str = operation.WhichOneof("operation") or ""
    return name.removesuffix("_operation")


def carry_out(draft: Draft, operation: Any, place: Place) -> str:
    """Do what one operation says and return the name of the resource.

    Raises
    ------
    Refusal
        With Google's error code; the draft is as before.
    NotPlayed
        For what Google does and the sandbox does not.
    """
    kind = kind_of(operation)
    if not kind:
        raise _without_action(place)
    if kind not in RULES:
        raise NotPlayed(f"Writing {kind}")
    inner = getattr(operation, f"{kind}_operation")
    for field, _ in inner.ListFields():
        if field.name not in _PLAYED:
            raise NotPlayed(f"{inner.DESCRIPTOR.name}.{field.name}")
    action = inner.WhichOneof("operation")
    below = place.below(f"{kind}_operation")
    if action is None:
        raise _without_action(place)
    at = below.below(action)
    if action == "update":
        return _update(draft, kind, inner, at)
    if "update_mask" in inner.DESCRIPTOR.fields_by_name and inner.update_mask.paths:
        raise below.refusal(
            "field_mask_error.FIELD_MASK_NOT_ALLOWED",
            "The field mask must be empty for create and remove operations.",
            "update_mask",
        )
    if action == "create":
        return _create(draft, kind, inner.create, at)
    return _remove(draft, kind, inner.remove, at)


def _create(draft: Draft, kind: str, message: Any, place: Place) -> str:
    rules = RULES[kind]
    temporary = draft.take_temporary(kind, message, place)
    try:
        fields = rules.FIELDS.created(message, place)
        ids = rules.create(draft, message, place)
        name = draft.name(kind, *ids)
        draft.touch(name, place)
    except Refusal:
        draft.settle(kind, temporary, None)
        raise
    draft.settle(kind, temporary, ids[-1])
    draft.record(kind, name, "CREATE", fields, _around(draft, kind, ids))
    return name


def _update(draft: Draft, kind: str, inner: Any, place: Place) -> str:
    rules, message = RULES[kind], inner.update
    at = place.below("resource_name")
    ids = draft.ids(kind, message.resource_name, at)
    name = draft.name(kind, *ids)
    paths = rules.FIELDS.updated(message, inner.update_mask, place)
    draft.touch(name, at)
    rules.update(draft, ids, message, paths, place)
    draft.record(kind, name, "UPDATE", paths, _around(draft, kind, ids))
    return name


def _remove(draft: Draft, kind: str, named: str, place: Place) -> str:
    ids = draft.ids(kind, named, place)
    name = draft.name(kind, *ids)
    draft.touch(name, place)
    RULES[kind].remove(draft, ids, place)
    draft.record(kind, name, "REMOVE", (), _around(draft, kind, ids))
    return name


def _around(draft: Draft, kind: str, ids: tuple[int, ...]) -> dict[str, str]:
    """Return the names of the campaign and the ad group that a resource is, or lies in."""
    if kind in {"campaign", "campaign_criterion"}:
        return {"campaign": draft.name("campaign", ids[0])}
    if kind not in {"ad_group", "ad_group_criterion", "ad_group_ad"}:
        return {}
    group = draft.account.ad_groups[ids[0]]
    return {
        "campaign": draft.name("campaign", group.campaign_id),
        "ad_group": draft.name("ad_group", group.ad_group_id),
    }


def _without_action(place: Place) -> Refusal:
    return place.refusal(
        "request_error.OPERATION_REQUIRED",
        "Mutate operations must have 'create', 'update', or 'remove' specified.",
    )
