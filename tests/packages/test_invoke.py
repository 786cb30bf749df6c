"""``make invoke``: what it prints, and what it says when it cannot."""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.aws_endpoint import AwsEndpoint
from sandbox.box import Sandbox
from sandbox.invoke import invoke, shown
from sandbox.lambda_process import LambdaProcess
from sandbox.runtime_api import InvocationError
from tests.packages.conftest import Build
from wpp_mcp.functions import Function

ROOT: Final = Path(__file__).resolve().parents[2]


@pytest.mark.usefixtures("built")
def test_a_function_is_sent_its_sample() -> None:
    path = os.pathsep.join([str(ROOT / "layers/core/python"), str(ROOT)])
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("COV", "GRPC_"))}
    sent = ("--function", "oauth_metadata", "--event", "events/oauth_metadata.json")
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "invoke", *sent],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["statusCode"] == 200
    assert answer["body"]["resource"].endswith("/mcp")
    assert "oauth_metadata: loaded in " in done.stderr


def test_an_unknown_function_a_missing_and_a_damaged_event_are_named(tmp_path: Path) -> None:
    said: list[str] = []
    damaged = tmp_path / "event.json"
    damaged.write_text("{")

    assert invoke("nothing", damaged, said.append) == 2
    assert invoke("health", tmp_path / "none.json", said.append) == 2
    assert invoke("health", damaged, said.append) == 2
    unknown, missing, wrong = said
    assert unknown.startswith("there is no function 'nothing'. There are: authorizer, ")
    assert "none.json" in missing
    assert "event.json is not JSON" in wrong


def test_a_machine_that_cannot_run_what_is_built_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("platform.system", lambda: "Darwin")

    assert invoke("health", ROOT / "events/health.json", said.append) == 2
    assert said == ["a built function runs on Linux only: its packages are those of Amazon Linux"]


def test_an_answer_is_shown_to_be_read() -> None:
    assert json.loads(shown({"body": '{"a": 1}'})) == {"body": {"a": 1}}
    assert json.loads(shown({"body": "<p>"})) == {"body": "<p>"}
    assert json.loads(shown({"isAuthorized": True})) == {"isAuthorized": True}


def test_a_function_that_cannot_be_loaded_says_why(built: Build) -> None:
    with (
        LambdaProcess(built.target, Function.HEALTH, {}, handler="nothing.handler") as process,
        pytest.raises(InvocationError, match="Unable to import module 'nothing'"),
    ):
        process.invoke({}, 30)


def test_a_function_that_fails_says_how(built: Build) -> None:
    with (
        LambdaProcess(built.target, Function.HEALTH, {}) as process,
        pytest.raises(InvocationError, match="ConfigurationError"),
    ):
        process.invoke({}, 30)


def test_aws_of_the_sandbox_answers_who_knows_the_key(box: Sandbox, aws: AwsEndpoint) -> None:
    names = aws.environ()
    for key, known in ((names["AWS_ACCESS_KEY_ID"], True), ("another-key", False)):
        client = boto3.client(
            "secretsmanager",
            endpoint_url=names["AWS_ENDPOINT_URL"],
            aws_access_key_id=key,
            aws_secret_access_key="x",
            region_name=names["AWS_REGION"],
        )
        # boto3 of this process is answered in memory; this one goes over the wire.
        client.meta.events.unregister("before-send", _stub())
        if known:
            secrets = client.list_secrets()["SecretList"]
            assert {secret["Name"] for secret in secrets} >= {
                f"{box.table_prefix[8:-1]}/oma-api-key"
            }
        else:
            with pytest.raises(ClientError, match="403"):
                client.list_secrets()


def _stub() -> object:
    from moto.core.models import botocore_stubber

    return botocore_stubber


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Authorization": ""},
    ],
    ids=str,
)
def test_aws_of_the_sandbox_answers_no_web_page(aws: AwsEndpoint, headers: dict[str, str]) -> None:
    environ = aws.environ()
    scope = f"{environ['AWS_ACCESS_KEY_ID']}/20261121/us-east-1/secretsmanager/aws4_request"
    right = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "secretsmanager.ListSecrets",
    }
    for sent, status in ((right, 200), ({**right, **headers}, 403)):
        connection = http.client.HTTPConnection(aws.host, timeout=10)
        connection.request("POST", "/", "{}", sent)
        assert connection.getresponse().status == status
        connection.close()
