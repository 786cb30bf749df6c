"""Credentials for a job of GitHub: of the right role, for an hour, as the SDKs read them."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from delivery.account import DeliveryError
from delivery.credentials import ask_github, credentials
from stacks.environments import load
from stacks.synthesis import ENVIRONMENTS
from wpp_mcp.models import strict_json

ROOT = Path(__file__).resolve().parents[3]
CONFIG = ROOT / ".github" / "aws-config"
JOB = {
    "ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example/token?api-version=2",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
    "GITHUB_RUN_ID": "42",
}


class Sts:
    asked: dict[str, Any]

    def assume_role_with_web_identity(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        ends = datetime(2026, 11, 21, 13, tzinfo=UTC)
        keys = {"AccessKeyId": "id", "SecretAccessKey": "secret", "SessionToken": "token"}
        return {"Credentials": {**keys, "Expiration": ends}}


def test_githubs_token_is_exchanged_for_an_hour_of_the_role() -> None:
    sts, asked = Sts(), []

    def ask(url: str, token: str) -> bytes:
        asked.append((url, token))
        return b'{"value": "signed", "count": 1}'

    told = credentials(load("staging"), "deploy", ask=ask, sts=sts, environ=JOB)

    assert asked == [
        ("https://github.example/token?api-version=2&audience=sts.amazonaws.com", "of-the-job")
    ]
    assert sts.asked == {
        "RoleArn": "arn:aws:iam::222222222222:role/wpp-mcp-staging-deploy",
        "RoleSessionName": "github-42",
        "WebIdentityToken": "signed",
        "DurationSeconds": 3600,
    }
    assert strict_json.loads(told) == {
        "Version": 1,
        "AccessKeyId": "id",
        "SecretAccessKey": "secret",
        "SessionToken": "token",
        "Expiration": "2026-11-21T13:00:00+00:00",
    }


@pytest.mark.parametrize("missing", sorted(set(JOB) - {"GITHUB_RUN_ID"}))
def test_elsewhere_there_are_none(missing: str) -> None:
    environ = {name: value for name, value in JOB.items() if name != missing}
    with pytest.raises(DeliveryError, match="id-token: write"):
        credentials(load("dev"), "read", ask=lambda *_: b"{}", sts=Sts(), environ=environ)


def test_the_jobs_token_goes_out_over_tls_only() -> None:
    with pytest.raises(DeliveryError, match="https"):
        ask_github("http://github.example/token", "of-the-job")


@pytest.mark.parametrize("role", ["deploy", "read"])
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_sdks_find_the_command_by_the_profile(
    name: str, role: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import botocore.session

    # The command of the profile, answered by another one that keeps what it was asked.
    profile = f"{name}-{role}"
    session = botocore.session.Session()
    monkeypatch.setenv("AWS_CONFIG_FILE", str(CONFIG))
    settings = session.full_config["profiles"][profile]
    assert settings["region"] == load(name).region
    assert settings["credential_process"] == (
        f".venv/bin/python -m delivery credentials --env {name} --role {role}"
    )
    answer = tmp_path / "answer.py"
    answer.write_text(
        "import sys; assert sys.argv[1:3] == ['-m', 'delivery'], sys.argv\n"
        'print(\'{"Version": 1, "AccessKeyId": "id", "SecretAccessKey": "s",'
        ' "SessionToken": "t", "Expiration": "2099-01-01T00:00:00+00:00"}\')\n'
    )
    changed = tmp_path / "config"
    command = f"{sys.executable} {answer}"
    changed.write_text(CONFIG.read_text().replace(".venv/bin/python", command))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(changed))
    monkeypatch.setenv("AWS_PROFILE", profile)
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(variable, raising=False)

    given = botocore.session.Session().get_credentials()

    assert given is not None
    assert given.method == "custom-process"
    assert given.get_frozen_credentials().access_key == "id"
