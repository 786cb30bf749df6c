from decimal import Decimal
from typing import Any

import pytest

from tests.unit.support.undoing import NOW, StubReader, change, executed, record, unreadable
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import CONTENTS, Applied, Budget, Change, ResourceType, Verb
from wpp_mcp.operations.executed import Executed, require_executed
from wpp_mcp.operations.impact import impact
from wpp_mcp.operations.rollback import rollback_of, without_refused
from wpp_mcp.operations.states import Status


def reader_of(**things: dict[str, Any]) -> StubReader:
    """An account with things by their number, as ``_7={...}``."""
    places = {change(int(name[1:]), {}, {}).locator.key: values for name, values in things.items()}
    return StubReader(places)


def test_each_change_is_undone_from_what_is_there_now() -> None:
    plan = rollback_of(
        [executed(1, change(7, {"amount": 50}, {"amount": 60}))], reader_of(_7={"amount": 60})
    ).plan
    [one] = plan.changes
    assert (one.before, one.after) == ({"amount": 60}, {"amount": 50})
    assert plan.warnings == ()
    assert plan.currency == "USD"


def test_the_oldest_value_counts_and_what_came_between_is_said() -> None:
    older = executed(1, change(7, {"amount": 50}, {"amount": 60}))
    newer = executed(2, change(7, {"amount": 65}, {"amount": 70}))
    found = rollback_of([older, newer], reader_of(_7={"amount": 70}))
    [one] = found.plan.changes
    assert (one.before, one.after) == ({"amount": 70}, {"amount": 50})
    [warning] = found.plan.warnings
    assert "changed from 60 to 65 between the operations" in warning
    assert found.undone == ("op_2", "op_1")


def test_fields_of_several_operations_on_one_thing_are_put_together() -> None:
    older = executed(1, change(7, {"amount": 50}, {"amount": 60}))
    newer = executed(2, change(7, {"name": "Old"}, {"name": "New"}))
    [one] = rollback_of([newer, older], reader_of(_7={"amount": 60, "name": "New"})).plan.changes
    assert one.after == {"amount": 50, "name": "Old"}


def test_what_was_made_and_changed_is_removed_as_a_whole() -> None:
    made = change(-1, {}, {"name": "New", "amount": 20}, Verb.CREATE)
    older = executed(1, made)
    newer = executed(2, change(1, {"amount": 20}, {"amount": 30}))
    found = rollback_of([older, newer], reader_of(_1={"amount": 30, "name": "New"}))
    [one] = found.plan.changes
    assert one.verb is Verb.REMOVE
    assert found.undone == ("op_2", "op_1")
    assert [w for w in found.plan.warnings if "later changed" in w] == []
    assert any("Its history goes." in warning for warning in found.plan.warnings)


def test_what_was_made_and_then_changed_by_others_is_not_removed_unseen() -> None:
    older = executed(1, change(-1, {}, {"name": "New"}, Verb.CREATE))
    found = rollback_of([older], reader_of(_1={"name": "Theirs"}))
    assert any("later changed to Theirs; undoing removes it" in w for w in found.plan.warnings)


def test_later_steps_are_undone_first() -> None:
    parent = change(-1, {}, {"name": "A"}, Verb.CREATE)
    child = change(-2, {}, {"name": "B"}, Verb.CREATE)
    found = rollback_of([executed(1, parent, child)], reader_of(_1={"name": "A"}, _2={"name": "B"}))
    assert [one.locator.id for one in found.plan.changes] == ["2", "1"]


