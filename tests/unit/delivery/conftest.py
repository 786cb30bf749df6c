from collections.abc import Iterator
from typing import Any

import boto3
import moto
import pytest

from delivery.account import Account
from stacks.environments import load
from tests.unit.delivery.deployed import Deployed


@pytest.fixture(scope="session")
def delivery_clients() -> dict[str, Any]:
    # Creating a client is slow; moto answers each call anew, so clients can be shared.
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    names = ("lambda", "ssm", "secretsmanager", "codedeploy", "iam")
    return {name: boto3.client(name, region_name="us-east-1", **keys) for name in names}


@pytest.fixture
def deployed(delivery_clients: dict[str, Any]) -> Iterator[Deployed]:
    """The account of prod, with two functions in it."""
    with moto.mock_aws():
        yield Deployed(Account(load("prod"), delivery_clients.__getitem__), delivery_clients)
