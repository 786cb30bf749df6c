from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stacks.environments import Environment, load
from stacks.packages import Packages
from stacks.synthesis import ENVIRONMENTS, assembled, findings


@dataclass(frozen=True)
class Synthesised:
    """The templates of one environment, by the part that each stack holds."""

    environment: Environment
    folder: Path
    stacks: Mapping[str, Any]

    def template(self, part: str) -> Mapping[str, Any]:
        template: Mapping[str, Any] = self.stacks[part].template
        return template

    def of_type(self, kind: str, part: str | None = None) -> dict[str, dict[str, Any]]:
        """The properties of each resource of a type, by its logical id.

        Where two stacks use the same one, the later has the part behind it.
        """
        found: dict[str, dict[str, Any]] = {}
        for each in [part] if part else self.stacks:
            for name, resource in self.template(each)["Resources"].items():
                if resource["Type"] == f"AWS::{kind}":
                    own = f"{name}@{each}" if name in found else name
                    found[own] = resource.get("Properties", {})
        return found

    def findings(self) -> list[str]:
        return findings(self.folder)


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesised]:
    """Every environment, synthesised once in this process. Offline, and without an account."""
    made = {}
    for name in ENVIRONMENTS:
        folder, environment = tmp_path_factory.mktemp(name), load(name)
        stacks = {
            stack.stack_name.removeprefix(environment.prefix): stack
            for stack in assembled(name, folder, packages=Packages.stand_ins()).stacks
        }
        made[name] = Synthesised(environment, folder, stacks)
    return made


@pytest.fixture(scope="session")
def standby(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """Prod as it is brought up in its second region."""
    folder, environment = tmp_path_factory.mktemp("standby"), load("prod").standby()
    assembly = assembled(environment, folder, packages=Packages.stand_ins())
    stacks = {s.stack_name.removeprefix(environment.prefix): s for s in assembly.stacks}
    return Synthesised(environment, folder, stacks)


@pytest.fixture(params=ENVIRONMENTS)
def synthesised(request: pytest.FixtureRequest, assemblies: dict[str, Synthesised]) -> Synthesised:
    return assemblies[request.param]


@pytest.fixture(params=["staging", "prod"])
def edged(request: pytest.FixtureRequest, assemblies: dict[str, Synthesised]) -> Synthesised:
    """Each environment that has an edge."""
    return assemblies[request.param]


def one(synthesised: Synthesised, kind: str, part: str = "edge") -> dict[str, Any]:
    """The properties of the one resource of a type in a stack."""
    (found,) = synthesised.of_type(kind, part).values()
    return found
