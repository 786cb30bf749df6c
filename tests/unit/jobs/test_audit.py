"""The nightly jobs of the audit: what they sign, what they verify, and how they go on."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.support.audited import BUCKET, DAYS, KEY, Audited
from tests.unit.support.people import ANN
from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.manifest import Lock, Manifest, ManifestStore
from wpp_mcp.jobs import audit
from wpp_mcp.jobs.audit import CYCLE_DAYS, AuditBrokenError, AuditJobs
from wpp_mcp.models.time import Deadline
from wpp_mcp.observability import pseudonym
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.dynamo import StorageError

Within = Callable[[float], Deadline]


class Client:
    """S3 as it is, but for what a test does before a call."""

    def __init__(self, s3: Any, before: Callable[[str, dict[str, Any]], None]) -> None:
        self._s3 = s3
        self._before = before

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self._before(operation, arguments)
            return getattr(self._s3, operation)(**arguments)

        return call


@pytest.fixture
def jobs(runtime: Runtime) -> AuditJobs:
    return AuditJobs(runtime)


@pytest.fixture
def unsigned(audited: Audited) -> Audited:
    """Three days with entries and no manifest."""
    for day in DAYS:
        audited.write(day, 2)
    return audited


def manifests(audited: Audited) -> dict[str, Manifest]:
    store = ManifestStore(audited.aws.s3, BUCKET, Lock.of("test"))
    found = {day: store.read(day) for day in store.days()}
    return {day: manifest for day, manifest in found.items() if manifest}


def test_every_day_since_the_first_entry_is_signed_once(
    unsigned: Audited, jobs: AuditJobs, within: Within
) -> None:
    assert jobs.manifest(within(900)) == {"signed": DAYS, "left": 0}
    first = {day: unsigned.manifest(day) for day in DAYS}
    unsigned.write(DAYS[-1], 1)

    assert jobs.manifest(within(900)) == {"signed": [], "left": 0}
    assert {day: unsigned.manifest(day) for day in DAYS} == first
    assert unsigned.aws.s3.head_object(Bucket=BUCKET, Key=f"manifests/{DAYS[0]}.json")[
        "ObjectLockRetainUntilDate"
    ] > NOW + timedelta(days=1)


def test_a_day_without_entries_is_signed_too(jobs: AuditJobs, within: Within) -> None:
    assert jobs.manifest(within(900)) == {"signed": DAYS[-1:], "left": 0}


def test_days_that_were_missed_are_signed_in_order_as_far_as_a_run_goes(
    unsigned: Audited, jobs: AuditJobs, within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "MOST_DAYS", 2)

    assert jobs.manifest(within(900)) == {"signed": DAYS[:2], "left": 1}
    assert jobs.manifest(within(900)) == {"signed": DAYS[2:], "left": 0}
    found = manifests(unsigned)
    assert [found[day].previous for day in DAYS[1:]] == [found[d].digest() for d in DAYS[:-1]]


def test_a_run_that_has_little_time_signs_one_day_and_the_next_goes_on(
    unsigned: Audited, jobs: AuditJobs, within: Within
) -> None:
    assert jobs.manifest(within(30)) == {"signed": DAYS[:1], "left": 2}
    assert jobs.manifest(within(900)) == {"signed": DAYS[1:], "left": 0}


def test_a_run_that_was_cut_off_is_gone_on_with(
    unsigned: Audited, runtime: Runtime, within: Within
) -> None:
    def cut(operation: str, arguments: dict[str, Any]) -> None:
        if operation == "put_object" and DAYS[1] in arguments["Key"]:
            raise TimeoutError

    s3 = Client(unsigned.aws.s3, cut)
    broken = AuditJobs(
        unsigned.around.runtime(
            runtime.environ, aws=lambda name: s3 if name == "s3" else unsigned.aws(name)
        )
    )
    with pytest.raises(TimeoutError):
        broken.manifest(within(900))

    assert AuditJobs(runtime).manifest(within(900)) == {"signed": DAYS[1:], "left": 0}
    assert AuditJobs(runtime).verification(within(900))["days"] == 1


def test_of_two_runs_at_once_the_first_manifest_stays(
    unsigned: Audited, runtime: Runtime, within: Within
) -> None:
    def other(operation: str, arguments: dict[str, Any]) -> None:
        if operation == "put_object" and DAYS[0] in arguments["Key"] and not manifests(unsigned):
            ManifestStore(unsigned.aws.s3, BUCKET, Lock.of("test")).write(
                unsigned.logs, KEY, DAYS[0]
            )
            unsigned.write(DAYS[0], 1)

    s3 = Client(unsigned.aws.s3, other)
    second = AuditJobs(
        unsigned.around.runtime(
            runtime.environ, aws=lambda name: s3 if name == "s3" else unsigned.aws(name)
        )
    )
    second.manifest(within(900))

    versions = unsigned.aws.s3.list_object_versions(Bucket=BUCKET, Prefix=f"manifests/{DAYS[0]}")
    assert len(versions["Versions"]) == 1
    assert manifests(unsigned)[DAYS[0]].body()["entries"] == 2


def test_what_lies_in_a_manifests_place_is_not_replaced(
    unsigned: Audited, runtime: Runtime, within: Within
) -> None:
    unsigned.put_manifest(DAYS[0], b"no manifest")
    store = ManifestStore(unsigned.aws.s3, BUCKET, Lock.of("test"))

    with pytest.raises(StorageError, match=DAYS[0]):
        store.write(unsigned.logs, KEY, DAYS[0])
    assert unsigned.manifest(DAYS[0]) == b"no manifest"


def test_a_hole_is_left_for_the_verification_to_find(
    unsigned: Audited, jobs: AuditJobs, within: Within
) -> None:
    jobs.manifest(within(900))
    unsigned.delete_manifest(DAYS[1])

    assert jobs.manifest(within(900))["signed"] == []


def test_a_name_of_a_day_to_come_does_not_end_the_signing(
    unsigned: Audited, jobs: AuditJobs, within: Within
) -> None:
    for name in ("9999-01-01", "2026-1-1", "../x"):
        unsigned.aws.s3.put_object(Bucket=BUCKET, Key=f"manifests/{name}.json", Body=b"{}")

    assert jobs.manifest(within(900))["signed"] == DAYS


def test_yesterday_is_verified(past: Audited, jobs: AuditJobs, within: Within) -> None:
    found = jobs.verification(within(900))

    assert found == {"days": 1, "entries": 4, "chains": 2, "left": 0}
    assert past.around.emitted == []


def test_a_break_is_logged_counted_and_fails(
    past: Audited, jobs: AuditJobs, within: Within
) -> None:
    past.delete(DAYS[-1], 2)

    with pytest.raises(AuditBrokenError, match=f"1 places, the first on {DAYS[-1]}, entry 2"):
        jobs.verification(within(900))
    (metric,) = map(json.loads, past.around.emitted)
    assert metric["AuditChainBroken"] == [1]
    assert metric["function"] == "audit_jobs"
    (line,) = (json.loads(x) for x in past.around.log.getvalue().splitlines() if "broken" in x)
    assert (line["day"], line["entry"], line["security"]) == (DAYS[-1], 2, True)
    assert line["user"] == pseudonym(KEY.secret, ANN.user_id)
    assert "agency.example" not in str(past.around.emitted)


def test_nothing_is_called_intact_while_aws_does_not_answer(
    past: Audited, runtime: Runtime, within: Within
) -> None:
    past.aws.secretsmanager.delete_secret(
        SecretId="wpp-mcp/audit-chain-key", ForceDeleteWithoutRecovery=True
    )
    with pytest.raises(RuntimeError, match="audit-chain-key"):
        AuditJobs(runtime).verification(within(900))


def shares(jobs: AuditJobs, audited: Audited, nights: int, first: str) -> list[list[str]]:
    found = []
    for _ in range(nights):
        found.append(jobs._share([first]))
        audited.around.clock.tick(86_400)
    return found


def test_every_day_is_verified_again_within_a_cycle(audited: Audited, jobs: AuditJobs) -> None:
    first = (NOW.date() - timedelta(days=200)).isoformat()
    wanted = {(NOW.date() - timedelta(days=ago)).isoformat() for ago in range(1, 201)}

    nights = shares(jobs, audited, CYCLE_DAYS, first)

    assert wanted <= {day for night in nights for day in night}
    assert max(map(len, nights)) <= 1 + 230 // CYCLE_DAYS + 1
    yesterdays = [(NOW.date() + timedelta(days=n - 1)).isoformat() for n in range(CYCLE_DAYS)]
    assert [night[0] for night in nights] == yesterdays


def test_nobody_has_to_verify_what_is_past_its_life(audited: Audited, jobs: AuditJobs) -> None:
    (night,) = shares(jobs, audited, 1, "2020-01-01")

    assert min(map(date.fromisoformat, night)) > NOW.date() - timedelta(days=730)


def test_what_one_cycle_has_no_time_for_comes_first_in_another(
    audited: Audited, jobs: AuditJobs
) -> None:
    first = (NOW.date() - timedelta(days=200)).isoformat()
    nights = [shares(jobs, audited, CYCLE_DAYS, first)[0] for _ in range(8)]

    assert len({night[1] for night in nights}) > 1
    assert set(nights[0][1:]) <= {night[1] for night in nights} | set(nights[-1])


def test_a_night_without_time_for_all_says_what_is_left(
    past: Audited, jobs: AuditJobs, within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "CYCLE_DAYS", 1)

    assert jobs.verification(within(900))["days"] == 3
    found = jobs.verification(within(30))
    assert (found["days"], found["left"]) == (1, 2)
    assert "days were left out" in past.around.log.getvalue()
