"""What is built for this machine's processor, once for all tests and until its inputs change."""

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bundling.builder import in_use
from bundling.interpreters import interpreter
from bundling.manifest import Manifest
from bundling.target import DEPLOYED_PYTHON, Arch, BuildError, Target
from sandbox.aws_endpoint import AwsEndpoint
from sandbox.box import Sandbox


@dataclass(frozen=True, slots=True)
class Build:
    target: Target
    manifest: Manifest


def version() -> str:
    """The deployed version; where this machine has no such Python, the one that runs the tests."""
    try:
        interpreter(DEPLOYED_PYTHON)
    except BuildError:
        return f"{sys.version_info[0]}.{sys.version_info[1]}"
    return DEPLOYED_PYTHON


@pytest.fixture(scope="session")
def built() -> Iterator[Build]:
    target = Target(arch=Arch.of_machine(platform.machine()), python=version())
    with in_use(target) as manifest:
        yield Build(target, manifest)


@pytest.fixture(scope="module")
def aws(box: Sandbox) -> Iterator[AwsEndpoint]:
    with AwsEndpoint() as endpoint:
        yield endpoint
