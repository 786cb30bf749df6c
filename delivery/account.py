"""The AWS account of one environment, and the functions that calls are led to in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from stacks.environments import Environment
from stacks.functions import FUNCTIONS
from wpp_mcp.functions import Function

ALIAS: Final = "live"
"""The alias of a function that calls go to."""

Clients = Callable[[str], Any]
"""Gives a client of boto3 for a service."""


class DeliveryError(RuntimeError):
    """What was asked for cannot be done; the message says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Live:
    """Where the alias of one function leads.

    Parameters
    ----------
    shifting
        A part of the calls goes to another version: a deployment is under way.
    """

    version: str
    shifting: bool


@dataclass(frozen=True)
class Account:
    """One environment, as AWS shows it.

    Parameters
    ----------
    clients
        For the environment's region.
    """

    environment: Environment
    clients: Clients

    @cached_property
    def _lambda(self) -> Any:
        return self.clients("lambda")

    def name_of(self, function: Function) -> str:
        """Return the name of a function in AWS."""
        return f"{self.environment.prefix}{function.value.replace('_', '-')}"

    def live(self) -> dict[Function, Live]:
        """Return where calls go, for each function that has the alias."""
        found = {function: self._alias(function) for function in FUNCTIONS}
        return {function: live for function, live in found.items() if live is not None}

    def _alias(self, function: Function) -> Live | None:
        try:
            alias = self._lambda.get_alias(FunctionName=self.name_of(function), Name=ALIAS)
        except self._lambda.exceptions.ResourceNotFoundException:
            return None
        weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights")
        return Live(version=alias["FunctionVersion"], shifting=bool(weights))

    def lead_to(self, function: Function, version: str) -> None:
        """Lead every call of a function to one version."""
        self._lambda.update_alias(
            FunctionName=self.name_of(function),
            Name=ALIAS,
            FunctionVersion=version,
            # Also ends a shift that a stopped deployment left half done.
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def versions(self, function: Function) -> list[int]:
        """Return the published versions of a function, oldest first; none where it is not there."""
        return sorted(
            int(one["Version"])
            for one in self._listed("list_versions_by_function", "Versions", function)
            if one["Version"] != "$LATEST"
        )

    def led_to(self, function: Function) -> set[int]:
        """Return the versions that any alias leads to, with whatever weight."""
        versions: set[str] = set()
        for alias in self._listed("list_aliases", "Aliases", function):
            weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
            versions |= {alias["FunctionVersion"], *weights}
        return {int(version) for version in versions if version != "$LATEST"}

    def delete(self, function: Function, version: int) -> None:
        """Delete one published version."""
        self._lambda.delete_function(FunctionName=self.name_of(function), Qualifier=str(version))

    def _listed(self, call: str, key: str, function: Function) -> Iterator[dict[str, Any]]:
        more: dict[str, str] = {}
        while True:
            try:
                page = getattr(self._lambda, call)(FunctionName=self.name_of(function), **more)
            except self._lambda.exceptions.ResourceNotFoundException:
                return
            yield from page[key]
            if not page.get("NextMarker"):
                return
            more = {"Marker": page["NextMarker"]}
