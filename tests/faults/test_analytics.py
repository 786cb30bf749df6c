"""Google Analytics failing, as callers see it."""

import pytest

from sandbox.faults import FaultKind
from tests.support.api import Api

REPORT = "google-analytics:RunReport"
QUESTION = {"propertyId": "300000001", "metrics": ["sessions"]}


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (FaultKind.DENIED, 403, "GOOGLE_ACCESS_DENIED"),
        (FaultKind.AUTH_EXPIRED, 424, "GOOGLE_AUTH_EXPIRED"),
    ],
)
def test_what_repeating_does_not_mend_is_told_at_once(
    api: Api, kind: FaultKind, status: int, code: str
) -> None:
    api.box.faults.arm(REPORT, kind)

    answer = api.execute("run_analytics_report", QUESTION)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert api.calls("google") == {REPORT: 1}
    (entry,) = api.audit(limit="1")
    assert (entry["result"], entry["error"]) == ("failure", code)


def test_an_outage_that_passes_is_not_seen(api: Api) -> None:
    api.box.faults.arm(REPORT, FaultKind.UNAVAILABLE)

    assert api.execute("run_analytics_report", QUESTION).status_code == 200
    assert api.calls("google") == {REPORT: 2}


def test_an_expired_google_token(api: Api) -> None:
    headers = {"X-Google-Access-Token": "sandbox-google-expired-practitioner"}
    answer = api.execute("get_analytics_metadata", {"propertyId": "300000001"}, headers=headers)

    assert answer.status_code == 424
    (detail,) = answer.json()["error"]["details"]["google"]
    assert detail["code"] == "UNAUTHENTICATED.ACCESS_TOKEN_EXPIRED"


def test_googles_words_on_a_wrong_name_are_kept(api: Api) -> None:
    answer = api.execute("run_analytics_report", {**QUESTION, "metrics": ["sessins"]})
    error = answer.json()["error"]

    assert (answer.status_code, error["code"]) == (400, "GOOGLE_INVALID_REQUEST")
    assert "Did you mean sessions?" in error["message"]


def test_a_used_up_quota_says_when_to_come_back(api: Api) -> None:
    other = {**QUESTION, "propertyId": "300000004"}
    api.box.analytics_quotas.spend("300000004", 14_000, thresholded=False)

    answer = api.execute("run_analytics_report", other, role="other-practitioner")

    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "GOOGLE_QUOTA_EXCEEDED")
    assert answer.headers["Retry-After"] == "3600"
    assert api.calls("google") == {REPORT: 1}
