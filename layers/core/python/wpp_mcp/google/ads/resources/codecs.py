"""How one value is read from a row and written into a message of Google's.

Plain values are those of `wpp_mcp.models.changes`; rows are as the connector gives them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol

from wpp_mcp.google.ads.errors import API_VERSION
from wpp_mcp.models.money import to_micros

_COMMON: Final = f"google.ads.googleads.{API_VERSION}.common.types"
_DAY_LENGTH: Final = len("2026-11-21")
_UNPINNED: Final = "UNSPECIFIED"


class Codec(Protocol):
    """The two directions."""

    def plain(self, value: Any) -> Any:
        """Return the plain value for one of a row; ``None`` for what is not set."""

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:
        """Set a field of a message; the value is not ``None``."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Text and truth values. An empty text is one that is not set."""

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return None if value == "" else value

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        setattr(message, name, value)


@dataclass(frozen=True, slots=True)
class Word:
    """Enums, by name."""

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return value

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        enum = message.DESCRIPTOR.fields_by_name[name].enum_type
        known = enum.values_by_name.get(value)
        if known is None:
            raise ValueError(f"{name}: Google has no such value")
        setattr(message, name, known.number)


@dataclass(frozen=True, slots=True)
class Unwritten(Plain):
    """What Google makes of other fields, and does not take."""

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:
        """See `Codec`."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money. Google writes zero for an amount that is not set."""

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return value or None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        setattr(message, name, to_micros(Decimal(value)))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A target return on ad spend: 3.5 is 350 %."""

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return Decimal(str(value)) if value else None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        setattr(message, name, float(value))


@dataclass(frozen=True, slots=True)
class Day:
    """A day, ISO 8601, in the account's time zone; with a time only where Google has an odd one.

    Parameters
    ----------
    time
        What Google writes for a whole day: the first second of it, or the last.
    """

    time: str

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return value.removesuffix(f" {self.time}") if value else None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        setattr(message, name, f"{value} {self.time}" if len(value) == _DAY_LENGTH else value)


@dataclass(frozen=True, slots=True)
class Reference:
    """Another thing of the account, by id; a temporary id for one of the same request."""

    collection: str

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return str(value) if value else None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:
        """See `Codec`."""
        setattr(message, name, f"customers/{customer_id}/{self.collection}/{value}")


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts."""

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return list(value) if value else None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        getattr(message, name).extend(value)


@dataclass(frozen=True, slots=True)
class AssetTexts:
    """The texts of headlines or descriptions."""

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        return [asset.text for asset in _assets(value)] if value else None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        for text in value:
            getattr(message, name).add(text=text)


@dataclass(frozen=True, slots=True)
class AssetPins:
    """Where headlines or descriptions are pinned, one for each text, empty for anywhere.

    Written after the texts.
    """

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        pins = [_pin_of(asset) for asset in _assets(value or ())]
        return pins if any(pins) else None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:
        """See `Codec`."""
        for asset, pin in zip(getattr(message, name), value, strict=True):
            if pin:
                Word().write(asset, "pinned_field", pin, customer_id)


@dataclass(frozen=True, slots=True)
class CustomParameters:
    """What is put into tracking templates, as ``name=value``."""

    def plain(self, value: Any) -> Any:
        """See `Codec`."""
        from google.protobuf import text_format

        parameters = [text_format.Parse(text, _parameter_type()()) for text in value or ()]
        return [f"{one.key}={one.value}" for one in parameters] or None

    def write(self, message: Any, name: str, value: Any, customer_id: str) -> None:  # noqa: ARG002
        """See `Codec`."""
        for text in value:
            key, _, given = text.partition("=")
            getattr(message, name).add(key=key, value=given)


def _assets(texts: Sequence[str]) -> list[Any]:
    """Return the messages that the connector gave as protobuf's own text."""
    from google.protobuf import text_format

    return [text_format.Parse(text, _asset_type()()) for text in texts]


def _pin_of(asset: Any) -> str:
    field = asset.DESCRIPTOR.fields_by_name["pinned_field"]
    known = field.enum_type.values_by_number.get(asset.pinned_field)
    return known.name if known and known.name != _UNPINNED else ""


@cache
def _asset_type() -> Any:
    module = import_module(f"{_COMMON}.ad_asset")
    return module.AdTextAsset.pb()


@cache
def _parameter_type() -> Any:
    module = import_module(f"{_COMMON}.custom_parameter")
    return module.CustomParameter.pb()
