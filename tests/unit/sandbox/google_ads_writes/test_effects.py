"""Writes under faults and many at once, and what they do to traffic."""

import threading
from datetime import timedelta

import pytest
from google.ads.googleads.errors import GoogleAdsException
from google.api_core import exceptions

from sandbox.faults import FaultKind
from tests.unit.support.emulated_writes import (
    Writable,
    create,
    name,
    update,
)


@pytest.mark.parametrize("target", ["google-ads:Mutate", "google-ads:Mutate.validate"])
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.UNAVAILABLE, exceptions.ServiceUnavailable),
        (FaultKind.THROTTLED, exceptions.ResourceExhausted),
        (FaultKind.DENIED, GoogleAdsException),
        (FaultKind.AUTH_EXPIRED, GoogleAdsException),
        (FaultKind.TIMEOUT, exceptions.DeadlineExceeded),
    ],
)
def test_ordered_faults_change_nothing(ads: Writable, target: str, kind: FaultKind, error) -> None:
    ads.faults.arm(target, kind)
    validate = target.endswith("validate")
    with pytest.raises(error):
        ads.mutate(create("label", name="One"), validate_only=validate, timeout=0.3)
    assert ads.world.mutates == []
    assert not ads.faults.waiting()
    assert ads.calls.snapshot() == {target: 1}


def test_a_time_out_after_the_work_is_done(ads: Writable) -> None:
    ads.faults.arm("google-ads:Mutate", FaultKind.TIMEOUT_AFTER_APPLY)
    with pytest.raises(exceptions.DeadlineExceeded):
        ads.mutate(create("label", name="One"), timeout=0.3)
    assert "One" in {label.name for label in ads.account().labels.values()}
    assert len(ads.world.mutates) == 1


def test_fifty_at_once_lose_nothing(ads: Writable) -> None:
    def work(number: int) -> None:
        ads.mutate(create("label", name=f"Label {number}"))
        ads.rows("SELECT label.name FROM label")

    ads.service()
    threads = [threading.Thread(target=work, args=(n,)) for n in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {label.name for label in ads.account().labels.values()}
    assert {f"Label {n}" for n in range(50)} < names
    assert len(ads.account().labels) == 53
    assert len({one.resource_names for one in ads.world.mutates}) == 50


def test_a_pause_ends_traffic_after_its_day_and_the_past_stays(ads: Writable) -> None:
    by_day = (
        "SELECT segments.date, metrics.clicks FROM campaign WHERE campaign.id = 1000003 "
        "AND segments.date BETWEEN '2026-11-15' AND '2026-11-30' ORDER BY segments.date"
    )

    def days() -> dict[str, int]:
        return {row.segments.date: row.metrics.clicks for row in ads.rows(by_day)}

    before = days()
    assert max(before) == "2026-11-21"
    ads.mutate(update("campaign", name("campaigns", 1000003), status="PAUSED"))
    ads.now += timedelta(days=3)
    assert days() == before
    ads.mutate(update("campaign", name("campaigns", 1000003), status="ENABLED"))
    ads.now += timedelta(days=2)
    after = days()
    assert {day: after[day] for day in before} == before
    assert sorted(set(after) - set(before)) == ["2026-11-24", "2026-11-25", "2026-11-26"]


def test_a_write_waits_for_who_holds_the_world(ads: Writable) -> None:
    with ads.world.lock:
        with pytest.raises(exceptions.DeadlineExceeded):
            ads.mutate(create("label", name="One"), timeout=0.3)
        assert "One" not in {label.name for label in ads.account().labels.values()}
