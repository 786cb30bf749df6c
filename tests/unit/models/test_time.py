from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.surroundings import NOW, FakeClock
from wpp_mcp.models.time import Deadline, day_of, iso, parse_iso, system_clock

zones = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    min_value=datetime.fromisoformat("2000-01-02"),
    max_value=datetime.fromisoformat("9998-12-30"),
    timezones=zones,
)


@given(moments)
def test_iso_reads_back_to_the_millisecond(moment: datetime) -> None:
    back = parse_iso(iso(moment))
    assert back.utcoffset() == timedelta(0)
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)
    assert iso(moment).endswith("Z")
    assert iso(moment)[:10] == day_of(moment)


@given(moments, moments)
def test_iso_sorts_as_time(one: datetime, other: datetime) -> None:
    if one <= other:
        assert iso(one) <= iso(other)
    else:
        assert iso(one) >= iso(other)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        iso(datetime.fromisoformat("2026-01-01"))
    for text in ("2026-01-01T00:00:00", "2026-01-01", "soon"):
        with pytest.raises(ValueError, match=r"offset|isoformat"):
            parse_iso(text)


def test_the_deadline_runs_down_to_zero(clock: FakeClock) -> None:
    deadline = Deadline(clock, NOW + timedelta(seconds=25))
    assert deadline.remaining() == 25
    clock.tick(24.5)
    assert deadline.remaining() == 0.5
    clock.tick(60)
    assert deadline.remaining() == 0


def test_the_system_clock_is_aware_utc() -> None:
    assert system_clock().tzinfo is UTC
