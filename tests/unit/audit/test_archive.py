"""What the stream of the audit log tells goes into the archive, aside, or to the security log."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import moto
import pytest
from botocore.exceptions import ReadTimeoutError

from sandbox.seed import AUDIT_FOLDER
from tests.unit.support.audited import DAYS, Audited
from tests.unit.support.aws import REGION, Aws, Scripted, refusal
from tests.unit.support.people import entry
from tests.unit.support.streaming import (
    BUCKET,
    REFUSED,
    STREAM,
    archived,
    event,
    failures,
    record,
    stored,
)
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.audit.archive import Archiver
from wpp_mcp.audit.columns import restored
from wpp_mcp.models.time import day_of
from wpp_mcp.storage.audit_logs import AuditLogs

DAY = day_of(NOW)
ENTRY = stored(entry(NOW))
HEAD = {"userId": ENTRY["userId"], "daySequence": f"HEAD#{DAY}", "sequence": 1, "mac": "0"}


class Place:
    """Firehose, queue and bucket of a test, and the function between them."""

    def __init__(self, around: Surroundings, aws: Aws) -> None:
        self.around = around
        self.aws = aws
        aws.s3.create_bucket(Bucket=BUCKET)
        aws.firehose.create_delivery_stream(
            DeliveryStreamName=STREAM,
            ExtendedS3DestinationConfiguration={
                "RoleARN": "arn:aws:iam::123456789012:role/test",
                "BucketARN": f"arn:aws:s3:::{BUCKET}",
                "Prefix": AUDIT_FOLDER,
            },
        )
        self.queue = aws.sqs.create_queue(QueueName=REFUSED)["QueueUrl"]

    def archiver(self, **clients: Any) -> Archiver:
        environ = {
            "WPP_ENVIRONMENT": "test",
            "AWS_REGION": REGION,
            "WPP_ARCHIVE_STREAM": STREAM,
            "WPP_ARCHIVE_REFUSED": self.queue,
        }
        return Archiver(
            self.around.runtime(environ, aws=lambda name: clients.get(name) or self.aws(name))
        )

    def run(self, *records: dict[str, Any], **clients: Any) -> dict[str, Any]:
        return self.archiver(**clients)(event(*records), None)

    def archived(self) -> list[dict[str, Any]]:
        return [restored(line) for line in archived(self.aws.s3, BUCKET, AUDIT_FOLDER)]

    def refused(self) -> list[dict[str, Any]]:
        got = self.aws.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in got.get("Messages", [])]

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.around.log.getvalue().splitlines()]

    def counted(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for line in self.around.emitted:
            told = json.loads(line)
            names = [m["Name"] for m in told["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
            for name in names:
                found[name] = found.get(name, 0) + sum(told[name])
        return found


@pytest.fixture
def place(around: Surroundings) -> Iterator[Place]:
    names = ("dynamodb", "firehose", "s3", "sqs")
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    with moto.mock_aws():
        clients = {name: boto3.client(name, region_name=REGION, **keys) for name in names}
        yield Place(around, Aws(clients))


ACCEPTED = {"batchItemFailures": []}


def test_entries_are_archived_as_they_were_stored_and_heads_are_not(place: Place) -> None:
    others = [stored(entry(NOW, operation_id=f"op_{number}")) for number in range(3)]
    told = [record(ENTRY), record(HEAD), record(HEAD, "MODIFY"), *map(record, others)]

    assert place.run(*told) == ACCEPTED
    assert place.archived() == [ENTRY, *others]
    assert place.counted() == {"ArchivedEntries": 4}
    assert place.logged() == []


def test_more_entries_than_one_request_holds_are_all_archived(place: Place) -> None:
    entries = [stored(entry(NOW, operation_id=f"op_{number}")) for number in range(1_001)]

    assert place.run(*map(record, entries)) == ACCEPTED
    found = {one["operationId"] for one in place.archived()}
    assert found == {f"op_{number}" for number in range(1_001)}


def test_an_entry_past_its_time_is_no_news(place: Place) -> None:
    assert place.run(record(ENTRY, "REMOVE", by="dynamodb.amazonaws.com")) == ACCEPTED
    assert place.archived() == []
    assert place.logged() == []
    assert "AuditTampering" not in place.counted()


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (record(ENTRY | {"result": "blocked"}, "MODIFY"), "changed"),
        (record(ENTRY | {"result": "blocked"}, "MODIFY", old=ENTRY), "changed"),
        (record(ENTRY, "REMOVE", old=ENTRY), "removed"),
        (record(ENTRY, "REMOVE", old=ENTRY, by="AROAEXAMPLE:somebody"), "removed"),
    ],
)
def test_a_change_or_removal_of_an_entry_is_told_as_tampering_and_archived_not(
    place: Place, told: dict[str, Any], word: str
) -> None:
    assert place.run(record(ENTRY), told) == ACCEPTED

    assert place.archived() == [ENTRY]
    (line,) = place.logged()
    assert line["message"] == f"an audit entry was {word}"
    assert (line["level"], line["security"]) == ("ERROR", True)
    assert (line["operation"], line["entry"]) == (ENTRY["operationId"], ENTRY["daySequence"])
    assert ENTRY["userId"] not in str(line)
    assert place.counted() == {"ArchivedEntries": 1, "AuditTampering": 1}


def test_a_replica_that_tells_of_an_entry_as_it_was_is_no_tampering(place: Place) -> None:
    assert place.run(record(ENTRY, "MODIFY", old=ENTRY)) == ACCEPTED
    assert place.logged() == []


def odd(**changes: Any) -> dict[str, Any]:
    return record({name: value for name, value in (ENTRY | changes).items() if value is not None})


def damaged() -> dict[str, Any]:
    told = record(ENTRY)
    told["dynamodb"]["NewImage"]["rows"] = {"N": "NaN"}
    return told


def unread() -> dict[str, Any]:
    told = record(ENTRY)
    told["dynamodb"]["NewImage"]["rows"] = {"X": "?"}
    return told


def unkeyed() -> dict[str, Any]:
    told = record(ENTRY)
    del told["dynamodb"]["Keys"]
    return told


@pytest.mark.parametrize(
    "poison",
    [odd(mac=None), odd(rows="many"), damaged(), unread(), unkeyed()],
    ids=["no mac", "text for a number", "no number", "no type", "no key"],
)
def test_what_is_no_entry_is_put_aside_whole_and_holds_nothing_up(
    place: Place, poison: dict[str, Any]
) -> None:
    other = stored(entry(NOW, operation_id="op_after"))

    assert place.run(record(ENTRY), poison, record(other)) == ACCEPTED
    assert place.archived() == [ENTRY, other]
    (kept,) = place.refused()
    assert kept["record"] == poison
    assert place.counted() == {"ArchivedEntries": 2, "RefusedByArchive": 1}
    (line,) = place.logged()
    assert line["message"] == "not an audit entry"
    assert line["security"] is True


def test_what_is_too_large_to_be_put_aside_is_named(place: Place) -> None:
    poison = odd(tool="x" * 1_100_000)

    assert place.run(poison, record(ENTRY)) == ACCEPTED
    assert place.archived() == [ENTRY]
    (kept,) = place.refused()
    assert kept["reason"] == "larger than any entry"
    assert kept["record"]["dynamodb"] == {"Keys": poison["dynamodb"]["Keys"]}


@pytest.mark.parametrize(
    "failure", [refusal("AccessDenied"), ReadTimeoutError(endpoint_url="x")], ids=str
)
def test_what_cannot_be_put_aside_comes_again(place: Place, failure: Exception) -> None:
    poison = odd(mac=None)

    answer = place.run(record(ENTRY), poison, sqs=Scripted(failure))

    assert answer == failures([poison])
    assert place.archived() == [ENTRY]
    assert [line["message"] for line in place.logged()] == ["not an audit entry", "not put aside"]


def test_what_firehose_does_not_take_comes_again(place: Place) -> None:
    told = [record(stored(entry(NOW, operation_id=f"op_{number}"))) for number in range(3)]
    answers = {
        "FailedPutCount": 1,
        "RequestResponses": [
            {"RecordId": "1"},
            {"ErrorCode": "InternalFailure"},
            {"RecordId": "3"},
        ],
    }
    never = {"FailedPutCount": 1, "RequestResponses": [{"ErrorCode": "InternalFailure"}]}

    answer = place.run(*told, firehose=Scripted(answers, never))

    assert answer == failures([told[1]])
    assert place.counted() == {"ArchivedEntries": 2}
    (line,) = place.logged()
    assert (line["message"], line["reason"]) == ("entries not archived yet", "InternalFailure")


def test_a_log_line_holds_nothing_of_what_was_refused(place: Place) -> None:
    place.run(odd(mac=None, tool="a secret of somebody"))
    assert "a secret of somebody" not in place.around.log.getvalue()


@pytest.fixture
def anew(audited: Audited, place: Place) -> Audited:
    for day in DAYS:
        audited.write(day, 3)
    clients = {name: getattr(place.aws, name) for name in ("firehose", "dynamodb")}
    audited.runtime = audited.around.runtime(
        audited.runtime.environ, aws=lambda name: clients.get(name) or audited.aws(name)
    )
    return audited


def test_days_are_sent_anew_from_the_table(anew: Audited, place: Place) -> None:
    status, text = anew.run("archive", "--from", DAYS[0], "--to", DAYS[1], "--stream", STREAM)

    assert (status, text) == (0, "6 entries sent, 0 not\n")
    logs = AuditLogs(anew.dynamo)
    stored_entries = [one for day in DAYS[:2] for one in logs.day("ann@agency.example", day)]
    assert place.archived() == stored_entries


def test_what_could_not_be_sent_anew_is_told(anew: Audited) -> None:
    anew.put(anew.item(DAYS[0], 1) | {"rows": {"S": "many"}})
    status, text = anew.run("archive", "--from", DAYS[0], "--to", DAYS[0], "--stream", "none")
    assert status == 1
    assert text == "0 entries sent, 3 not: ResourceNotFoundException\n"
