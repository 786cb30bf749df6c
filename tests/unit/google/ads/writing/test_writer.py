"""One Mutate, once; what is refused and what is not known, item by item."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from google.ads.googleads.v26.services.types.google_ads_service import MutateGoogleAdsResponse

from sandbox.faults import FaultKind
from tests.unit.google.ads.writing.sample_changes import budget_change, label
from tests.unit.google.ads.writing.test_life import BUDGET
from tests.unit.support.ads import failure
from tests.unit.support.ads_writing import ACCOUNT, MUTATE, Played
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.mutate import UnclearAnswerError, checks_of, request_of, results_of
from wpp_mcp.google.ads.resources import BUDGETS, LABELS
from wpp_mcp.google.ads.validate_channel import ValidateOnlyChannel
from wpp_mcp.google.ads.write_channel import MutateOnlyChannel
from wpp_mcp.google.read_only import ReadOnlyChannelError
from wpp_mcp.google.writing import OutcomeUnknownError
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import Change, Verb


def amount_of(google: Played, change: Change) -> Decimal:
    return google.values(change, change.locator.id)["amount"]


# On the emulator


def test_a_mutate_goes_out_once(google: Played) -> None:
    change = budget_change(google)
    google.google.calls.clear()
    (applied,) = google.apply(change)
    assert applied.id == change.locator.id
    assert google.counts() == {MUTATE: 1}
    assert amount_of(google, change) == 75
    (mutate,) = google.google.world.mutates
    assert (mutate.request.partial_failure, mutate.request.validate_only) == (False, False)


@pytest.mark.parametrize(
    "kind", [FaultKind.UNAVAILABLE, FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY]
)
def test_no_answer_is_an_unknown_outcome_and_no_second_try(google: Played, kind: FaultKind) -> None:
    change = budget_change(google)
    google.google.calls.clear()
    google.google.faults.arm(MUTATE, kind)
    google.seconds = 3.5
    with pytest.raises(OutcomeUnknownError):
        google.apply(change)
    assert google.counts() == {MUTATE: 1}
    assert len(google.google.world.mutates) == (kind is FaultKind.TIMEOUT_AFTER_APPLY)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (FaultKind.THROTTLED, ErrorCode.GOOGLE_QUOTA_EXCEEDED),
        (FaultKind.DENIED, ErrorCode.GOOGLE_ACCESS_DENIED),
        (FaultKind.AUTH_EXPIRED, ErrorCode.GOOGLE_AUTH_EXPIRED),
    ],
)
def test_a_refusal_is_definite(google: Played, kind: FaultKind, code: ErrorCode) -> None:
    change = budget_change(google)
    google.google.calls.clear()
    google.google.faults.arm(MUTATE, kind)
    with pytest.raises(WppError) as caught:
        google.apply(change)
    assert caught.value.code is code
    assert google.counts() == {MUTATE: 1}
    assert google.google.world.mutates == []


def test_a_refusal_says_which_item(google: Played) -> None:
    good, bad = label("-1", "Good"), label("-2", "x" * 81)
    with pytest.raises(WppError) as caught:
        google.apply(good, bad)
    assert caught.value.code is ErrorCode.GOOGLE_INVALID_REQUEST
    (item,) = caught.value.details["items"]
    assert (item["item"], item["id"], item["name"]) == (1, "-2", "x" * 81)
    assert item["code"]
    assert item["fieldPath"].startswith("mutate_operations.label_operation.create")
    assert google.google.world.mutates == []


def test_partial_failures_come_item_by_item(google: Played) -> None:
    items = [label("-1", "First"), label("-2", "x" * 81), label("-3", "Third")]
    first, second, third = google.apply(*items, partial=True)
    assert (first.done, second.done, third.done) == (True, False, True)
    assert second.id is None
    assert set(second.error or ()) == {"code", "message", "fieldPath"}
    assert google.values(items[2], str(third.id))["name"] == "Third"


def test_no_write_is_begun_without_time_for_it(google: Played) -> None:
    change = budget_change(google)
    google.google.calls.clear()
    google.seconds = 2.9
    with pytest.raises(WppError) as caught:
        google.apply(change)
    assert caught.value.code is ErrorCode.DEADLINE_EXCEEDED
    assert google.counts() == {}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda c: replace(c, after={**c.after, "amount": Decimal("1e30")}), "too large"),
        (lambda c: replace(c, after={**c.after, "amount": Decimal("0.0000001")}), "millionth"),
        (lambda c: replace(c, after={**c.after, "period": "CUSTOM_PERIOD"}), "period"),
        (lambda c: replace(c, after={**c.after, "colour": "red"}), "colour"),
        (lambda c: replace(c, after=c.before), "nothing differs"),
        (lambda c: replace(c, verb=Verb.ACT), "nothing to act"),
    ],
)
def test_what_cannot_be_said_is_refused_before_anything_leaves(
    google: Played, broken: Callable[[Change], Change], said: str
) -> None:
    change = broken(budget_change(google))
    google.google.calls.clear()
    with pytest.raises(WppError, match=said) as caught:
        google.apply(label("-1", "Good"), change)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert caught.value.details[0]["item"] == 1
    assert google.counts() == {}


def test_a_change_of_another_account_does_not_leave(google: Played) -> None:
    other = LABELS.new(AccountRef(Api.GOOGLE_ADS, "1000000201"), "-1", {"name": "Theirs"})
    with pytest.raises(WppError) as caught:
        google.apply(other)
    assert caught.value.code is ErrorCode.INTERNAL
    with pytest.raises(WppError):
        google.apply()
    assert google.counts() == {}


# Answers


def answer(*ids: str, code: int = 0, **errors: int) -> Any:
    """Return an answer with a result for each id, none for an empty one."""
    found = MutateGoogleAdsResponse.pb()()
    for place in ids:
        response = found.mutate_operation_responses.add()
        if place:
            response.label_result.resource_name = f"customers/1000000101/labels/{place}"
    if errors:
        packed = failure(**errors)
        for index, error in enumerate(packed.errors):
            error.location.field_path_elements.add(field_name="mutate_operations", index=index)
        found.partial_failure_error.details.add().Pack(packed)
    found.partial_failure_error.code = code
    return found


def test_an_answer_says_of_each_change_what_became_of_it() -> None:
    refused, done = results_of(answer("", "7", code=3, label_error=5), 2)
    assert (refused.done, done.id) == (False, "7")
    assert refused.error is not None
    assert refused.error["code"].startswith("label_error.")


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (answer("7"), 2),
        (answer("7", "8"), 1),
        (answer("7", ""), 2),
        (answer("7", label_error=5), 1),
        (answer("", code=3), 1),
        (answer("", internal_error=2), 1),
    ],
)
def test_an_answer_that_leaves_something_open_is_not_known(found: Any, count: int) -> None:
    with pytest.raises(UnclearAnswerError):
        results_of(found, count)


def test_a_check_that_leaves_something_open_is_none() -> None:
    with pytest.raises(UnclearAnswerError):
        checks_of(answer(code=3), 1)
    general = answer(code=3, label_error=5)
    general.partial_failure_error.details[0].Pack(failure(label_error=5))
    assert [one.done for one in checks_of(general, 2)] == [False, False]
    with pytest.raises(UnclearAnswerError):
        results_of(general, 0)


# Walls


def passes(wall: Any, method: str, **request: Any) -> bool:
    path = f"/google.ads.googleads.v26.services.{method}"
    message = SimpleNamespace(**{"customer_id": ACCOUNT.account_id} | request)
    sent: list[str] = []
    try:
        wall.intercept_unary_unary(
            lambda details, _: sent.append(details.method), SimpleNamespace(method=path), message
        )
    except ReadOnlyChannelError:
        assert sent == []
        return False
    return sent == [path]


def test_the_writing_wall_lets_out_mutates_of_the_account() -> None:
    wall = MutateOnlyChannel(ACCOUNT)
    assert passes(wall, "GoogleAdsService/Mutate", validate_only=False)
    assert not passes(wall, "GoogleAdsService/Mutate", customer_id="1000000201")
    for method in ("GoogleAdsService/Search", "CampaignService/MutateCampaigns", "X/Mutate"):
        assert not passes(wall, method, validate_only=False)


def test_the_checking_wall_lets_out_what_is_only_checked() -> None:
    wall = ValidateOnlyChannel(ACCOUNT)
    assert passes(wall, "GoogleAdsService/Mutate", validate_only=True)
    assert not passes(wall, "GoogleAdsService/Mutate", validate_only=False)
    assert not passes(wall, "GoogleAdsService/Mutate", validate_only=1)
    assert not passes(wall, "GoogleAdsService/Mutate", validate_only=True, customer_id="1")
    assert not passes(wall, "CampaignService/MutateCampaigns", validate_only=True)


def test_the_channel_sends_nothing_twice(google: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    from google.ads.googleads.v26.services.services.google_ads_service import transports

    transport = transports.GoogleAdsServiceGrpcTransport
    asked: list[Any] = []
    create = transport.create_channel

    def noted(**how: Any) -> Any:
        asked.append(how["options"])
        return create(**how)

    monkeypatch.setattr(transport, "create_channel", noted)
    google.apply(label("-1", "Once"))
    assert asked == [(("grpc.enable_retries", 0),)]


def test_reading_loads_nothing_that_writes() -> None:
    code = (
        "import sys; import wpp_mcp.google.ads.writable, wpp_mcp.google.ads.resources.current;"
        "print([m for m in sys.modules if m.split('.')[0] in ('grpc', 'google')"
        " or 'writer' in m or 'write_channel' in m])"
    )
    environ = {"PYTHONPATH": str(Path("layers/core/python").resolve())}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environ, text=True)
    assert done.stdout == "[]\n", done.stderr


def test_the_request_is_whole_before_it_is_sent() -> None:
    request = request_of(
        ACCOUNT, [BUDGETS.new(ACCOUNT, "-1", BUDGET)], partial=True, validate_only=True
    )
    assert (request.partial_failure, request.validate_only) == (True, True)
    (operation,) = request.mutate_operations
    created = operation.campaign_budget_operation.create
    assert created.resource_name == "customers/1000000101/campaignBudgets/-1"
    assert created.amount_micros == 50_000_000
