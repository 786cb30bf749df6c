from decimal import Decimal

import pytest
from google.analytics.data_v1beta.types import RunReportRequest

from sandbox.faults import FaultKind
from tests.unit.support.analytics import ASTER, BIRCH, CEDAR, OCTOBER, Played
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.analytics.clients import admin_client, asked, data_client
from wpp_mcp.google.analytics.parents import GoogleAnalyticsParents
from wpp_mcp.google.read_only import ReadOnlyChannelError
from wpp_mcp.models.accounts import AccountRef, Api

QUESTION = {"metrics": [{"name": "sessions"}], "date_ranges": OCTOBER}
REPORT = "google-analytics:RunReport"


def failing(played: Played, question: object = QUESTION, **call: object) -> WppError:
    with pytest.raises(WppError) as caught:
        played.connector(**call).report(question)  # type: ignore[arg-type]
    return caught.value


def test_numbers_come_by_their_type(analytics: Played) -> None:
    names = ["sessions", "engagementRate", "totalRevenue"]
    report = analytics.connector().report(
        {
            "metrics": [{"name": name} for name in names],
            "dimensions": [{"name": "country"}],
            "date_ranges": OCTOBER,
            "metric_aggregations": ["TOTAL"],
            "return_property_quota": True,
            "limit": 2,
        }
    )

    row = report.rows[0]
    assert [type(row[name]) for name in names] == [int, Decimal, Decimal]
    assert report.matches == 4
    assert len(report.rows) == 2
    assert report.currency == "USD"
    assert report.totals is not None
    assert report.totals["sessions"] > row["sessions"]
    assert report.quota is not None
    assert report.quota["tokensPerDay"]["remaining"] > 0


def test_a_report_without_amounts_names_no_currency(analytics: Played) -> None:
    report = analytics.connector().report(QUESTION)

    assert (report.currency, report.quota, report.totals) == (None, None, None)


def test_what_google_says_about_the_figures_becomes_notes(analytics: Played) -> None:
    aged = {**QUESTION, "dimensions": [{"name": "userAgeBracket"}]}
    long = {**QUESTION, "date_ranges": [{"start_date": "90daysAgo", "end_date": "today"}]}

    assert "thresholding" in analytics.connector().report(aged).notes[0]
    assert "Sampled: range 1 counts" in analytics.connector(BIRCH).report(long).notes[0]


def test_the_property_of_a_question_is_the_granted_one(analytics: Played) -> None:
    other = {**QUESTION, "property": f"properties/{CEDAR}"}

    mine = analytics.connector().report(QUESTION)
    assert analytics.connector().report(other).rows == mine.rows
    assert analytics.connector(CEDAR).report(QUESTION).rows != mine.rows


@pytest.mark.parametrize(
    ("kind", "code", "tries"),
    [
        (FaultKind.UNAVAILABLE, ErrorCode.GOOGLE_UNAVAILABLE, 3),
        (FaultKind.THROTTLED, ErrorCode.GOOGLE_QUOTA_EXCEEDED, 3),
        (FaultKind.DENIED, ErrorCode.GOOGLE_ACCESS_DENIED, 1),
        (FaultKind.AUTH_EXPIRED, ErrorCode.GOOGLE_AUTH_EXPIRED, 1),
    ],
)
def test_faults_by_kind_with_bounded_tries(
    analytics: Played, kind: FaultKind, code: ErrorCode, tries: int
) -> None:
    analytics.faults.arm(REPORT, kind, 5)

    error = failing(analytics)

    assert error.code is code
    assert analytics.calls.snapshot() == {REPORT: tries}
    assert error.details["google"][0]["message"]
    if kind is FaultKind.THROTTLED:
        assert error.retry_after == 1
        assert [pause >= 1 for pause in analytics.around.sleeps] == [True, True]