@pytest.mark.parametrize(
    ("one", "things", "reason"),
    [
        (change(7, {"amount": 5}, {"amount": 6}), {}, "it was removed since"),
        (
            change(7, {"amount": 5}, {"amount": 6}),
            {"_7": {"amount": 5}},
            "it is as it was before already",
        ),
        (
            change(7, {"amount": 5}, {}, Verb.REMOVE),
            {},
            "what is removed does not come back",
        ),
    ],
)
def test_where_nothing_is_left_to_undo_it_says_why(
    one: Any, things: dict[str, Any], reason: str
) -> None:
    with pytest.raises(WppError) as refused:
        rollback_of([executed(1, one)], reader_of(**things))
    assert refused.value.code is ErrorCode.INVALID_REQUEST
    assert reason in refused.value.message
    assert refused.value.details["notUndone"][0]["reason"] == reason


def test_what_was_refused_at_the_time_is_left_alone() -> None:
    done, not_done = change(7, {"a": 1}, {"a": 2}), change(8, {"a": 1}, {"a": 2})
    outcome = ({"outcome": "done", "id": "7"}, {"outcome": "refused", "id": "8"})
    found = rollback_of(
        [executed(1, done, not_done, outcome=outcome, status=Status.PARTIALLY_SUCCEEDED)],
        reader_of(_7={"a": 2}, _8={"a": 2}),
    )
    assert [one.locator.id for one in found.plan.changes] == ["7"]


REFUSED = WppError(ErrorCode.GOOGLE_INVALID_REQUEST)


def key(number: int) -> str:
    return change(number, {}, {}).locator.key


def made_in_each_other() -> Executed:
    """Three things, each in the one before it."""
    values = ({"name": "A", CONTENTS: []}, {"name": "B", CONTENTS: []}, {"name": "C"})
    made = [change(-n, {}, after, Verb.CREATE) for n, after in enumerate(values, 1)]
    return executed(1, *made)


def test_what_lies_in_a_thing_and_is_not_undone_is_named() -> None:
    reader = reader_of(_1={"name": "A"}, _2={"name": "B"}, _3={"name": "C"})
    reader.inside = {key(1): [key(2), "theirs"], key(2): [key(3)]}
    plan = rollback_of([made_in_each_other()], reader).plan
    assert [one.before.get(CONTENTS) for one in plan.changes] == [None, [], ["theirs"]]
    [warning] = [one for one in plan.warnings if "what others added" in one]
    assert warning.endswith("undoing removes it too: theirs")


def test_what_is_refused_is_left_with_all_that_it_lies_in() -> None:
    reader = reader_of(_1={"name": "A"}, _2={"name": "B"}, _3={"name": "C"}, _7={"amount": 6})
    reader.inside = {key(1): [key(2)], key(2): [key(3)]}
    reader.refused = {key(3): "Not this one."}
    other = executed(2, change(7, {"amount": 5}, {"amount": 6}))
    whole = rollback_of([made_in_each_other(), other], reader)
    assert whole.left == []
    found = without_refused(whole, REFUSED, reader)
    assert [one.locator.id for one in found.changes] == ["7"]
    assert found.undone == ("op_2",)
    assert [(one.change.locator.id, one.reason) for one in found.left] == [
        ("3", "Not this one."),
        ("2", "what lies in it is not undone"),
        ("1", "what lies in it is not undone"),
    ]


def test_where_all_of_it_is_refused_the_refusal_says_why() -> None:
    reader = reader_of(_7={"amount": 6})
    reader.refused = {key(7): "Not this one."}
    whole = rollback_of([executed(1, change(7, {"amount": 5}, {"amount": 6}))], reader)
    with pytest.raises(WppError, match="Not this one") as refused:
        without_refused(whole, REFUSED, reader)
    assert refused.value.code is REFUSED.code


@pytest.mark.parametrize("code", [ErrorCode.GOOGLE_INVALID_REQUEST, ErrorCode.GOOGLE_UNAVAILABLE])
def test_a_refusal_of_no_change_in_particular_stands(code: ErrorCode) -> None:
    reader = reader_of(_7={"amount": 6})
    whole = rollback_of([executed(1, change(7, {"amount": 5}, {"amount": 6}))], reader)
    refusal = WppError(code)
    with pytest.raises(WppError) as refused:
        without_refused(whole, refusal, reader)
    assert refused.value is refusal


