"""I2: whoever edits, drops, reorders or cuts the audit is found, and so is the place."""

from datetime import timedelta
from typing import Any, Final

import pytest

from tests.security.audited_day import OTHER, TAMPERED, Act, Day, cut_with_its_head, fresh_day
from tests.security.stored import PRACTITIONER, drop, items
from tests.support.api import Api
from wpp_mcp.audit.__main__ import main
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.tables import Table


@pytest.fixture
def day(api: Api) -> Day:
    return fresh_day(api)


def verified(api: Api, day: Day, user_id: str = PRACTITIONER) -> dict[str, Any]:
    """What the route says of a person's chain of the day."""
    answer = api.send(
        "GET",
        "/mcp/audit-logs",
        role="auditor",
        params={"userId": user_id, "from": day.day, "to": day.day, "verify": "true"},
    )
    assert answer.status_code == 200, answer.text
    chain: dict[str, Any] = answer.json()["chain"]
    return chain


def command(day: Day, *arguments: str) -> int:
    """Run ``python -m wpp_mcp.audit verify`` over the day."""
    given = ["verify", "--from", day.day, "--to", day.day, *arguments]
    return main(given, day.box.runtime())


def manifest(day: Day) -> None:
    """Sign the day, as the daily job does."""
    day.over()
    arguments = ["manifest", "--day", day.day, "--bucket", day.box.bucket]
    assert main(arguments, day.box.runtime()) == 0


@pytest.mark.parametrize("name", TAMPERED)
def test_route_and_command_find_it_and_say_where(
    api: Api, day: Day, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    act, place = TAMPERED[name]
    assert command(day) == 0
    assert "6 entries in 2 chains: intact" in capsys.readouterr().out
    assert verified(api, day) == {"status": "intact", "entries": 4, "chains": 1, "breaks": []}

    act(day)

    chain = verified(api, day)
    assert chain["status"] == "broken"
    (broken,) = chain["breaks"]
    assert (broken["day"], broken["sequence"]) == (day.day, place)
    assert broken["problem"]
    assert verified(api, day, OTHER)["status"] == "intact"

    # The auditor's own reads are entries of the auditor, on the same day and whole.
    assert command(day) == 1
    told = capsys.readouterr().out
    spot = f"{PRACTITIONER} entry {place}:" if place else f"{PRACTITIONER}:"
    assert f"BROKEN {day.day} {spot}" in told
    assert told.count("BROKEN") == 1
    assert command(day, "--user", PRACTITIONER) == 1
    assert command(day, "--user", OTHER) == 0


def person_dropped(day: Day) -> None:
    for item in items(day.box, Table.AUDIT_LOGS):
        if item["userId"] == PRACTITIONER and day.day in item["daySequence"]:
            drop(day.box, Key(Table.AUDIT_LOGS, PRACTITIONER, item["daySequence"]))


def day_dropped(day: Day) -> None:
    for item in items(day.box, Table.AUDIT_LOGS):
        if day.day in item["daySequence"]:
            drop(day.box, Key(Table.AUDIT_LOGS, item["userId"], item["daySequence"]))


@pytest.mark.parametrize(
    ("act", "broken"),
    [(cut_with_its_head, 1), (person_dropped, 1), (day_dropped, 2)],
    ids=["tail cut with its head", "a person's day dropped", "the whole day dropped"],
)
def test_the_manifest_finds_what_agrees_with_itself(
    day: Day, act: Act, broken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest(day)
    assert command(day, "--bucket", day.box.bucket) == 0

    act(day)

    capsys.readouterr()
    assert command(day, "--bucket", day.box.bucket) == 1
    told = capsys.readouterr().out
    assert told.count(f"BROKEN {day.day} ") == broken
    assert f"BROKEN {day.day} {PRACTITIONER}" in told
    assert "the manifest says" in told


FORGED: Final = b'{"chains":{},"day":"%s","entries":0,"keyId":"x","previous":null,"signature":"x"}'


def put_manifest(day: Day) -> None:
    """Write a manifest of one's own, as somebody does who may write to the bucket."""
    day.box.aws.plain("s3").put_object(
        Bucket=day.box.bucket,
        Key=f"manifests/{day.day}.json",
        Body=FORGED % day.day.encode(),
    )


def manifest_hidden(day: Day) -> None:
    day.box.aws.plain("s3").delete_object(Bucket=day.box.bucket, Key=f"manifests/{day.day}.json")


def nothing_more(day: Day) -> None:
    """Leave it at that."""


@pytest.mark.parametrize("act", [put_manifest, manifest_hidden], ids=["forged", "hidden"])
@pytest.mark.parametrize(
    ("beside", "broken"), [(nothing_more, 1), (cut_with_its_head, 2)], ids=["alone", "and cut"]
)
def test_what_is_put_over_a_manifest_is_found_and_the_manifest_counts_on(
    day: Day, act: Act, beside: Act, broken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest(day)

    act(day)
    beside(day)

    assert command(day, "--bucket", day.box.bucket) == 1
    told = capsys.readouterr().out
    assert f"BROKEN {day.day} *: something was put over the manifest" in told
    assert told.count(f"BROKEN {day.day} ") == broken


@pytest.mark.parametrize(
    ("act", "problem"),
    [(put_manifest, "is not signed by us"), (nothing_more, "is missing")],
    ids=["forged first", "never written"],
)
def test_a_day_without_a_manifest_of_ours_does_not_verify(
    day: Day, act: Act, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    day.over()

    act(day)

    assert command(day, "--bucket", day.box.bucket) == 1
    assert f"BROKEN {day.day} *: the manifest {problem}" in capsys.readouterr().out


def test_entries_past_their_two_years_may_go(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    manifest(day)
    drop(day.box, day.key(2))
    assert command(day, "--bucket", day.box.bucket) == 1
    day.box.clock.advance(timedelta(days=732))

    capsys.readouterr()
    assert command(day, "--bucket", day.box.bucket) == 0
    assert "0 entries in 0 chains: intact" in capsys.readouterr().out
