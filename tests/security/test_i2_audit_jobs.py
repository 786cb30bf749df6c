"""I2, every night: the jobs that sign and verify the audit find what was changed, and say where."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.functions import Functions
from tests.security.audited_day import TAMPERED, Act, Day, cut_with_its_head, fresh_day
from tests.security.stored import PRACTITIONER, drop
from tests.support.api import Api
from tests.support.logs import CapturedLog
from wpp_mcp.functions import Function
from wpp_mcp.jobs.audit import AuditBrokenError
from wpp_mcp.observability import pseudonym
from wpp_mcp.secret_store import SecretName


def forget_manifests(box: Sandbox) -> None:
    """Empty the bucket, every version of it."""
    s3 = box.aws.plain("s3")
    found = s3.list_object_versions(Bucket=box.bucket)
    for version in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
        s3.delete_object(
            Bucket=box.bucket,
            Key=version["Key"],
            VersionId=version["VersionId"],
            BypassGovernanceRetention=True,
        )


@pytest.fixture
def day(api: Api) -> Day:
    """A day that was signed the night after it."""
    forget_manifests(api.box)
    made = fresh_day(api)
    made.box.clock.advance(timedelta(days=1))
    return made


@pytest.fixture
def functions(box: Sandbox) -> Iterator[Functions]:
    running = Functions(box.runtime())
    yield running
    running.stop()


def run(functions: Functions, job: str) -> dict[str, Any]:
    return functions.invoke(Function.AUDIT_JOBS, {"job": job})


def told(captured: CapturedLog) -> list[dict[str, Any]]:
    """What the security log says of broken chains."""
    lines = (json.loads(line) for line in captured.getvalue().splitlines() if line)
    return [line for line in lines if line.get("message") == "audit chain broken"]


def test_a_day_of_calls_is_signed_and_verifies(day: Day, functions: Functions) -> None:
    signed = run(functions, "audit-manifest")
    found = run(functions, "audit-verification")

    assert day.day in signed["signed"]
    assert signed["left"] == found["left"] == 0
    assert (found["entries"], found["chains"]) == (6, 2)


@pytest.mark.parametrize("name", [*TAMPERED, "tail cut with its head"])
def test_what_was_changed_in_the_table_is_found_the_next_night(
    day: Day, functions: Functions, captured: CapturedLog, name: str
) -> None:
    act, place = TAMPERED.get(name, (cut_with_its_head, 4))
    run(functions, "audit-manifest")
    before = len(told(captured))

    act(day)

    with pytest.raises(AuditBrokenError, match=day.day):
        run(functions, "audit-verification")
    (line,) = told(captured)[before:]
    key = day.box.secrets[SecretName.AUDIT_KEY.value].encode()
    assert (line["day"], line["user"], line.get("entry")) == (
        day.day,
        pseudonym(key, PRACTITIONER),
        place,
    )
    assert line["security"] is True
    assert line["level"] == "ERROR"


def unsigned(day: Day) -> None:
    """Nothing signs the day."""


def covered(day: Day) -> None:
    day.box.aws.plain("s3").delete_object(Bucket=day.box.bucket, Key=f"manifests/{day.day}.json")


@pytest.mark.parametrize(
    ("signs", "act", "problem"),
    [
        (False, unsigned, "the manifest is missing"),
        (True, covered, "something was put over the manifest"),
    ],
    ids=["never signed", "hidden"],
)
def test_a_day_without_its_manifest_is_told(
    day: Day, functions: Functions, captured: CapturedLog, signs: bool, act: Act, problem: str
) -> None:
    if signs:
        run(functions, "audit-manifest")
    before = len(told(captured))

    act(day)

    with pytest.raises(AuditBrokenError):
        run(functions, "audit-verification")
    assert problem in [line["problem"] for line in told(captured)[before:]]


def test_a_hidden_manifest_is_not_signed_again_from_what_the_table_says_now(
    day: Day, functions: Functions, captured: CapturedLog
) -> None:
    run(functions, "audit-manifest")
    cut_with_its_head(day)
    covered(day)

    assert run(functions, "audit-manifest")["signed"] == []

    before = len(told(captured))
    with pytest.raises(AuditBrokenError):
        run(functions, "audit-verification")
    problems = [line["problem"] for line in told(captured)[before:]]
    assert "the manifest says 4" in problems


@pytest.mark.parametrize(
    ("days", "found"), [(720, True), (750, False)], ids=["within two years", "past them"]
)
def test_an_old_day_is_verified_again_as_long_as_its_entries_are_kept(
    day: Day, functions: Functions, captured: CapturedLog, days: int, found: bool
) -> None:
    run(functions, "audit-manifest")
    drop(day.box, day.key(2))
    # On a day whose share of the past that day is in.
    day.box.clock.advance(timedelta(days=days - 1))
    before = len(told(captured))

    with pytest.raises(AuditBrokenError):  # nobody has signed for so long
        run(functions, "audit-verification")
    places = [(line["day"], line.get("entry")) for line in told(captured)[before:]]
    assert ((day.day, 2) in places) is found
