"""The query language of GoogleAdsFieldService: GAQL without FROM, on the fields of one message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sandbox.google_ads.catalogue import Field
from sandbox.google_ads.checks import parsed
from sandbox.google_ads.conditions import predicate
from sandbox.google_ads.failures import query_error
from wpp_mcp.google.ads.gaql.ast import Query

_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_FROM: Final = re.compile(r"\bFROM\b", re.IGNORECASE)
_NEXT_CLAUSE: Final = re.compile(r"\b(?:WHERE|ORDER\s+BY|LIMIT|PARAMETERS)\b|$", re.IGNORECASE)
_STAND_IN: Final = " FROM google_ads_field "


@dataclass(frozen=True, slots=True)
class FieldQuery:
    """One query for GoogleAdsField messages."""

    query: Query

    @property
    def fields(self) -> tuple[str, ...]:
        """What is selected."""
        return self.query.fields

    @property
    def limit(self) -> int | None:
        """How many at most."""
        return self.query.limit

    def names(self) -> Iterator[str]:
        """Return every name that the query uses."""
        yield from self.query.fields
        yield from (condition.field for condition in self.query.conditions)
        yield from (ordering.field for ordering in self.query.orderings)

    def matches(self, message: Any) -> bool:
        """Whether a GoogleAdsField message fulfils all conditions."""
        for condition in self.query.conditions:
            wanted = _wanted(message, condition.field)
            # No field of this message is a date, so no condition looks at today.
            if not predicate(condition, wanted, date.min)(_value(message, wanted)):
                return False
        return True

    def sort(self, messages: list[Any]) -> None:
        """Put messages into the query's order."""
        for ordering in reversed(self.query.orderings):

            def key(message: Any, name: str = ordering.field) -> Any:
                return _value(message, _wanted(message, name))

            messages.sort(key=key, reverse=ordering.descending)


def field_query(text: str) -> FieldQuery:
    """Return the parts of a query.

    Raises
    ------
    Refusal
        For what is not a query, and for one with FROM.
    """
    masked = _QUOTED.sub(lambda match: "x" * len(match[0]), text)
    if _FROM.search(masked):
        raise query_error(
            "UNEXPECTED_FROM_CLAUSE",
            "The FROM clause cannot be used in queries to any service except GoogleAdsService.",
        )
    place = _NEXT_CLAUSE.search(masked)
    end = place.start() if place else len(text)
    return FieldQuery(parsed(text[:end] + _STAND_IN + text[end:]))


def _wanted(message: Any, name: str) -> Field:
    return Field(name, ("google_ads_field", name), message.DESCRIPTOR.fields_by_name[name])


def _value(message: Any, wanted: Field) -> Any:
    value = getattr(message, wanted.name)
    if wanted.repeated:
        return list(value)
    enum = wanted.descriptor.enum_type
    return enum.values_by_number[value].name if enum else value
