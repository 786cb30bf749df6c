"""What Google refused, or was found not to be done, uses up nothing of a day's limits."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.faults import FaultKind
from sandbox.roles import ROLES
from tests.security.stored import drop, stored
from tests.support.api import USD, Api
from tests.support.connecting import connect_at_once
from tests.support.write_journeys import digest_of
from tests.support.writing import MUTATE, Writes
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.accounts import Api as Product
from wpp_mcp.operations.execution import Execution
from wpp_mcp.operations.runs import Run
from wpp_mcp.operations.states import Status
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.spending import Spending

ACCOUNT = AccountRef(Product.GOOGLE_ADS, USD)


class Day:
    """What is counted of the day in one account, by its practitioner."""

    def __init__(self, writes: Writes) -> None:
        self.box = writes.box
        now = self.box.clock()
        user = self.box.world.users[ROLES["practitioner"].user]
        self.keys = [
            Spending.account_key(ACCOUNT, "USD", now),
            Spending.user_key(user.email, "USD", now),
        ]
        self.before = self._risen()

    def risen(self) -> list[Decimal]:
        """How much is counted since, for the account and the person."""
        return [now - then for now, then in zip(self._risen(), self.before, strict=True)]

    def _risen(self) -> list[Decimal]:
        return [Spending.risen(found(self, key)) for key in self.keys]

    def firsts(self, budget_id: str) -> list[Decimal]:
        """What a budget was before each of its remembered moves."""
        key = Spending.moves_key(f"{ACCOUNT.key}/campaign_budget/{budget_id}#amount")
        moves = Spending.moves(found(self, key), self.box.clock())
        return [move.before for move in moves.moves]


def untouched(writes: Writes, day: Day) -> tuple[str, int]:
    """A budget that nobody has changed today: its id and amount."""
    while day.firsts((one := writes.budget())[0]):
        pass
    return one


def found(day: Day, key: Key) -> dict[str, Any] | None:
    """An item as it stands; ``None`` where there is none."""
    return stored(day.box, key) or None


@pytest.fixture
def writes(api: Api) -> Writes:
    connect_at_once(api.box)
    return Writes(api)


@pytest.fixture
def day(writes: Writes) -> Day:
    return Day(writes)


def confirmed(writes: Writes, budget_id: str, amount: int, fault: FaultKind) -> dict[str, Any]:
    """Confirm a budget's change that Google does not just do."""
    preview = writes.preview(budget_id, amount)
    writes.box.faults.arm(MUTATE, fault)
    assert writes.confirm(preview).status_code >= 400
    return preview


def test_what_google_refuses_is_given_back(writes: Writes, day: Day) -> None:
    budget_id, amount = untouched(writes, day)
    for _ in range(3):
        preview = confirmed(writes, budget_id, amount + 10, FaultKind.DENIED)
        assert writes.stored(preview["operationId"]).status is Status.FAILED
    assert (day.risen(), day.firsts(budget_id)) == ([0, 0], [])
    writes.done(writes.preview(budget_id, amount + 10))
    assert (day.risen(), day.firsts(budget_id)) == ([10, 10], [amount])


def test_what_was_found_not_done_is_given_back_once(writes: Writes, day: Day) -> None:
    budget_id, amount = untouched(writes, day)
    preview = confirmed(writes, budget_id, amount + 10, FaultKind.TIMEOUT)
    assert (day.risen(), day.firsts(budget_id)) == ([10, 10], [amount])
    # Later changes stand, with the first value that they count from.
    writes.done(writes.preview(budget_id, amount + 5))
    assert day.risen() == [15, 15]
    writes.set_amount(budget_id, amount)
    writes.reconcile()
    assert writes.stored(preview["operationId"]).result["data"]["applied"] == "none"
    assert (day.risen(), day.firsts(budget_id)) == ([5, 5], [amount])
    writes.confirm(preview)
    writes.reconcile()
    assert (day.risen(), day.firsts(budget_id)) == ([5, 5], [amount])


def test_what_was_done_after_all_counts(writes: Writes, day: Day) -> None:
    budget_id, amount = untouched(writes, day)
    confirmed(writes, budget_id, amount + 10, FaultKind.TIMEOUT_AFTER_APPLY)
    writes.reconcile()
    assert (day.risen(), day.firsts(budget_id)) == ([10, 10], [amount])


def test_what_a_person_says_was_not_done_is_given_back(writes: Writes, day: Day) -> None:
    budget_id, amount = untouched(writes, day)
    operation_id = confirmed(writes, budget_id, amount + 10, FaultKind.TIMEOUT)["operationId"]
    said = {"applied": False, "digest": digest_of(writes.api, operation_id)}
    path = f"/operations/{operation_id}/settlement"
    answer = writes.api.send("POST", path, role="manager", json=said)
    assert answer.status_code == 200, answer.text
    assert (day.risen(), day.firsts(budget_id)) == ([0, 0], [])


def test_of_what_is_done_in_part_the_rest_is_given_back(
    writes: Writes, day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, gone = started(writes, monkeypatch)
    account = writes.box.world.accounts[USD]
    [kept] = [account.budgets[account.campaigns[one].budget_id] for one in done]
    assert gone
    assert day.risen() == [Decimal(kept.amount_micros) / 1_000_000] * 2


def test_an_outcome_stands_where_nothing_can_be_given_back(writes: Writes, day: Day) -> None:
    budget_id, amount = untouched(writes, day)
    preview = confirmed(writes, budget_id, amount + 10, FaultKind.TIMEOUT)
    for key in day.keys:
        drop(writes.box, key)
    writes.reconcile()
    assert writes.stored(preview["operationId"]).status is Status.RECONCILED
    assert [found(day, key) for key in day.keys] == [None, None]


def started(writes: Writes, monkeypatch: pytest.MonkeyPatch) -> tuple[list[int], list[int]]:
    """Enable two campaigns of which one is gone when Google is asked: what was done, what not."""
    account = writes.box.world.accounts[USD]
    paused = [
        campaign
        for campaign in account.campaigns.values()
        if campaign.status == "PAUSED"
        and 0 < account.budgets[campaign.budget_id].amount_micros <= 400_000_000
        and not account.budgets[campaign.budget_id].explicitly_shared
    ]
    stays, goes = paused[:2]
    asked = {
        "customerId": USD,
        "campaignIds": [str(stays.campaign_id), str(goes.campaign_id)],
        "status": "ENABLED",
        "partialFailure": True,
    }
    preview = writes.previewed("update_campaign_status", asked)
    intend = Execution._intend

    def meanwhile(self: Execution, run: Run) -> Run:
        goes.status = "REMOVED"
        return intend(self, run)

    monkeypatch.setattr(Execution, "_intend", meanwhile)
    assert writes.done(preview)["data"]["result"] == "PARTIALLY_SUCCEEDED"
    return [stays.campaign_id], [goes.campaign_id]
