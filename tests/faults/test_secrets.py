"""Secrets Manager failing in every way: nothing that needs a secret goes on without it."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from sandbox.box import Options, Sandbox
from tests.support.api import USD, Api
from tests.support.logs import CapturedLog, leaks
from wpp_mcp.secret_store import SecretName


@pytest.fixture(scope="module")
def box(captured: CapturedLog) -> Iterator[Sandbox]:
    """A sandbox whose functions read each secret anew."""
    options = Options(log=captured, emit=captured.emit, environ={"WPP_SECRET_TTL_SECONDS": "0"})
    with Sandbox(options) as running:
        with Api(running) as client:
            client.execute("list_budgets", {"customerId": USD})
        yield running
    assert leaks(captured.getvalue(), running) == []


def refused(code: str, status: int) -> Exception:
    response: Any = {
        "Error": {"Code": code, "Message": "ordered"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "GetSecretValue")


SECRET_FAILURES: Final = [
    refused("InternalServiceError", 500),
    refused("ThrottlingException", 400),
    refused("AccessDeniedException", 400),
    refused("ResourceNotFoundException", 400),
    refused("DecryptionFailure", 400),
    ReadTimeoutError(endpoint_url="secretsmanager"),
    EndpointConnectionError(endpoint_url="secretsmanager"),
]
SECRETS: Final = {
    SecretName.ORIGIN_HEADER: None,
    SecretName.OMA_API_KEY: None,
    SecretName.ADS_DEVELOPER_TOKEN: "STORAGE_UNAVAILABLE",
    SecretName.AUDIT_KEY: "AUDIT_UNAVAILABLE",
    SecretName.OMA_SHARED_SECRET: "STORAGE_UNAVAILABLE",
}
"""What is answered while a secret cannot be read; without a code the authorizer denies."""


@pytest.mark.parametrize("failure", SECRET_FAILURES, ids=str)
@pytest.mark.parametrize("name", SECRETS)
def test_without_a_secret_nothing_that_needs_it_goes_on(
    api: Api, monkeypatch: pytest.MonkeyPatch, failure: Exception, name: SecretName
) -> None:
    client = api.box.aws.client("secretsmanager")._client
    usual = client.get_secret_value

    def failing(**arguments: Any) -> Any:
        if str(arguments["SecretId"]).endswith(f"/{name.value}"):
            raise failure
        return usual(**arguments)

    monkeypatch.setattr(client, "get_secret_value", failing)
    sealed = {"approvedAccounts": {"data": "AQ", "signature": "AQ"}}
    more = sealed if name is SecretName.OMA_SHARED_SECRET else {}

    answer = api.execute("list_budgets", {"customerId": USD}, **more)

    if SECRETS[name] is None:
        assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
        assert api.calls("dynamodb") == {}
    else:
        assert answer.json()["error"]["code"] == SECRETS[name]
        assert "data" not in answer.json()
        assert answer.status_code == 503
    google = {"google-ads:Search": 1} if name is SecretName.AUDIT_KEY else {}
    assert api.calls("google-ads") == google


@pytest.mark.parametrize("value", ["", "{}", '{"current": ""}', '{"current": 7}', "{not json"])
@pytest.mark.parametrize("name", [SecretName.AUDIT_KEY, SecretName.ADS_DEVELOPER_TOKEN])
def test_a_secret_without_a_usable_value_stops_the_call(
    api: Api, monkeypatch: pytest.MonkeyPatch, value: str, name: SecretName
) -> None:
    client = api.box.aws.client("secretsmanager")._client
    usual = client.get_secret_value

    def damaged(**arguments: Any) -> Any:
        answer = usual(**arguments)
        hit = str(arguments["SecretId"]).endswith(f"/{name.value}")
        return {**answer, "SecretString": value} if hit else answer

    monkeypatch.setattr(client, "get_secret_value", damaged)

    answer = api.execute("list_budgets", {"customerId": USD})

    assert answer.status_code in (500, 503)
    assert "data" not in answer.json()
