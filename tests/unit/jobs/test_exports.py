"""The daily exports: what is begun, what is not begun twice, and what is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.jobs.conftest import JOB_ENVIRON
from tests.unit.support.audited import BUCKET
from tests.unit.support.aws import PREFIX, refusal
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.jobs.exports import (
    DAYS,
    EXPORTED,
    ExportFailedError,
    ExportsUnfinishedError,
    TableExports,
)
from wpp_mcp.models.time import Deadline
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.tables import Table

Within = Callable[[float], Deadline]
TABLE = Table.APPROVED_ACCOUNTS.value
LAST = [(NOW - timedelta(days=ago)).strftime("%Y-%m-%d") for ago in range(DAYS, 0, -1)]


class Exporting:
    """DynamoDB as far as exports go: pages of one, and tokens that make a try the same try."""

    def __init__(self) -> None:
        self.earliest: datetime | None = NOW - timedelta(days=30)
        self.exports: dict[str, dict[str, Any]] = {}
        self.asked: list[dict[str, Any]] = []
        self.error: ClientError | None = None

    def __call__(self, service: str) -> "Exporting":
        assert service == "dynamodb"
        return self

    def describe_table(self, **asked: str) -> dict[str, Any]:
        if self.error:
            raise self.error
        return {"Table": {"TableArn": f"arn:aws:dynamodb:us-east-1:1:table/{asked['TableName']}"}}

    def describe_continuous_backups(self, **_: str) -> dict[str, Any]:
        found = {"EarliestRestorableDateTime": self.earliest} if self.earliest else {}
        return {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": found}}

    def list_exports(self, **asked: str) -> dict[str, Any]:
        arns = [a for a, e in self.exports.items() if e["TableArn"] == asked["TableArn"]]
        place = int(asked.get("NextToken", "0"))
        page: dict[str, Any] = {"ExportSummaries": [{"ExportArn": a} for a in arns[place:][:1]]}
        return page | ({"NextToken": str(place + 1)} if place + 1 < len(arns) else {})

    def describe_export(self, **asked: str) -> dict[str, Any]:
        return {"ExportDescription": self.exports[asked["ExportArn"]]}

    def export_table_to_point_in_time(self, **arguments: Any) -> None:
        self.asked.append(arguments)
        named = {name: arguments[name] for name in ("TableArn", "S3Prefix")}
        arn = f"{arguments['TableArn']}/export/{arguments['ClientToken']}"
        self.exports.setdefault(arn, {**named, "ExportStatus": "IN_PROGRESS"})

    def end(self, status: str, day: str, reason: str | None = None) -> None:
        for export in self.exports.values():
            if export["S3Prefix"].endswith(day) and export["ExportStatus"] == "IN_PROGRESS":
                export.update(ExportStatus=status, FailureCode=reason)


@pytest.fixture
def dynamodb() -> Exporting:
    return Exporting()


@pytest.fixture(autouse=True)
def one_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each table goes the same way: here, one does."""
    monkeypatch.setattr("wpp_mcp.jobs.exports.EXPORTED", (Table.APPROVED_ACCOUNTS,))


@pytest.fixture
def exports(around: Surroundings, dynamodb: Exporting) -> TableExports:
    return TableExports(around.runtime(JOB_ENVIRON, aws=dynamodb))


def test_a_day_is_the_table_as_it_was_at_its_end(
    exports: TableExports, dynamodb: Exporting, within: Within
) -> None:
    dynamodb.earliest = NOW - timedelta(days=1)

    assert exports.run(within(200)) == {"started": [f"{TABLE}/{LAST[-1]}"]}
    (asked,) = dynamodb.asked
    assert asked["TableArn"].endswith(f"table/{PREFIX}{TABLE}")
    assert asked["ExportTime"] == datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC)
    assert asked["S3Bucket"] == BUCKET
    assert asked["S3Prefix"] == f"exports/{TABLE}/{LAST[-1]}"
    assert (asked["S3SseAlgorithm"], asked["S3SseKmsKeyId"]) == (
        "KMS",
        JOB_ENVIRON["WPP_ARCHIVE_KEY"],
    )


@pytest.mark.parametrize("status", ["IN_PROGRESS", "COMPLETED"])
def test_what_is_exported_is_not_exported_again(
    exports: TableExports, dynamodb: Exporting, within: Within, status: str
) -> None:
    assert exports.run(within(200))["started"] == [f"{TABLE}/{day}" for day in LAST]
    for day in LAST:
        dynamodb.end(status, day)

    assert exports.run(within(200)) == {"started": []}


def test_two_runs_at_once_begin_one_export(
    around: Surroundings, dynamodb: Exporting, within: Within
) -> None:
    dynamodb.earliest = NOW - timedelta(days=1)
    blind = dynamodb.exports.copy()
    for _ in range(2):
        dynamodb.exports, seen = blind, dynamodb.exports
        TableExports(around.runtime(JOB_ENVIRON, aws=dynamodb)).run(within(200))
        dynamodb.exports = seen | dynamodb.exports
        blind = {}

    assert len({asked["ClientToken"] for asked in dynamodb.asked}) == 1 < len(dynamodb.asked)
    assert len(dynamodb.asked[0]["ClientToken"]) <= 64


def test_a_failed_export_is_told_and_begun_again(
    exports: TableExports, dynamodb: Exporting, within: Within
) -> None:
    exports.run(within(200))
    for day in LAST[:-1]:
        dynamodb.end("COMPLETED", day)
    dynamodb.end("FAILED", LAST[-1], "AccessDenied")

    with pytest.raises(ExportFailedError, match=f"{TABLE}/{LAST[-1]} AccessDenied; begun again"):
        exports.run(within(200))
    tokens = [a["ClientToken"] for a in dynamodb.asked if a["S3Prefix"].endswith(LAST[-1])]
    assert len(set(tokens)) == 2

    dynamodb.end("COMPLETED", LAST[-1])
    assert exports.run(within(200)) == {"started": []}


def test_days_before_the_table_could_be_restored_are_left(
    exports: TableExports, dynamodb: Exporting, within: Within
) -> None:
    dynamodb.earliest = NOW - timedelta(hours=1)
    assert exports.run(within(200)) == {"started": []}

    dynamodb.earliest = None
    with pytest.raises(StorageError, match="point-in-time"):
        exports.run(within(200))


def test_a_refusal_is_told(exports: TableExports, dynamodb: Exporting, within: Within) -> None:
    dynamodb.error = refusal("AccessDeniedException")

    with pytest.raises(StorageError, match="describe_table: AccessDeniedException"):
        exports.run(within(200))


def test_a_run_without_time_is_no_run(exports: TableExports, within: Within) -> None:
    with pytest.raises(ExportsUnfinishedError, match=TABLE):
        exports.run(within(10))


def test_the_tables_are_those_that_the_guide_names() -> None:
    assert EXPORTED == (Table.APPROVED_ACCOUNTS, Table.SNAPSHOTS)
