from collections.abc import Iterator

import boto3
import moto
import pytest
from hypothesis import HealthCheck, settings

from tests.unit.support.aws import PREFIX, REGION, Aws
from tests.unit.support.surroundings import FakeClock, Surroundings
from wpp_mcp.storage.dynamo import Dynamo
from wpp_mcp.storage.tables import TABLES

settings.register_profile(
    "unit",
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("unit")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def around(clock: FakeClock) -> Surroundings:
    """What a test injects and looks at afterwards: clock, sleeps, emitted lines."""
    return Surroundings(clock)


@pytest.fixture(scope="session")
def clients() -> dict[str, object]:
    # Creating a client is slow; moto answers each call anew, so clients can be shared.
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return {
        name: boto3.client(name, region_name=REGION, **keys)
        for name in ("dynamodb", "s3", "secretsmanager", "wafv2")
    }


@pytest.fixture
def aws(clients: dict[str, object]) -> Iterator[Aws]:
    """AWS in memory, empty."""
    with moto.mock_aws():
        yield Aws(clients)


@pytest.fixture
def tables(aws: Aws) -> Aws:
    for spec in TABLES:
        aws.dynamodb.create_table(**spec.definition(PREFIX))
    return aws


@pytest.fixture
def dynamo(tables: Aws, around: Surroundings) -> Dynamo:
    return Dynamo(around.runtime(aws=tables), PREFIX)
