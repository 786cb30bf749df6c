"""One thing of an account as it is now, and the changes that can be made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Budget, Change, Inherited, Locator, Verb
from wpp_mcp.models.text import visible

if TYPE_CHECKING:
    from wpp_mcp.google.ads.resources.base import ResourceAdapter

CURRENCY: Final = "customer.currency_code"
_LONGEST_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing.

    Parameters
    ----------
    values
        All its fields by wire name; ``None`` for what is not set.
    currency
        Of its amounts.
    budget
        The budget that it spends from, or is; where it was asked for.
    inherited
        What holds where it has no values of its own; where it was asked for.
    """

    adapter: "ResourceAdapter"
    locator: Locator
    values: Mapping[str, Any]
    currency: str
    budget: Budget | None = None
    inherited: Inherited | None = None

    @property
    def removed(self) -> bool:
        """Whether it was removed, which is final."""
        return bool(self.values.get("status") == "REMOVED")

    @property
    def called(self) -> str:
        """What it is, for people: kind, name (which is the account's text) and id."""
        name = f' "{shown(self.locator.name)}"' if self.locator.name else ""
        return f"{self.adapter.label}{name} ({self.locator.id})"

    def change(self, after: Mapping[str, Any]) -> Change:
        """Return the change to these values; fields that are so already are left out.

        Raises
        ------
        WppError
            ``INVALID_REQUEST`` where everything is so already.
        """
        if self.holds(after):
            raise self.unchanged(after)
        new = {n: v for n, v in after.items() if self.values.get(n) != v}
        context = self.adapter.context_of(new)
        known = {n: self.values.get(n) for n in context}
        return Change(
            locator=self.locator,
            verb=Verb.UPDATE,
            before=known | {n: self.values.get(n) for n in new},
            after=known | new,
            budget=self.adapter.spends(self.budget, new),
            inherited=self._inherited(new),
        )

    def _inherited(self, new: Mapping[str, Any]) -> Inherited | None:
        if self.inherited is None:
            return None
        values = {
            name: value
            for name, value in self.inherited.values.items()
            if name in new and self.values.get(name) is None
        }
        return replace(self.inherited, values=values) if values else None

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether all of these values are so already."""
        return all(self.values.get(name) == value for name, value in values.items())

    def unchanged(self, after: Mapping[str, Any], parameter: str = "") -> WppError:
        """Return the refusal of a change to what is so already.

        Parameters
        ----------
        parameter
            What the caller calls its id, where that is not the adapter's own name for it.
        """
        said = " and ".join(f"{n} {_said(v)}" for n, v in after.items())
        return refused(parameter or self.adapter.parameter, f"{self.called} is already at {said}")

    def remove(self) -> Change:
        """Return the change that removes it."""
        return Change(locator=self.locator, verb=Verb.REMOVE, before=dict(self.values))


def shown(name: str) -> str:
    """Return a name from an account as it can stand in a message (threats.md G1)."""
    return visible(name, _LONGEST_SHOWN)


def refused(parameter: str, problem: str) -> WppError:
    """Return the refusal that names a parameter and what is wrong with it."""
    return WppError(
        ErrorCode.INVALID_REQUEST,
        f"{parameter}: {problem}",
        details=[{"field": parameter, "problem": problem}],
    )


def _said(value: Any) -> str:
    return "unset" if value is None else shown(str(value))