def test_a_read_is_repeated_until_it_succeeds(analytics: Played) -> None:
    analytics.faults.arm(REPORT, FaultKind.UNAVAILABLE, 2)

    assert analytics.connector().report(QUESTION).rows
    assert analytics.calls.snapshot() == {REPORT: 3}


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY])
def test_a_try_ends_with_its_time(analytics: Played, kind: FaultKind) -> None:
    analytics.faults.arm(REPORT, kind, 3)

    error = failing(analytics, seconds=0.8)

    assert error.code in (ErrorCode.GOOGLE_UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED)
    assert "DEADLINE_EXCEEDED" in (error.reason + error.code)
    assert analytics.calls.snapshot()[REPORT] <= 3


def test_without_time_or_token_google_is_not_asked(analytics: Played) -> None:
    assert failing(analytics, seconds=0.4).code is ErrorCode.DEADLINE_EXCEEDED
    assert failing(analytics, token="eyJa.b.c").code is ErrorCode.INVALID_REQUEST
    assert analytics.calls.snapshot() == {}


def test_an_expired_token_keeps_googles_reason(analytics: Played) -> None:
    error = failing(analytics, token="sandbox-google-expired-practitioner")

    assert error.code is ErrorCode.GOOGLE_AUTH_EXPIRED
    assert error.details["google"][0]["code"] == "UNAUTHENTICATED.ACCESS_TOKEN_EXPIRED"


def test_a_wrong_field_keeps_its_path(analytics: Played) -> None:
    days = [{"start_date": "2026-02-30", "end_date": "today"}]
    error = failing(analytics, {**QUESTION, "date_ranges": days})

    assert error.code is ErrorCode.GOOGLE_INVALID_REQUEST
    assert error.message.startswith("Invalid date 2026-02-30")
    assert error.details["google"][0]["fieldPath"] == "dateRanges[0].startDate"


def test_the_channel_carries_reads_alone(analytics: Played) -> None:
    call = analytics.call()
    request = RunReportRequest(property=f"properties/{ASTER}")
    with data_client(call) as client, pytest.raises(ReadOnlyChannelError, match="RunPivotReport"):
        client.run_pivot_report(request={"property": request.property}, retry=None)
    with admin_client(call) as client:
        for method, arguments in (
            (client.list_account_summaries, {}),
            (client.delete_property, {"name": request.property}),
            (client.create_property, {}),
        ):
            with pytest.raises(ReadOnlyChannelError):
                method(request=arguments, retry=None)
        assert asked(call, client.get_property, {"name": request.property}).display_name
    assert analytics.calls.snapshot() == {"google-analytics:GetProperty": 1}


def test_the_accounts_above_properties(analytics: Played) -> None:
    refs = [AccountRef(Api.ANALYTICS, number) for number in (ASTER, CEDAR)]
    every, none = GoogleAnalyticsParents(analytics.call()).of(refs)
    south, hidden = GoogleAnalyticsParents(analytics.call("other-practitioner")).of(refs)

    assert [(p.name, p.properties) for p in every] == [
        ("Aster Outdoor", (ASTER,)),
        ("Cedar Travel", (CEDAR,)),
    ]
    assert none == []
    assert [p.name for p in south] == ["Cedar Travel"]
    assert hidden == [ASTER]
    assert GoogleAnalyticsParents(analytics.call()).of([]) == ([], [])


def test_an_account_that_google_hides_has_no_name(analytics: Played) -> None:
    analytics.faults.arm("google-analytics:GetAccount", FaultKind.DENIED)
    (parent,), _ = GoogleAnalyticsParents(analytics.call()).of([AccountRef(Api.ANALYTICS, ASTER)])

    assert parent.name is None
    assert parent.properties == (ASTER,)


def test_another_failure_is_told(analytics: Played) -> None:
    analytics.faults.arm("google-analytics:GetProperty", FaultKind.UNAVAILABLE, 3)
    with pytest.raises(WppError) as caught:
        GoogleAnalyticsParents(analytics.call()).of([AccountRef(Api.ANALYTICS, ASTER)])

    assert caught.value.code is ErrorCode.GOOGLE_UNAVAILABLE
