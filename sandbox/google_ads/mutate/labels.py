"""Labels: what may be created, changed and removed."""

import re
from dataclasses import replace
from typing import Any, Final

from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.place import Place
from sandbox.google_ads.mutate.texts import check_name, is_taken
from sandbox.world import Label

_COLOR: Final = re.compile("#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_LONGEST_NAME: Final = 80
_LONGEST_DESCRIPTION: Final = 200
_COLOR_PATH: Final = "text_label.background_color"
_DESCRIPTION_PATH: Final = "text_label.description"

FIELDS: Final = Fields(
    writable=frozenset({"name", _COLOR_PATH, _DESCRIPTION_PATH}),
    read_only=frozenset({"id", "status"}),
    whole=frozenset({"text_label"}),
)


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Create a label and return its id.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    if not message.HasField("name"):
        raise place.required("name")
    _check_name(draft, message.name, place)
    text = message.text_label
    _check_color(text.background_color, place)
    _check_description(text.description, place)
    label_id = draft.new_id()
    name = message.name.strip()
    draft.account.labels[label_id] = Label(label_id, name, text.background_color, text.description)
    return (label_id,)


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Change a label.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    label = live(draft, ids[0], place)
    changed: dict[str, Any] = {}
    if "name" in paths:
        if not message.name:
            raise place.uncleared("name")
        _check_name(draft, message.name, place, but=label.label_id)
        changed["name"] = message.name.strip()
    if {_COLOR_PATH, "text_label"} & set(paths):
        _check_color(message.text_label.background_color, place)
        changed["color"] = message.text_label.background_color
    if {_DESCRIPTION_PATH, "text_label"} & set(paths):
        _check_description(message.text_label.description, place)
        changed["description"] = message.text_label.description
    draft.account.labels[label.label_id] = replace(label, **changed)


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Remove a label, and take it off all campaigns.

    Raises
    ------
    Refusal
        Where there is none, or it is removed already.
    """
    label = live(draft, ids[0], place)
    draft.account.labels[label.label_id] = replace(label, status="REMOVED")
    draft.account.campaign_labels = frozenset(
        pair for pair in draft.account.campaign_labels if pair[1] != label.label_id
    )


def live(draft: Draft, label_id: int, place: Place) -> Label:
    """Return a label that can be written to.

    Raises
    ------
    Refusal
        Where there is none, or it is removed.
    """
    label = draft.account.labels.get(label_id)
    if label is None:
        raise place.not_found()
    if label.status == "REMOVED":
        raise place.removed()
    return label


def _check_name(draft: Draft, name: str, place: Place, *, but: int = 0) -> None:
    check_name(name, place, longest=_LONGEST_NAME, bad="label_error.INVALID_LABEL_NAME")
    others = [label for label in draft.account.labels.values() if label.status != "REMOVED"]
    if is_taken(name, (label.name for label in others if label.label_id != but)):
        raise place.refusal(
            "label_error.DUPLICATE_NAME", "A label with this name already exists.", "name"
        )


def _check_color(color: str, place: Place) -> None:
    if color and not _COLOR.fullmatch(color):
        raise place.refusal(
            "string_format_error.INVALID_FORMAT",
            "A colour is written as #RRGGBB or #RGB.",
            *_COLOR_PATH.split("."),
        )


def _check_description(text: str, place: Place) -> None:
    if len(text) > _LONGEST_DESCRIPTION:
        fields = _DESCRIPTION_PATH.split(".")
        raise place.refusal("string_length_error.TOO_LONG", "Too long.", *fields)
