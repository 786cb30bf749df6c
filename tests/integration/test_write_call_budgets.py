"""What a change costs in calls: its preview, its confirmation, and asking for either again."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from sandbox.box import Options, Sandbox
from sandbox.functions import AwsCall
from tests.support.api import Api
from tests.support.logs import CapturedLog, leaks
from tests.support.writing import Writes
from tests.write_guide import PAGE
from wpp_mcp.functions import Function

MOST: Final = 14
"""Storage calls of a preview and its confirmation together."""
PREVIEW: Final = {
    "BatchGetItem: approved-accounts, audit-logs, directory, idempotency, policies": 1,
    "BatchGetItem: idempotency, policies": 1,
    "TransactWriteItems: approved-accounts, audit-logs, idempotency, operations": 1,
}
"""Who calls and may; what limits say; the operation with its entry."""
CONFIRM: Final = {
    "BatchGetItem: audit-logs, directory, idempotency, operations, policies": 1,
    "BatchGetItem: approved-accounts, idempotency, policies": 1,
    "TransactWriteItems: idempotency, operations": 1,
    "TransactWriteItems: approved-accounts, audit-logs, idempotency, operations, snapshots": 1,
    "TransactWriteItems: audit-logs, idempotency, operations": 1,
    "UpdateItem: operations": 1,
}
"""Who confirms what; whether it may still be; the lock; the intent with the snapshot; the outcome;
that the mails are in the queue."""
REPEAT: Final = {
    "BatchGetItem: audit-logs, directory, idempotency, operations, policies": 1,
    "TransactWriteItems: audit-logs, idempotency": 1,
}


@pytest.fixture(scope="module")
def calls() -> list[AwsCall]:
    """Every call of the module's functions to AWS."""
    return []


@pytest.fixture(scope="module")
def box(captured: CapturedLog, calls: list[AwsCall]) -> Iterator[Sandbox]:
    """A sandbox that tells of its functions' calls."""
    options = Options(log=captured, emit=captured.emit, observe=calls.append)
    with Sandbox(options) as running:
        yield running
    assert leaks(captured.getvalue(), running) == []


def tables(parameters: Mapping[str, Any]) -> set[str]:
    """The tables that a call to DynamoDB is about."""
    found = set(parameters.get("RequestItems", ()))
    found |= {next(iter(one.values()))["TableName"] for one in parameters.get("TransactItems", ())}
    return found | ({parameters["TableName"]} if "TableName" in parameters else set())


def storage(box: Sandbox, calls: list[AwsCall]) -> Counter[str]:
    """What the functions that somebody waits for asked of storage, and forget it."""
    found = Counter(
        f"{one.operation}: "
        + ", ".join(sorted(t.removeprefix(box.table_prefix) for t in tables(one.parameters)))
        for one in calls
        if one.service == "dynamodb" and one.function is not Function.SEND_MAIL
    )
    calls.clear()
    return found


def test_what_a_change_costs(api: Api, calls: list[AwsCall]) -> None:
    writes = Writes(api)
    budget, amount = writes.budget()
    writes.done(writes.preview(budget, amount - 1))  # warm
    calls.clear()
    box = api.box
    box.calls.clear()

    preview = writes.preview(budget, amount - 2)
    previewed, by_preview = storage(box, calls), api.calls("google")
    box.calls.clear()
    done = writes.done(preview)
    confirmed, by_confirmation = storage(box, calls), api.calls("google")
    box.calls.clear()
    again = writes.done(preview)
    repeated, by_repeat = storage(box, calls), api.calls("google")

    for step, costs in (("preview", previewed), ("confirm", confirmed), ("repeat", repeated)):
        for call, times in costs.items():
            print(f"\n{step:8} {times} x {call}", end="")
    print(f"\npreview and confirm: {(previewed + confirmed).total()} storage calls")
    assert (previewed, confirmed, repeated) == (PREVIEW, CONFIRM, REPEAT)
    assert (previewed + confirmed).total() == 9 <= MOST
    assert by_preview == {"google-ads:Search": 2, "google-ads:Mutate.validate": 1}
    assert by_confirmation == {"google-ads:Search": 3, "google-ads:Mutate": 1}
    assert by_repeat == {}
    assert again["data"] == done["data"]


def test_the_page_says_where_they_go() -> None:
    text = PAGE.read_text(encoding="utf-8")
    told = re.findall(r"(?m)^\| [0-9]+ \| (preview|confirm) \| `(\w+)` \|", text)
    made: Counter[tuple[str, str]] = Counter()
    for step, calls in (("preview", PREVIEW), ("confirm", CONFIRM)):
        for call, times in calls.items():
            made[step, call.partition(":")[0]] += times
    assert Counter(told) == made
