"""What there is to know of one kind of thing, said once: how it is read, written and undone.

A kind is a `ResourceAdapter` with its fields; `wpp_mcp.google.ads.resources.adapter_of` finds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Final

from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.errors import API_VERSION
from wpp_mcp.google.ads.gaql.ast import Condition, LiteralKind
from wpp_mcp.google.ads.gaql.building import not_removed, one_of, select
from wpp_mcp.google.ads.resources.codecs import Codec, Reference
from wpp_mcp.google.ads.resources.thing import CURRENCY, Thing
from wpp_mcp.google.ads.rows import wire_name
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import (
    Applied,
    Budget,
    Change,
    Locator,
    ResourceType,
    Undo,
    UndoKind,
    Verb,
)

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


class ResourceAdapter:
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
    created_loss: ClassVar[str] = "It is removed, which is final: its id is not given again."
    removed_loss: ClassVar[str | None] = None

    # Reading

    def read(self, ads: GoogleAds, ids: Iterable[str]) -> dict[str, Thing]:
        """Return the things with these ids, removed ones too, in one query.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
        """
        wanted = {i for i in ids if not i.startswith("-")}
        if not wanted:
            return {}
        parts = zip(*(i.split(SEPARATOR) for i in sorted(wanted)), strict=True)
        conditions = [
            one_of(path, dict.fromkeys(values), LiteralKind.NUMBER)
            for path, values in zip(self.ids, parts, strict=True)
        ]
        found = self._things(ads, conditions)
        return {thing.locator.id: thing for thing in found if thing.locator.id in wanted}

    def alike(self, ads: GoogleAds, wanted: Sequence[Mapping[str, Any]]) -> list[list[Thing]]:
        """Return for each of the values the things that are there with the same identity."""
        values = dict.fromkeys(str(w[self.sought]) for w in wanted if w.get(self.sought))
        # What is created in the same request as its parent cannot be there before it.
        real = [value for value in values if not value.startswith("-")]
        if not real:
            return [[] for _ in wanted]
        number = self.sought.endswith("Id")
        kind = LiteralKind.NUMBER if number else LiteralKind.STRING
        conditions = [one_of(self._gaql(self.sought), real, kind)]
        if "status" in self.fields:
            conditions.append(not_removed(self._gaql("status")))
        found = self._things(ads, conditions)
        return [[t for t in found if self._same(t.values, w)] for w in wanted]

    def _same(self, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        return all(there.get(name) == wanted.get(name) for name in self.identity)

    def _things(self, ads: GoogleAds, conditions: Sequence[Condition]) -> list[Thing]:
        fields = dict.fromkeys([*self.ids, *self._paths(), CURRENCY])
        answer = ads.search(select(tuple(fields), self.resource, [*conditions, *self.kept]))
        return [self._thing(ads.account, row) for row in answer.rows]

    def _thing(self, account: AccountRef, row: Mapping[str, Any]) -> Thing:
        values = self.values_of(row)
        place = SEPARATOR.join(str(row[path]) for path in self.ids)
        return Thing(
            adapter=self,
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

    def context_of(self, names: Iterable[str]) -> Sequence[str]:  # noqa: ARG002
        """Return the fields that decide what these mean, and so go along with a change."""
        return ()

    def spends(self, budget: Budget | None, after: Mapping[str, Any]) -> Budget | None:  # noqa: ARG002
        """Return the budget behind a change to these values, of the one behind the thing."""
        return None

    def _paths(self) -> Iterable[str]:
        return (self._gaql(name) for name in self.fields)

    def _gaql(self, name: str) -> str:
        field = self.fields[name]
        return field.read or f"{self.resource}.{field.path}"

    # Writing

    def new(
        self, account: AccountRef, temporary: str, after: Mapping[str, Any], name: str = ""
    ) -> Change:
        """Return the change that creates one.

        Parameters
        ----------
        temporary
            Begins with ``-``, and is nothing else's in the plan.
        after
            By wire name; ids of what the same plan creates are temporary ones.
        name
            Where it has none of its own.
        """
        given = {field: value for field, value in after.items() if value is not None}
        parents = [v for n, v in given.items() if isinstance(self.fields[n].codec, Reference)]
        return Change(
            locator=Locator(account, self.type, temporary, name or self.name_of(given)),
            verb=Verb.CREATE,
            after=given,
            depends_on=tuple(v for v in parents if v.startswith("-")),
        )

    def operation_of(self, change: Change, customer_id: str) -> Any:
        """Return the ``MutateOperation`` of a change, with a field mask of just what differs.

        Raises
        ------
        ValueError
            It cannot be said: a value that Google has not, or a field that cannot be changed.
        """
        whole = _mutate_operation()()
        part = getattr(whole, self.operation)
        if change.verb is Verb.REMOVE:
            part.remove = self.resource_name(change, customer_id)
        elif change.verb is Verb.CREATE:
            if len(self.ids) == 1:
                part.create.resource_name = self.resource_name(change, customer_id)
            self._fill(part.create, change.after, change.after, customer_id)
            self.finish(part.create, change.after)
        elif change.verb is Verb.UPDATE:
            self._update(part, change, customer_id)
        else:
            raise ValueError(f"nothing to {change.verb.value} in Google Ads")
        return whole

    def _update(self, part: Any, change: Change, customer_id: str) -> None:
        if not change.fields:
            raise ValueError("nothing differs")
        self._known(change.fields)
        for name in change.fields:
            if self.fields[name].fixed:
                raise ValueError(f"{name} cannot be changed")
        part.update.resource_name = self.resource_name(change, customer_id)
        values = {name: change.after.get(name) for name in change.fields}
        context = {**change.before, **change.after}
        self._fill(part.update, values, context, customer_id)
        paths = dict.fromkeys(self.path_of(name, context) for name in change.fields)
        part.update_mask.paths.extend(paths)

    def _fill(
        self, message: Any, values: Mapping[str, Any], context: Mapping[str, Any], customer_id: str
    ) -> None:
        self._known(values)
        for name, field in self.fields.items():  # in this order: some need others before them
            value = values.get(name)
            if value is None:
                continue
            parents = self.path_of(name, context).split(".")
            last = parents.pop()
            inner = message
            for parent in parents:
                inner = getattr(inner, parent)
            field.codec.write(inner, _python_name(inner, last), value, customer_id)

    def _known(self, names: Iterable[str]) -> None:
        unknown = sorted(set(names) - set(self.fields))
        if unknown:
            raise ValueError(f"there is no field {unknown[0]}")

    def path_of(self, name: str, context: Mapping[str, Any]) -> str:  # noqa: ARG002
        """Return the path of a field; ``context`` are the values that it may depend on."""
        return self.fields[name].path

    def finish(self, message: Any, after: Mapping[str, Any]) -> None:
        """Set what one that is created needs beside its fields."""

    def resource_name(self, change: Change, customer_id: str) -> str:
        """Return Google's name of the thing."""
        return f"customers/{customer_id}/{self.collection}/{change.locator.id}"

    # Undoing

    def undo(self, change: Change, applied: Applied) -> Undo:
        """Return how a change that was applied can be undone. Asks nobody."""
        if not applied.done:
            return Undo(kind=UndoKind.NONE, loss="It was not done.")
        if change.verb is Verb.UPDATE:
            return self._undo_update(change)
        if change.verb is Verb.CREATE:
            return self._undo_create(change, applied)
        return self._undo_remove(change)

    def _undo_update(self, change: Change) -> Undo:
        back = Change(
            locator=change.locator,
            verb=Verb.UPDATE,
            before=dict(change.after),
            after=dict(change.before),
            budget=change.budget,
        )
        return Undo(kind=UndoKind.EXACT, change=back)

    def _undo_create(self, change: Change, applied: Applied) -> Undo:
        if not applied.id:
            return Undo(kind=UndoKind.NONE, loss="Its id is not known.")
        place = Locator(change.locator.account, self.type, applied.id, change.locator.name)
        back = Change(locator=place, verb=Verb.REMOVE, before=dict(change.after))
        kind = UndoKind.COMPENSATING if self.created_loss else UndoKind.EXACT
        return Undo(kind=kind, change=back, loss=self.created_loss)

    def _undo_remove(self, change: Change) -> Undo:
        if self.removed_loss is None:
            return Undo(kind=UndoKind.NONE, loss="Google Ads does not bring removed ones back.")
        place = Locator(
            change.locator.account, self.type, f"-{change.locator.id}", change.locator.name
        )
        back = Change(locator=place, verb=Verb.CREATE, after=self.again(change.before))
        kind = UndoKind.COMPENSATING if self.removed_loss else UndoKind.EXACT
        return Undo(kind=kind, change=back, loss=self.removed_loss)

    def again(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return what to make again from what was removed."""
        return {name: value for name, value in before.items() if value is not None}


def _python_name(message: Any, name: str) -> str:
    # Google's classes rename fields that are reserved words: `type` is `type_`.
    return name if name in message.DESCRIPTOR.fields_by_name else f"{name}_"


@cache
def _mutate_operation() -> Any:
    module = import_module(f"google.ads.googleads.{API_VERSION}.services.types.google_ads_service")
    return module.MutateOperation.pb()
