"""Where in a request something stands, to say in a refusal what it is about."""

from dataclasses import dataclass
from typing import Any

from sandbox.google_ads.failures import Path, Refusal

_REMOVED = "The resource is removed; nothing can be done to it any more."


@dataclass(frozen=True, slots=True)
class Place:
    """A message within a request."""

    path: Path

    def below(self, *fields: str | tuple[str, int]) -> "Place":
        """Return the place of something in this message."""
        return Place((*self.path, *fields))

    def refusal(self, code: str, message: str, *fields: str | tuple[str, int]) -> Refusal:
        """Return what Google says about a field of this message.

        Parameters
        ----------
        code
            The field of Google's ErrorCode and the name in its enum, with a point between.
        """
        kind, _, name = code.partition(".")
        return Refusal(kind, name, message, path=(*self.path, *fields))

    def required(self, *fields: str) -> Refusal:
        """Return the refusal of a field that is not there."""
        return self.refusal("field_error.REQUIRED", "The required field was not present.", *fields)

    def immutable(self, *fields: str) -> Refusal:
        """Return the refusal of a field that cannot be changed."""
        return self.refusal("field_error.IMMUTABLE_FIELD", "The field cannot be modified.", *fields)

    def uncleared(self, *fields: str) -> Refusal:
        """Return the refusal of a field that always has a value."""
        return self.refusal(
            "field_error.FIELD_CANNOT_BE_CLEARED", "The field cannot be cleared.", *fields
        )

    def not_found(self, *fields: str) -> Refusal:
        """Return the refusal of a name of nothing."""
        named = fields or self._own_name()
        return self.refusal("mutate_error.RESOURCE_NOT_FOUND", "Resource was not found.", *named)

    def removed(self, *fields: str) -> Refusal:
        """Return the refusal of a change to something removed."""
        return self.refusal(
            "context_error.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE",
            _REMOVED,
            *(fields or self._own_name()),
        )

    def _own_name(self) -> tuple[str, ...]:
        """Return where the name of what is written to stands: in an update, within it."""
        return ("resource_name",) if self.path[-1] == "update" else ()

    def choice(self, message: Any, field: str) -> str:
        """Return the name of an enum's value, empty where it is not set.

        Raises
        ------
        Refusal
            For a number that Google's enum does not have.
        """
        number = getattr(message, field)
        value = message.DESCRIPTOR.fields_by_name[field].enum_type.values_by_number.get(number)
        if value is None or value.name == "UNKNOWN":
            raise self.refusal("request_error.INVALID_ENUM_VALUE", "Enum value is invalid.", field)
        return "" if number == 0 else str(value.name)

    def new_status(self, message: Any, default: str) -> str:
        """Return the status of something new.

        Raises
        ------
        Refusal
            For one that is to be born removed.
        """
        status = self.choice(message, "status")
        if status == "REMOVED":
            raise self.refusal(
                "operation_access_denied_error.CREATE_AS_REMOVED_NOT_PERMITTED",
                "A create operation may not set status to REMOVED.",
                "status",
            )
        return status or default

    def next_status(self, message: Any) -> str:
        """Return the status that an update sets.

        Raises
        ------
        Refusal
            For none, and for REMOVED: removing is an operation of its own.
        """
        status = self.choice(message, "status")
        if not status:
            raise self.uncleared("status")
        if status == "REMOVED":
            raise self.refusal(
                "enum_error.ENUM_VALUE_NOT_PERMITTED",
                "Enum value 'REMOVED' cannot be used; send a remove operation.",
                "status",
            )
        return status
