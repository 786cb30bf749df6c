"""A mail says what was done and what was not, and goes to those whom that concerns."""

from typing import Any

import pytest

from sandbox.faults import FaultKind
from tests.faults.test_given_back import started
from tests.support.api import Api
from tests.support.connecting import connect_at_once
from tests.support.writing import MUTATE, Writes

ADMIN, MANAGER = "global-admin@agency.example", "manager@north.example"
REQUESTER = "practitioner@north.example"


@pytest.fixture
def writes(api: Api) -> Writes:
    connect_at_once(api.box)
    return Writes(api)


def mailed(writes: Writes, since: int) -> tuple[list[str], str]:
    """Who got the mails since, and what the last one says."""
    writes.api.execute("list_accessible_accounts")  # a function has answered: mails are delivered
    mails: list[dict[str, Any]] = writes.box.post.mails()[since:]
    return sorted(mail["to"][0] for mail in mails), mails[-1]["text"]


def settled(
    writes: Writes, preview: dict[str, Any], fault: FaultKind, since: int
) -> tuple[list[str], str]:
    """Let a change have no answer and be settled; return who is told, and what."""
    writes.box.faults.arm(MUTATE, fault)
    assert writes.confirm(preview).status_code == 502
    assert writes.reconcile()["reconciled"] == 1
    return mailed(writes, since)


def test_of_what_was_not_done_nothing_is_said_to_have_changed(writes: Writes) -> None:
    budget_id, amount = writes.budget()
    since = len(writes.box.post.mails())
    preview = writes.preview(budget_id, amount + 10)
    to, text = settled(writes, preview, FaultKind.TIMEOUT, since)
    assert to == [MANAGER, REQUESTER]
    assert "Done: nothing\n" in text
    assert f"{amount} USD → {amount + 10} USD (not done)" in text
    assert "Undo: There is nothing to undo." in text
    assert "Money:" not in text


def test_the_admin_hears_of_what_was_done_after_all(writes: Writes) -> None:
    budget_id, amount = writes.budget()
    since = len(writes.box.post.mails())
    preview = writes.preview(budget_id, amount + 10)
    to, text = settled(writes, preview, FaultKind.TIMEOUT_AFTER_APPLY, since)
    assert to == [ADMIN, MANAGER, REQUESTER]
    assert "Done: all of it\n" in text
    assert f"{amount} USD → {amount + 10} USD (done)" in text
    assert "Money: +10 USD a day on average" in text
    undoing = writes.rollback(preview["operationId"])
    since = len(writes.box.post.mails())
    to, text = settled(writes, undoing, FaultKind.TIMEOUT_AFTER_APPLY, since)
    assert to == [ADMIN, MANAGER, REQUESTER]
    assert f"{amount + 10} USD → {amount} USD (done)" in text


def test_of_what_was_done_in_part_each_line_says_so(
    writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = len(writes.box.post.mails())
    [done], [gone] = started(writes, monkeypatch)
    to, text = mailed(writes, since)
    assert to == [ADMIN, MANAGER]
    assert "Done: 1 of 2 changes\n" in text
    account = writes.box.world.accounts[writes.customer_id]
    lines = {
        one: next(
            line
            for name, line in zip(text.splitlines(), text.splitlines()[1:], strict=False)
            if name.endswith(f": {account.campaigns[one].name}")
        )
        for one in (done, gone)
    }
    assert lines[done].endswith("→ ENABLED (done)")
    assert lines[gone].endswith("→ ENABLED (refused)")
    budget = account.budgets[account.campaigns[done].budget_id]
    assert f"Money: +{budget.amount_micros // 1_000_000} USD a day on average" in text
