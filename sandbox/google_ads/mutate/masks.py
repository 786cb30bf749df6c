"""Which fields an operation may set, and the rules of field masks."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sandbox.google_ads.failures import NotPlayed
from sandbox.google_ads.mutate.place import Place

_OWN_NAME: Final = "resource_name"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one kind of resource, by their paths in the proto.

    Parameters
    ----------
    writable
        Those that a create may set and an update may change.
    fixed
        Those that only a create may set.
    read_only
        Those that Google alone sets. What is in none of the three Google may know, but the
        sandbox does not play it, and says so.
    whole
        Messages that are chosen by being there, with or without anything in them.
    """

    writable: frozenset[str]
    fixed: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()

    def created(self, message: Any, place: Place) -> tuple[str, ...]:
        """Return the fields that a create sets.

        Raises
        ------
        Refusal
            For one that only Google sets.
        NotPlayed
            For one that the sandbox has no use for.
        """
        set_fields = tuple(path for path in _leaves(message) if path != _OWN_NAME)
        for path in set_fields:
            if path in self.read_only:
                raise place.immutable(*path.split("."))
            if path not in self.writable | self.fixed | self.whole:
                raise NotPlayed(f"{message.DESCRIPTOR.name}.{path}")
        return set_fields

    def updated(self, message: Any, mask: Any, place: Place) -> tuple[str, ...]:
        """Return the fields that an update sets, its own name left out.

        Parameters
        ----------
        place
            Of the message; the mask stands beside it.

        Raises
        ------
        Refusal
            For a missing mask, and fields that are not there or cannot be changed.
        NotPlayed
            For one that the sandbox has no use for.
        """
        beside = Place((*place.path[:-1], "update_mask"))
        if not mask.paths:
            raise beside.refusal(
                "field_mask_error.FIELD_MASK_MISSING",
                "The field mask must be provided for update operations.",
            )
        paths = tuple(dict.fromkeys(path for path in mask.paths if path != _OWN_NAME))
        for path in paths:
            self._check(message, path, beside, place)
        return paths

    def _check(self, message: Any, path: str, beside: Place, place: Place) -> None:
        field = _descriptor(message.DESCRIPTOR, path)
        if field is None:
            raise beside.refusal(
                "field_mask_error.FIELD_NOT_FOUND",
                f"The field mask contained an invalid field: '{path[:200]}'.",
            )
        if path in self.read_only or _under(path, self.fixed):
            raise place.immutable(*path.split("."))
        has_fields = field.message_type is not None and not field.is_repeated
        if has_fields and any(_leaves(_value(message, path))):
            raise beside.refusal(
                "field_mask_error.FIELD_HAS_SUBFIELDS",
                f"The field mask updated a field with subfields: '{path}'. To fix this, the "
                "field mask should select all the subfields of the invalid field.",
            )
        if path not in self.writable | self.whole:
            raise NotPlayed(f"{message.DESCRIPTOR.name}.{path}")


def _under(path: str, fields: frozenset[str]) -> bool:
    """Whether a path is one of some fields, above one or below one."""
    return any(f"{f}.".startswith(f"{path}.") or f"{path}.".startswith(f"{f}.") for f in fields)


def _leaves(message: Any, before: str = "") -> Iterator[str]:
    """Yield the paths of what is set; a message with nothing in it is its own leaf."""
    for field, value in message.ListFields():
        path = f"{before}{field.name}"
        inner = []
        if field.message_type is not None and not field.is_repeated:
            inner = list(_leaves(value, f"{path}."))
        yield from inner or [path]


def _descriptor(message: Any, path: str) -> Any:
    """Return the last field of a path; none where there is no such field."""
    field = None
    for name in path.split("."):
        field = message.fields_by_name.get(name) if message is not None else None
        if field is None:
            return None
        message = None if field.is_repeated else field.message_type
    return field


def _value(message: Any, path: str) -> Any:
    for name in path.split("."):
        message = getattr(message, name)
    return message
