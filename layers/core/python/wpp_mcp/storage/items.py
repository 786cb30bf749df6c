"""DynamoDB's typed form of an item, and the plain one that the product works with."""

from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]


def encode(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return DynamoDB's typed form of plain values (numbers as int or Decimal)."""
    from boto3.dynamodb.types import TypeSerializer

    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in values.items()}


def decode(item: Mapping[str, Any]) -> Item:
    """Return the plain values of a typed item; whole numbers as int."""
    from boto3.dynamodb.types import TypeDeserializer

    deserializer = TypeDeserializer()
    return {name: _plain(deserializer.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
