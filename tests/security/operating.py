"""What people, the clock, the client and Google do with operations, and what has to hold.

A small model says what has to be refused, what has to be done, and what every budget is; after
each step the world, the audit, the snapshots and the states have to agree with it.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.security.modelled import Made, reachable
from tests.security.stored import PRACTITIONER, drop, entries, forget_audit, grant_key, items
from tests.support.api import USD, Api
from tests.support.killing import MortalSandbox
from tests.support.write_journeys import confirm
from tests.support.writing import OVER, Writes, job
from wpp_mcp.operations.states import OPEN, Status
from wpp_mcp.storage.tables import Table

MUTATE: Final = "google-ads:GoogleAdsService.Mutate"
KEY: Final = grant_key(USD)
LOCKED: Final = timedelta(seconds=60)


class Operations(RuleBasedStateMachine):
    """What two managers, a practitioner, the clock, the client and Google do."""

    box: ClassVar[MortalSandbox]
    usual: ClassVar[dict[str, Any]]
    budgets: ClassVar[dict[str, int]]
    met: ClassVar[Counter[str]] = Counter()

    @initialize()
    def begin(self) -> None:
        self.api = Api(self.box)
        self.writes = Writes(self.api)
        self.box.clock.advance(timedelta(days=2))  # no limit remembers the last example
        forget_audit(self.box)
        self.box.seeder.put(KEY, self.usual)
        self.granted = True
        for budget, amount in self.budgets.items():
            if self.writes.amount(budget) != amount:
                self.writes.set_amount(budget, amount)
        self.amounts = dict(self.budgets)
        self.locked = {budget: self.box.clock() for budget in self.budgets}
        self.made: list[Made] = []
        self.sent_before = self.sent()
        for which, percent in ((0, 90), (1, 80), (1, 250)):
            self.preview_budget(which, percent)

    def teardown(self) -> None:
        if hasattr(self, "api"):
            self.api.http.close()

    def sent(self) -> int:
        """How many changes Google has carried out for us."""
        return sum(one.client == "GOOGLE_ADS_API" for one in self.box.world.mutates)

    # What people ask for

    def ask(self, tool: str, params: dict[str, Any], budget: str, after: int) -> bool:
        """Preview; return whether there is an operation now."""
        answer = self.api.execute(tool, params)
        body = answer.json()
        if answer.status_code != 202:
            assert body["success"] is False
            self.refusal = body["error"]["code"]
            return False
        assert self.granted
        assert body["success"] is False
        record = self.writes.stored(body["operationId"])
        assert record.expires_at is not None
        now = self.amounts.get(budget, 0)
        made = Made(body, budget, now, after, record.expires_at, record.status)
        assert made.high is (record.status is Status.AWAITING_APPROVAL)
        self.made.append(made)
        return True

    @rule(which=st.sampled_from([0, 1]), percent=st.sampled_from([90, 105, 120, 250]))
    def preview_budget(self, which: int, percent: int) -> None:
        budget = list(self.budgets)[which]
        after = self.amounts[budget] * percent // 100
        params = {"customerId": USD, "budgetId": budget, "newDailyAmountDollars": after}
        if not self.ask("update_budget", params, budget, after):
            wanted = "SAFETY_LIMIT_EXCEEDED" if self.granted else "ACCOUNT_NOT_AUTHORIZED"
            assert self.refusal == wanted
            assert not self.granted or percent > 100

    @rule()
    def preview_label(self) -> None:
        name = f"Label {self.box.clock():%Y-%m-%d %H:%M:%S.%f}"
        asked = self.ask("create_label", {"customerId": USD, "name": name}, "", 0)
        assert asked is self.granted

    @precondition(lambda self: any(one.sent and one.budget for one in self.made))
    @rule(data=st.data())
    def preview_rollback(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from([m for m in self.made if m.sent and m.budget][::-1]))
        params = {"operationIds": [one.id]}
        if not self.ask("preview_rollback", params, one.budget, one.before):
            settled = self.writes.stored(one.id).status in (Status.SUCCEEDED, Status.RECONCILED)
            as_left = self.amounts[one.budget] == one.after
            cut = one.before <= one.after
            assert not (self.granted and settled and as_left and cut), self.refusal

    # What they decide

    def one(self, data: st.DataObject) -> Made:
        """One of the operations; rather one that is open."""
        open_ones = [m for m in self.made if m.status in OPEN]
        return data.draw(st.sampled_from([*open_ones[::-1], *self.made]))

    @precondition(lambda self: self.made)
    @rule(data=st.data(), right=st.sampled_from([True, True, True, False]))
    def confirm(self, data: st.DataObject, right: bool) -> None:
        one = self.one(data)
        now, before = self.box.clock(), self.writes.stored(one.id)
        changes = {} if right else {"confirmationToken": "not-that-one"}

        body = confirm(self.api, one.preview, **changes)

        if body["success"] and not (one.sent or before.status is Status.RECONCILED):
            assert right
            assert self.may_be_done(one, before.status, now)
            self.done(one)
        elif not body["success"] and before.status in OPEN:
            wanted = right and self.may_be_done(one, before.status, now)
            free = not one.budget or self.locked[one.budget] <= now
            assert not (wanted and free and one.after <= one.before), body
            self.met[body["error"]["code"]] += 1

    @precondition(lambda self: self.made)
    @rule(data=st.data())
    def die_after_sending(self, data: st.DataObject) -> None:
        """The function ends when Google has got the change, and has told nobody."""
        one = self.one(data)
        now, status = self.box.clock(), self.writes.stored(one.id).status
        with self.box.killer.counting(MUTATE) as killer:
            answer = self.writes.confirm({"confirmationToken": "none", **one.preview})
        if MUTATE in killer.made:
            assert answer.status_code == 500
            assert self.may_be_done(one, status, now)
            self.done(one)
            self.met["killed"] += 1
            if one.budget:
                self.locked[one.budget] = self.box.clock() + LOCKED

    def may_be_done(self, one: Made, status: Status, now: datetime) -> bool:
        """Whether the model lets an operation be carried out now, by its requester's token."""
        return (
            status in OPEN
            and status is not Status.AWAITING_APPROVAL
            and "confirmationToken" in one.preview
            and self.granted
            and now < one.ends
            and self.amounts.get(one.budget, 0) == one.before
        )

    def done(self, one: Made) -> None:
        assert not one.sent
        one.sent = True
        self.met["high" if one.high else "sent"] += 1
        self.met["undone"] += one.preview["tool"] == "preview_rollback"
        if one.budget:
            self.amounts[one.budget] = one.after

    @precondition(lambda self: self.made)
    @rule(
        data=st.data(),
        role=st.sampled_from(["practitioner", "manager", "manager", "other-manager"]),
        says=st.sampled_from(["APPROVED", "APPROVED", "REJECTED"]),
    )
    def decide(self, data: st.DataObject, role: str, says: str) -> None:
        one = self.one(data)
        before, now = self.writes.stored(one.id), self.box.clock()
        body = {"decision": says, "digest": one.preview["digest"]}
        path = f"/operations/{one.id}/decision"

        answer = self.api.send("POST", path, role=role, json=body).json()

        after = self.writes.stored(one.id)
        if not answer["success"]:
            assert after == before
            return
        assert now < one.ends
        assert before.status in OPEN
        assert role != "other-manager"
        assert (role == "manager") is (before.status is Status.AWAITING_APPROVAL) or (
            says == "REJECTED"
        )
        if "confirmationToken" in answer:
            assert role == "practitioner"
            one.preview["confirmationToken"] = answer["confirmationToken"]
        if after.expires_at is not None:
            one.ends = after.expires_at

    # What happens around them

    @rule(minutes=st.sampled_from([1, 2, 16, 25 * 60]))
    def expire(self, minutes: int) -> None:
        self.box.clock.advance(timedelta(minutes=minutes))
        job(self.box, "unconfirmed-operations")
        for one in self.made:
            if self.writes.stored(one.id).status in OPEN:
                assert self.box.clock() < one.ends

    @rule()
    def reconcile(self) -> None:
        self.box.clock.advance(OVER)
        told = job(self.box, "reconciliation")
        assert told["failed"] == 0
        for one in self.made:
            status = self.writes.stored(one.id).status
            assert status is not Status.EXECUTING
            if status is Status.UNKNOWN:
                assert one.sent

    @rule(which=st.sampled_from([0, 1]))
    def drift(self, which: int) -> None:
        budget = list(self.budgets)[which]
        self.amounts[budget] += 7
        self.writes.set_amount(budget, self.amounts[budget])

    @rule(granted=st.sampled_from([True, True, False]))
    def grant(self, granted: bool) -> None:
        if granted:
            self.box.seeder.put(KEY, self.usual)
        elif self.granted:
            drop(self.box, KEY)
        self.granted = granted

    # What always holds

    @invariant()
    def the_world_is_what_the_model_says(self) -> None:
        if not hasattr(self, "made"):
            return
        assert {b: self.writes.amount(b) for b in self.budgets} == self.amounts
        assert self.sent() - self.sent_before == sum(one.sent for one in self.made)

    @invariant()
    def what_was_sent_was_agreed_to_and_written_down_before(self) -> None:
        for one in getattr(self, "made", ()):
            record = self.writes.stored(one.id)
            assert record.status in reachable(one.status)
            one.status = record.status
            self.met[record.status.value] += 1
            if not one.sent:
                assert record.status not in (Status.SUCCEEDED, Status.ROLLED_BACK)
                continue
            assert record.status not in {*OPEN, Status.FAILED, Status.EXPIRED, Status.REJECTED}
            assert record.intent_at is not None
            assert record.consent is not None
            assert (record.approval is not None) is one.high
            if record.status is Status.RECONCILED:
                assert record.result["data"]["applied"] == "all"
            mine = [e for e in entries(self.box, PRACTITIONER) if e["operationId"] == one.id]
            assert [e.get("step") for e in mine].count("intent") == 1
            kept = [i for i in items(self.box, Table.SNAPSHOTS) if i["operationId"] == one.id]
            assert len(kept) == len(record.changes)
