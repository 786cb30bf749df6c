from datetime import timedelta
from typing import Any

import pytest
from google.analytics.data_v1beta.types import Compatibility
from google.api_core import exceptions

from tests.unit.support.analytics import ASTER, Played


def realtime(played: Played, dimensions: list[str], **question: Any) -> Any:
    request = {
        "property": f"properties/{ASTER}",
        "dimensions": [{"name": name} for name in dimensions],
        "metrics": [{"name": "activeUsers"}],
        "metric_aggregations": ["TOTAL"],
        **question,
    }
    with played.data() as client:
        return client.run_realtime_report(request=request, retry=None)


def users(answer: Any) -> int:
    return sum(int(row.metric_values[0].value) for row in answer.rows)


@pytest.mark.parametrize(
    "dimension", ["country", "deviceCategory", "minutesAgo", "unifiedScreenName", "eventName"]
)
def test_each_split_of_the_last_half_hour_adds_up(analytics: Played, dimension: str) -> None:
    whole = realtime(analytics, [])
    split = realtime(analytics, [dimension])

    assert users(whole) == users(split) == int(split.totals[0].metric_values[0].value) >= 30
    assert len(split.rows) > 1


def test_minutes_move_with_the_clock(analytics: Played) -> None:
    five = {"minute_ranges": [{"start_minutes_ago": 4, "end_minutes_ago": 0}]}
    before = realtime(analytics, ["country"], **five)
    analytics.now += timedelta(minutes=5)
    later = [{"start_minutes_ago": 9, "end_minutes_ago": 5, "name": "then"}]
    after = realtime(analytics, ["country"], minute_ranges=later)

    assert users(before) == users(after) > 0
    both = realtime(analytics, [], minute_ranges=[{"start_minutes_ago": 4}, *later])
    assert [h.name for h in both.dimension_headers] == ["dateRange"]
    assert {row.dimension_values[0].value for row in both.rows} == {"date_range_0", "then"}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"minute_ranges": [{"start_minutes_ago": 45}]}, "more than 29 minutes ago"),
        ({"minute_ranges": [{"start_minutes_ago": 1, "end_minutes_ago": 2}]}, "must not be more"),
        ({"minute_ranges": [{}] * 3}, "limited to 2 minuteRanges"),
        ({"metrics": [{"name": "sessions"}]}, "realtime-api-schema"),
    ],
)
def test_what_realtime_does_not_take(analytics: Played, question: Any, words: str) -> None:
    with pytest.raises(exceptions.InvalidArgument, match=words):
        realtime(analytics, [], **question)


def test_the_catalogue_and_what_fits(analytics: Played) -> None:
    name = f"properties/{ASTER}"
    with analytics.data() as client:
        catalogue = client.get_metadata(name=f"{name}/metadata", retry=None)
        fitting = client.check_compatibility(
            request={"property": name, "dimensions": [{"name": "itemName"}]}, retry=None
        )
        only = client.check_compatibility(
            request={
                "property": name,
                "metrics": [{"name": "sessions"}],
                "compatibility_filter": "INCOMPATIBLE",
            },
            retry=None,
        )

    names = {metric.api_name: metric for metric in catalogue.metrics}
    assert names["keyEvents"].deprecated_api_names == ["conversions"]
    states = {m.metric_metadata.api_name: m.compatibility for m in fitting.metric_compatibilities}
    assert states["sessions"] is Compatibility.INCOMPATIBLE
    assert states["itemRevenue"] is Compatibility.COMPATIBLE
    assert {d.dimension_metadata.api_name for d in only.dimension_compatibilities} == {
        "itemName",
        "itemBrand",
    }


def test_a_property_and_its_account(analytics: Played) -> None:
    with analytics.admin() as admin:
        found = admin.get_property(name=f"properties/{ASTER}", retry=None)
        account = admin.get_account(name=found.parent, retry=None)
    with (
        analytics.admin("other-practitioner") as admin,
        pytest.raises(exceptions.PermissionDenied),
    ):
        admin.get_account(name=found.parent, retry=None)

    assert (found.currency_code, found.time_zone) == ("USD", "America/New_York")
    assert found.industry_category.name == "HOBBIES_AND_LEISURE"
    assert account.display_name == "Aster Outdoor"
