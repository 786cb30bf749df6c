"""What is known of a kind of thing, and how its things are read from an account."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.gaql.ast import Condition, LiteralKind
from wpp_mcp.google.ads.gaql.building import any_case, not_removed, one_of, select
from wpp_mcp.google.ads.resources.codecs import Codec
from wpp_mcp.google.ads.resources.thing import CURRENCY, Thing
from wpp_mcp.google.ads.rows import wire_name
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Locator, ResourceType

if TYPE_CHECKING:
    from wpp_mcp.google.ads.resources.base import ResourceAdapter

SEPARATOR: Final = "~"
"""Between the parts of an id, as in Google's resource names."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind of thing.

    Parameters
    ----------
    path
        Below the resource's own message, as Google calls it.
    read
        The GAQL path, where it is not the resource's name and ``path``.
    fixed
        It is set when the thing is created and never again.
    """

    path: str
    codec: Codec
    read: str | None = None
    fixed: bool = False


class Reading:
    """One kind of thing.

    Attributes
    ----------
    resource
        Its name in queries.
    operation
        Its field of Google's ``MutateOperation``.
    collection
        Its part of resource names.
    ids
        GAQL paths of the parts of its id.
    fields
        By wire name.
    identity
        Fields by which one that was just created is known from all others.
    sought
        The one of them that a query can ask for.
    event
        What Google's change history calls it; empty where it has none of it.
    kept
        Conditions for rows that are of this kind, beside the id.
    holds_others
        Whether others lie in it, which go when it is removed.
    created_loss
        What does not come back when one that was created is removed; empty where all does.
    removed_loss
        What does not come back when one that was removed is made again; ``None`` where it cannot.
    """

    type: ClassVar[ResourceType]
    label: ClassVar[str]
    parameter: ClassVar[str]
    resource: ClassVar[str]
    operation: ClassVar[str]
    collection: ClassVar[str]
    ids: ClassVar[tuple[str, ...]]
    fields: ClassVar[Mapping[str, Field]]
    identity: ClassVar[tuple[str, ...]] = ("name",)
    sought: ClassVar[str] = "name"
    event: ClassVar[str] = ""
    kept: ClassVar[tuple[Condition, ...]] = ()
    holds_others: ClassVar[bool] = False
    created_loss: ClassVar[str] = "It is removed, which is final: its id is not given again."
    removed_loss: ClassVar[str | None] = None

    def read(self, ads: GoogleAds, ids: Iterable[str]) -> dict[str, Thing]:
        """Return the things with these ids, removed ones too, in one query.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
        """
        wanted = {i for i in ids if self._can_be(i)}
        if not wanted:
            return {}
        parts = zip(*(i.split(SEPARATOR) for i in sorted(wanted)), strict=True)
        conditions = [
            one_of(path, dict.fromkeys(values), LiteralKind.NUMBER)
            for path, values in zip(self.ids, parts, strict=True)
        ]
        found = self._things(ads, conditions)
        return {thing.locator.id: thing for thing in found if thing.locator.id in wanted}

    def _can_be(self, place: str) -> bool:
        parts = place.split(SEPARATOR)
        return len(parts) == len(self.ids) and all(p.isascii() and p.isdigit() for p in parts)

    def alike(self, ads: GoogleAds, wanted: Sequence[Mapping[str, Any]]) -> list[list[Thing]]:
        """Return for each of the values the things that are there with the same identity."""
        found = [
            thing
            for sought in self._seeking(wanted)
            for thing in self._things(ads, [sought, *self._there()])
        ]
        return [[t for t in found if self._same(t.values, w)] for w in wanted]

    def inside(self, ads: GoogleAds, parent: str, ids: Iterable[str]) -> list[Thing]:
        """Return the things that lie in others, in the order of their ids, in one query.

        Parameters
        ----------
        parent
            The field that holds the id of what they lie in.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
        """
        conditions = [one_of(self._gaql(parent), sorted(ids), LiteralKind.NUMBER)]
        found = self._things(ads, [*conditions, *self._there()])
        return sorted(found, key=lambda t: [int(p) for p in t.locator.id.split(SEPARATOR)])

    def _there(self) -> list[Condition]:
        return [not_removed(self._gaql("status"))] if "status" in self.fields else []

    def _seeking(self, wanted: Sequence[Mapping[str, Any]]) -> Iterable[Condition]:
        """Return what to ask for: one query for all ids, one for each name."""
        given = [str(w[self.sought]) for w in wanted if w.get(self.sought)]
        path = self._gaql(self.sought)
        if not self.sought.endswith("Id"):
            names = {name.casefold(): name for name in given}
            return [any_case(path, name) for name in names.values()]
        # What is created in the same request as its parent cannot be there before it.
        real = dict.fromkeys(place for place in given if not place.startswith("-"))
        return [one_of(path, real, LiteralKind.NUMBER)] if real else []

    def _same(self, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        """Whether two are one to Google, which does not look at the case of names and keywords."""
        return all(_folded(there.get(n)) == _folded(wanted.get(n)) for n in self.identity)

    def _things(self, ads: GoogleAds, conditions: Sequence[Condition]) -> list[Thing]:
        fields = dict.fromkeys([*self.ids, *self._paths(), CURRENCY])
        answer = ads.search(select(tuple(fields), self.resource, [*conditions, *self.kept]))
        return [self._thing(ads.account, row) for row in answer.rows]

    def _thing(self, account: AccountRef, row: Mapping[str, Any]) -> Thing:
        values = self.values_of(row)
        place = SEPARATOR.join(str(row[path]) for path in self.ids)
        return Thing(
            adapter=cast("ResourceAdapter", self),
            locator=Locator(account, self.type, place, self.name_of(values)),
            values=values,
            currency=row.get(CURRENCY) or "",
        )

    def values_of(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row's fields by wire name."""
        return {
            name: field.codec.plain(row.get(wire_name(self._gaql(name))))
            for name, field in self.fields.items()
        }

    def name_of(self, values: Mapping[str, Any]) -> str:
        """Return what people call it."""
        return str(values.get("name") or "")

    def _paths(self) -> Iterable[str]:
        return (self._gaql(name) for name in self.fields)

    def _gaql(self, name: str) -> str:
        field = self.fields[name]
        return field.read or f"{self.resource}.{field.path}"


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
