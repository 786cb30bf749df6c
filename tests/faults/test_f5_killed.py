"""F5: the executor ends before and right after each call that leaves it, as Lambda's do.

Every call out of one clean confirmation is a point to die at. Whatever the point: Google gets the
change once at most, and afterwards everything says what became of it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import pytest

from tests.security.stored import PRACTITIONER, entries, forget_audit, items
from tests.support.api import Api
from tests.support.connecting import connected
from tests.support.killing import Death, MortalSandbox
from tests.support.logs import CapturedLog, leaks
from tests.support.writing import OVER, Writes, job
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.tables import Table

MUTATE: Final = "google-ads:GoogleAdsService.Mutate"
POINTS: Final = (
    "secretsmanager:GetSecretValue",
    "secretsmanager:GetSecretValue",
    "dynamodb:Query",
    "dynamodb:BatchGetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:TransactWriteItems",
    "secretsmanager:GetSecretValue",
    "google-ads:GoogleAdsService.Search",
    "google-ads:GoogleAdsService.Search",
    "secretsmanager:GetSecretValue",
    "dynamodb:TransactWriteItems",
    MUTATE,
    "google-ads:GoogleAdsService.Search",
    "dynamodb:TransactWriteItems",
    "sqs:SendMessageBatch",
    "dynamodb:UpdateItem",
)
"""What a confirmation in a fresh process calls; a test records it anew and compares."""

SENT: Final = POINTS.index(MUTATE)
DEATHS: Final = [Death(at, after) for at in range(len(POINTS)) for after in (False, True)]


def named(death: Death) -> str:
    """``before-5-dynamodb:TransactWriteItems``."""
    return f"{'after' if death.after else 'before'}-{death.at}-{POINTS[death.at]}"


@pytest.fixture(scope="module")
def box(captured: CapturedLog) -> Iterator[MortalSandbox]:
    """A sandbox whose functions can be killed, of a person who has connected Google."""
    with MortalSandbox(captured) as running, connected(running):
        yield running
    assert leaks(captured.getvalue(), running) == []


@pytest.fixture
def writes(api: Api) -> Writes:
    """Writes with a short audit behind them: moto copies its tables for each transaction."""
    forget_audit(api.box)
    return Writes(api)


def applied(box: MortalSandbox) -> int:
    """How many changes Google Ads has made because we asked."""
    return sum(one.client == "GOOGLE_ADS_API" for one in box.world.mutates)


def killed(writes: Writes, preview: dict[str, Any], death: Death | None) -> list[str]:
    """Confirm in a fresh process that ends where it is told to; return what it has called."""
    box = writes.box
    assert isinstance(box, MortalSandbox)
    box.new_processes()
    with box.killer.counting(death) as killer:
        answer = writes.confirm(preview)
    assert answer.status_code == (200 if death is None else 500), answer.text
    return killer.made


def foretold(writes: Writes, operation_id: str) -> bool:
    """Whether intent, snapshot and their audit entry stand; all of them or none."""
    steps = [e.get("step") for e in entries(writes.box) if e["operationId"] == operation_id]
    snapshot = [i for i in items(writes.box, Table.SNAPSHOTS) if i["operationId"] == operation_id]
    said = {
        "intent" in steps,
        bool(snapshot),
        writes.stored(operation_id).intent_at is not None,
    }
    assert len(said) == 1, (steps, snapshot)
    return said.pop()


def settled(writes: Writes, preview: dict[str, Any]) -> Any:
    """Try again at once, let the jobs come by until there is nothing for them, and try again."""
    again = writes.confirm(preview)
    assert again.status_code in (200, 409), again.text
    for _ in range(2):
        writes.box.clock.advance(OVER)
        job(writes.box, "unconfirmed-operations")
        job(writes.box, "reconciliation")
    return writes.confirm(preview)


def chain(api: Api) -> str:
    """What the route says of the practitioner's chain."""
    day = (api.box.clock() - timedelta(days=1)).date().isoformat()
    asked = {"userId": PRACTITIONER, "from": day, "verify": "true"}
    answer = api.send("GET", "/mcp/audit-logs", role="auditor", params=asked)
    return str(answer.json()["chain"]["status"])


def mails(box: MortalSandbox, operation_id: str) -> Counter[tuple[str, str]]:
    """To whom, and about what: the mails of one operation."""
    return Counter(
        (*mail["to"], mail["subject"]) for mail in box.post.mails() if operation_id in mail["text"]
    )


def test_the_points_are_all_calls_of_one_clean_confirmation(
    writes: Writes, box: MortalSandbox
) -> None:
    budget, amount = writes.budget()

    found = killed(writes, writes.preview(budget, amount - 1), None)

    print(f"\n{len(found)} points to die at: {found}")
    assert tuple(found) == POINTS
    assert len(found) > 10
    assert found.count(MUTATE) == 1


@pytest.mark.parametrize("death", DEATHS, ids=named)
def test_f5_killed_at_any_point_it_is_done_once_at_most_and_settled(
    writes: Writes, box: MortalSandbox, death: Death
) -> None:
    budget, amount = writes.budget()
    preview = writes.preview(budget, amount - 1)
    operation_id, before = preview["operationId"], applied(box)

    called = killed(writes, preview, death)

    assert len(called) == death.at + 1, called
    sent = (death.at, death.after) >= (SENT, True)
    assert applied(box) - before == sent
    assert foretold(writes, operation_id) is ((death.at, death.after) >= (SENT - 1, True))

    answer = settled(writes, preview).json()

    done = applied(box) - before
    assert done <= 1
    assert writes.amount(budget) == amount - done
    assert foretold(writes, operation_id)
    record = writes.stored(operation_id)
    if record.status is Status.RECONCILED:
        assert record.result["data"]["applied"] == ("all" if done else "none")
    else:
        assert (record.status, done) == (Status.SUCCEEDED, 1)
    assert answer["success"] is bool(done)
    told = mails(box, operation_id)
    assert told, "nobody was told"
    assert set(told.values()) == {1}, told
    assert chain(writes.api) == "intact"
    writes.done(writes.preview(budget, writes.amount(budget) + 1))


@pytest.mark.parametrize("death", [d for d in DEATHS if d.at >= SENT - 1], ids=named)
def test_f5_an_undoing_that_is_killed_marks_what_it_undid_or_nothing(
    writes: Writes, box: MortalSandbox, death: Death
) -> None:
    budget, amount = writes.budget()
    first = writes.done(writes.preview(budget, amount - 1))["operationId"]
    preview = writes.rollback(first)
    before = applied(box)

    assert len(killed(writes, preview, death)) == death.at + 1
    settled(writes, preview)

    undone = applied(box) - before
    assert undone <= 1
    assert writes.amount(budget) == amount - 1 + undone
    stands = writes.stored(first).status
    assert stands is (Status.ROLLED_BACK if undone else Status.SUCCEEDED)
    assert set(mails(box, preview["operationId"]).values()) == {1}
    assert chain(writes.api) == "intact"
