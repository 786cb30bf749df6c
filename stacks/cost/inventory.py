"""What is in the templates of one environment, as far as prices need it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stacks.environments import Environment


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a template."""

    stack: str
    name: str
    kind: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inventory:
    """Every resource of an environment."""

    environment: Environment
    resources: tuple[Resource, ...]

    @classmethod
    def of(cls, environment: Environment, stacks: Mapping[str, Mapping[str, Any]]) -> "Inventory":
        """Read the templates, by the name of their stack."""
        return cls(
            environment,
            tuple(
                Resource(stack, name, one["Type"], one.get("Properties", {}))
                for stack, template in stacks.items()
                for name, one in template.get("Resources", {}).items()
            ),
        )

    def all_of(self, kind: str) -> Iterator[Resource]:
        """Yield the resources of a type, written as ``EC2::NatGateway``."""
        return (one for one in self.resources if one.kind == f"AWS::{kind}")

    def has(self, kind: str) -> bool:
        """Whether there is one of a type."""
        return next(self.all_of(kind), None) is not None
