"""A rotation with moto's Secrets Manager and a distribution in the hands of the test."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.rotation import STEPS, begin
from tests.unit.rotation.cloudfront import DISTRIBUTION, PARAMETER, CloudFront, Ssm
from tests.unit.support.aws import ENVIRON, Aws
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.rotation.steps import Rotator
from wpp_mcp.secret_store import Rotating, SecretName

KNOWN = Rotating("value-b", "value-a", "value-c")
ORIGIN = SecretName.ORIGIN_HEADER


@dataclass
class Rotations:
    """The function that rotates, called as Secrets Manager calls it."""

    aws: Aws
    around: Surroundings
    cloudfront: CloudFront
    rotator: Rotator

    def make(self, name: str, values: Rotating | str) -> str:
        text = values if isinstance(values, str) else values.text()
        self.aws.put_secret(name, text)
        return f"wpp-mcp/{name}"

    def values(self, full_name: str) -> Rotating:
        found = self.aws.secretsmanager.get_secret_value(
            SecretId=full_name, VersionStage="AWSCURRENT"
        )
        return Rotating.of_text(full_name, found["SecretString"])

    def step(self, step: str, asked: Any) -> str:
        outcome: str = self.rotator({"Step": step, **asked}, None)["outcome"]
        return outcome

    def rotate(self, full_name: str) -> dict[str, Any]:
        """Do all steps; return what they were called with."""
        asked = dict(begin(full_name))
        for step in STEPS:
            self.step(step, asked)
        return asked


@pytest.fixture
def rotations(aws: Aws, around: Surroundings) -> Iterator[Rotations]:
    # moto's versions are as old as this machine says; those of a test are a day old.
    around.clock.now = datetime.now(UTC) + timedelta(days=1)
    cloudfront = CloudFront(around.clock)
    clients = Aws(
        {
            "secretsmanager": aws.secretsmanager,
            "cloudfront": cloudfront,
            "ssm": Ssm({PARAMETER: DISTRIBUTION}),
        }
    )
    environ = {**ENVIRON, "WPP_DISTRIBUTION_PARAMETER": PARAMETER, "WPP_SECRET_TTL_SECONDS": "300"}
    runtime = around.runtime(environ, aws=clients)
    yield Rotations(aws, around, cloudfront, Rotator(runtime))
    logged = around.log.getvalue()
    for secret in aws.secretsmanager.list_secrets()["SecretList"]:
        for version in secret["SecretVersionsToStages"]:
            try:
                found = aws.secretsmanager.get_secret_value(
                    SecretId=secret["ARN"], VersionId=version
                )
            except aws.secretsmanager.exceptions.ResourceNotFoundException:
                continue
            text = found["SecretString"]
            values = json.loads(text).values() if text.startswith("{") else [text]
            assert [value for value in values if value and value in logged] == []