def test_an_operation_of_which_nothing_is_undone_is_not_marked() -> None:
    gone = executed(1, change(7, {"a": 1}, {"a": 2}))
    there = executed(2, change(8, {"a": 1}, {"a": 2}))
    found = rollback_of([gone, there], reader_of(_8={"a": 2}))
    assert found.undone == ("op_2",)
    assert "it was removed since" in found.plan.warnings[0]


def test_without_a_snapshot_nothing_is_undone() -> None:
    with pytest.raises(WppError, match="is kept for 90 days"):
        Executed(record(1, [change(7, {"a": 1}, {"a": 2})]), [])


@pytest.mark.parametrize("status", sorted(set(Status)))
def test_only_what_was_executed_can_be_undone(status: Status) -> None:
    one = record(1, [change(7, {"a": 1}, {"a": 2})], status=status)
    if status in (Status.SUCCEEDED, Status.PARTIALLY_SUCCEEDED, Status.RECONCILED):
        require_executed([one])
        return
    with pytest.raises(WppError) as refused:
        require_executed([one])
    assert refused.value.code is ErrorCode.CONFLICT


def paused(number: int, budget: Budget | None) -> Change:
    """A campaign that was paused."""
    kind = ResourceType.CAMPAIGN
    fields = {"status": "ENABLED"}, {"status": "PAUSED"}
    return change(number, *fields, kind=kind, budget=budget)


def test_a_campaign_that_is_enabled_again_counts_with_its_budget_of_now() -> None:
    then, now = Budget(id="9", amount=Decimal(50)), Budget(id="9", amount=Decimal(9000))
    one = paused(3, then)
    reader = StubReader({one.locator.key: {"status": "PAUSED"}}, budgets={"9": now})
    [back] = rollback_of([executed(1, one)], reader).plan.changes
    assert (back.after, back.budget) == ({"status": "ENABLED"}, now)


def test_what_is_put_together_keeps_the_budget_that_one_of_them_names() -> None:
    budget = Budget(id="9", amount=Decimal(50))
    newer = paused(3, budget)
    older = change(3, {"name": "Old"}, {"name": "New"}, kind=ResourceType.CAMPAIGN)
    there = {newer.locator.key: {"status": "PAUSED", "name": "New"}}
    reader = StubReader(there, budgets={"9": budget})
    [back] = rollback_of([executed(1, older), executed(2, newer)], reader).plan.changes
    assert back.after == {"name": "Old", "status": "ENABLED"}
    assert back.budget == budget


def test_the_report_compares_as_many_days_before() -> None:
    done = [(change(7, {"amount": 5}, {"amount": 6}), Applied(id="7"))]
    after = {"currency": "EUR", "cost": Decimal(40), "clicks": 8, "conversions": Decimal("1.5")}
    before = {"currency": "EUR", "cost": Decimal(10), "clicks": 4, "conversions": Decimal(2)}
    reader = StubReader(figures=[after, before])
    report = impact(done, NOW.replace(day=18), NOW, reader)
    assert [tuple(day.isoformat() for day in asked) for asked in reader.asked] == [
        ("2026-11-18", "2026-11-21"),
        ("2026-11-14", "2026-11-17"),
    ]
    assert report["difference"] == {
        "cost": Decimal(30),
        "clicks": Decimal(4),
        "conversions": Decimal("-0.5"),
    }
    assert report["since"]["averagePerDay"]["cost"] == Decimal("10.00")
    assert report["currency"] == "EUR"


def test_without_figures_the_report_says_so() -> None:
    done = [(change(7, {"amount": 5}, {"amount": 6}), Applied(id="7"))]
    assert (
        "could not be read"
        in impact(done, NOW, NOW, StubReader(figures=[unreadable()]))["unavailable"]
    )
    assert impact(done, NOW, NOW, StubReader(figures=[{}])) == {}
