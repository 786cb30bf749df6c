"""The commands as a person types them: what they show, and that only ``--yes`` changes anything."""

import subprocess
import sys

import pytest

from delivery.__main__ import main
from tests.unit.delivery.deployed import COMMITS, FIRST, Deployed


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, deployed: Deployed) -> Deployed:
    monkeypatch.setattr("delivery.__main__._account", lambda _: deployed.account)
    return deployed


def test_rollback_shows_and_then_does(
    account: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    account.released("a")
    account.released("b")

    assert main(["rollback", "--env", "prod"]) == 0
    shown = capsys.readouterr().out
    assert f"back to {COMMITS['a']} (0.1.0+a) from {COMMITS['b']}" in shown
    assert "nothing was changed; --yes does it" in shown
    assert account.live() == ("2", "2")

    assert main(["rollback", "--env", "prod", "--yes"]) == 0
    assert "deploy next with SHIFT=none" in capsys.readouterr().out
    assert account.live() == ("1", "1")

    assert main(["rollback", "--env", "prod", "--yes"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert account.live() == ("1", "1")


def test_what_cannot_be_done_is_said_and_fails(
    account: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rollback", "--env", "prod", "--yes"]) == 1
    assert capsys.readouterr().err == (
        "refused: no release is recorded: there is nothing to go back to\n"
    )


def test_a_release_is_recorded(account: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    account.deploy()
    release = ["--release", COMMITS["a"], "--version", "0.1.0+a"]
    assert main(["release", "--env", "prod", *release]) == 0
    assert capsys.readouterr().out == f"recorded {COMMITS['a']} (0.1.0+a): 2 functions\n"


def test_prune_shows_and_then_does(account: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        account.deploy(FIRST)

    assert main(["prune", "--env", "prod"]) == 0
    assert capsys.readouterr().out == "would delete health 1\n1 versions\n"
    assert account.account.versions(FIRST) == [1, 2, 3]

    assert main(["prune", "--env", "prod", "--yes"]) == 0
    assert account.account.versions(FIRST) == [2, 3]


def test_a_command_starts_neither_cdk_nor_an_sdk_for_its_arguments() -> None:
    script = "import delivery.__main__, sys; print('jsii' in sys.modules, 'boto3' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["False", "False"]
