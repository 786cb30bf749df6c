"""What there is to know of one kind of thing, said once: how it is read, written and undone.

A kind is a `ResourceAdapter` with its fields; `wpp_mcp.google.ads.resources.adapter_of` finds it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from wpp_mcp.google.ads.errors import API_VERSION
from wpp_mcp.google.ads.resources.codecs import Reference
from wpp_mcp.google.ads.resources.reading import SEPARATOR, Field
from wpp_mcp.google.ads.resources.undoing import Undoing
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Budget, Change, Locator, Verb

__all__ = ["SEPARATOR", "Field", "ResourceAdapter"]


class ResourceAdapter(Undoing):
    """One kind of thing: `Reading` says what it is made of."""

    def context_of(self, names: Iterable[str]) -> Sequence[str]:  # noqa: ARG002
        """Return the fields that decide what these mean, and so go along with a change."""
        return ()

    def spends(self, budget: Budget | None, after: Mapping[str, Any]) -> Budget | None:  # noqa: ARG002
        """Return the budget behind a change to these values, of the one behind the thing."""
        return None

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


def _python_name(message: Any, name: str) -> str:
    # Google's classes rename fields that are reserved words: `type` is `type_`.
    return name if name in message.DESCRIPTOR.fields_by_name else f"{name}_"


@cache
def _mutate_operation() -> Any:
    module = import_module(f"google.ads.googleads.{API_VERSION}.services.types.google_ads_service")
    return module.MutateOperation.pb()
