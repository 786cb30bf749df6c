"""The templates of every environment, synthesised once in a run of the tests."""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from stacks.environments import Environment, load
from stacks.packages import Packages
from stacks.synthesis import ENVIRONMENTS, assembled, findings

STACK = "aws:cloudformation:stack"


@dataclass(frozen=True)
class Place:
    """Where a stack is deployed."""

    account: str
    region: str


@dataclass(frozen=True)
class Stack:
    """One stack, as the assembly in a folder has it."""

    folder: Path
    id: str
    artifact: Mapping[str, Any]

    @property
    def stack_name(self) -> str:
        return str(self.artifact["properties"]["stackName"])

    @property
    def environment(self) -> Place:
        place = urlsplit(self.artifact["environment"])
        return Place(place.netloc, place.path.removeprefix("/"))

    @property
    def termination_protection(self) -> bool:
        return bool(self.artifact["properties"].get("terminationProtection", False))

    @property
    def tags(self) -> Mapping[str, str]:
        tags: Mapping[str, str] = self.artifact["properties"]["tags"]
        return tags

    @property
    def dependencies(self) -> list[str]:
        """The ids of what is deployed before it, stacks and assets."""
        return list(self.artifact.get("dependencies", []))

    @property
    def template_file(self) -> str:
        return str(self.artifact["properties"]["templateFile"])

    @cached_property
    def template(self) -> Mapping[str, Any]:
        template: Mapping[str, Any] = json.loads((self.folder / self.template_file).read_text())
        return template


@dataclass(frozen=True)
class Synthesised:
    """The templates of one environment, by the part that each stack holds."""

    environment: Environment
    folder: Path
    stacks: Mapping[str, Stack]

    @classmethod
    def read(cls, environment: Environment, folder: Path) -> "Synthesised":
        """Read an assembly."""
        artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
        stacks = [Stack(folder, i, a) for i, a in artifacts.items() if a["type"] == STACK]
        prefix = environment.prefix
        return cls(environment, folder, {s.stack_name.removeprefix(prefix): s for s in stacks})

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
def synthesising(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run, which the processes of pytest-xdist have in common."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    (folder / "assemblies").mkdir(exist_ok=True)
    return folder / "assemblies"


def once(environment: Environment, name: str, common: Path) -> Synthesised:
    """An environment, synthesised by whoever comes first. Offline, and without an account."""
    folder, done = common / name, common / f"{name}.done"
    with (common / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            assembled(environment, folder, packages=Packages.stand_ins())
            done.touch()
    return Synthesised.read(environment, folder)


@pytest.fixture(scope="session")
def assemblies(synthesising: Path) -> dict[str, Synthesised]:
    """Every environment."""
    return {name: once(load(name), name, synthesising) for name in ENVIRONMENTS}


@pytest.fixture(scope="session")
def standby(synthesising: Path) -> Synthesised:
    """Prod as it is brought up in its second region."""
    return once(load("prod").standby(), "standby", synthesising)


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
