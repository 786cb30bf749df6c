from datetime import timedelta

from tests.unit.support.undoing import NOW, change, record
from wpp_mcp.models.changes import Applied
from wpp_mcp.operations.outcomes import Seen
from wpp_mcp.operations.settlement import answer_of, asked_again, reconciled, span_of
from wpp_mcp.operations.states import Status

TWO = [change(7, {"a": 1}, {"a": 2}), change(8, {"a": 1}, {"a": 2})]
DONE = Applied(id="7")
NOT_DONE = Applied(error={"code": "NOT_APPLIED", "message": "as before"})


def test_only_where_the_account_tells_of_every_change_it_is_settled() -> None:
    unknown = record(1, TWO, status=Status.UNKNOWN)
    assert answer_of(unknown, [DONE, DONE]).applied == (DONE, DONE)
    assert answer_of(unknown, [NOT_DONE, NOT_DONE]).applied == (NOT_DONE, NOT_DONE)
    for said in ([DONE, None], [None, None], [NOT_DONE, None]):
        answer = answer_of(unknown, said)
        assert answer.applied == ()
        assert "does not tell" in answer.unsettled


def test_all_or_nothing_is_never_settled_as_half() -> None:
    assert "changed it since" in answer_of(record(1, TWO), [DONE, NOT_DONE]).unsettled
    in_part = record(1, TWO, partial=True)
    assert answer_of(in_part, [DONE, NOT_DONE]).applied == (DONE, NOT_DONE)


def test_what_was_settled_says_how_much_was_done() -> None:
    unknown = record(1, TWO, status=Status.UNKNOWN)
    cases = {"all": (DONE, DONE), "some": (DONE, NOT_DONE), "none": (NOT_DONE, NOT_DONE)}
    for word, applied in cases.items():
        seen = [Seen(one, what) for one, what in zip(TWO, applied, strict=True)]
        ended = reconciled(unknown, seen)
        assert ended.status is Status.RECONCILED
        assert ended.result["data"]["applied"] == word
        assert [one["outcome"] for one in ended.outcome] == [
            "done" if what.done else "not done" for what in applied
        ]


def test_the_time_in_which_it_may_have_been_applied_allows_for_clocks_that_are_apart() -> None:
    unknown = record(1, TWO, status=Status.UNKNOWN, intent_at=NOW)
    since, until = span_of(unknown)
    assert NOW - since == timedelta(minutes=2)
    assert until - NOW == timedelta(minutes=3)


def test_it_is_asked_again_less_and_less_often() -> None:
    unknown, waits = record(1, TWO, status=Status.UNKNOWN), []
    for _ in range(5):
        unknown, write = asked_again(unknown, "nobody could ask", NOW)
        assert write.values[":unsettled"] == "nobody could ask"
        assert unknown.expires_at is not None
        waits.append(unknown.expires_at - NOW)
    assert [wait / timedelta(minutes=1) for wait in waits] == [5, 15, 60, 1440, 1440]
