"""Secrets Manager with a clock of its own, as far as a rotation uses it."""

from typing import Any

from tests.unit.support.surroundings import FakeClock
from wpp_mcp.secret_store import Rotating


class ResourceNotFoundException(Exception):  # noqa: N818 - botocore's name
    pass


class ResourceExistsException(Exception):  # noqa: N818 - botocore's name
    pass


class _Exceptions:
    ResourceNotFoundException = ResourceNotFoundException
    ResourceExistsException = ResourceExistsException


class SecretsManager:
    """One secret. Moving the current label is the moment from which others read a value."""

    exceptions = _Exceptions

    def __init__(self, clock: FakeClock, name: str, first: Rotating) -> None:
        self._clock = clock
        self.name = name
        self.values = {"v0": first.text()}
        self.created = {"v0": clock()}
        self.stages = {"v0": ["AWSCURRENT"]}
        self.rotated_at: Any = None

    def current(self) -> Rotating:
        version = next(v for v, stages in self.stages.items() if "AWSCURRENT" in stages)
        return Rotating.of_text(self.name, self.values[version])

    def begin(self, token: str) -> None:
        self.cancel()
        self.stages[token] = ["AWSPENDING"]

    def cancel(self) -> None:
        for stages in self.stages.values():
            if "AWSPENDING" in stages:
                stages.remove("AWSPENDING")

    def describe_secret(self, **_: str) -> dict[str, Any]:
        return {
            "Name": self.name,
            "RotationEnabled": True,
            "VersionIdsToStages": {v: list(stages) for v, stages in self.stages.items()},
            **({"LastRotatedDate": self.rotated_at} if self.rotated_at else {}),
        }

    def get_secret_value(self, **asked: str) -> dict[str, Any]:
        stage = asked["VersionStage"]
        for version, stages in self.stages.items():
            wanted = asked.get("VersionId", version) == version and stage in stages
            if wanted and version in self.values:
                return {
                    "SecretString": self.values[version],
                    "CreatedDate": self.created[version],
                }
        raise ResourceNotFoundException

    def put_secret_value(self, **asked: Any) -> None:
        token = asked["ClientRequestToken"]
        if token in self.values:
            raise ResourceExistsException
        self.values[token] = asked["SecretString"]
        self.created[token] = self._clock()

    def update_secret_version_stage(self, **asked: str) -> None:
        before, after = asked["RemoveFromVersionId"], asked["MoveToVersionId"]
        assert "AWSCURRENT" in self.stages[before]
        self.stages[before].remove("AWSCURRENT")
        self.stages[after].append("AWSCURRENT")
        self.rotated_at = self._clock()
