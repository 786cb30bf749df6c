from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.alias_generators import to_camel

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.tools.inputs import (
    LONGEST_PERIOD_DAYS,
    MAX_PAGE,
    CustomerId,
    Ids,
    PagedInput,
    PeriodInput,
    parsed,
    wire_params,
)


class Report(PeriodInput):
    customer_id: CustomerId
    campaign_ids: Ids | None = None


GOOD = {"customerId": "1234567890"}


def refused(params: dict[str, Any], model: type[PagedInput] = Report) -> list[dict[str, str]]:
    with pytest.raises(WppError) as caught:
        parsed(model, params)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    fields = sorted({item["field"] for item in caught.value.details})
    assert caught.value.message == f"Not valid: {', '.join(fields)}"
    return caught.value.details


names = st.sampled_from(sorted(Report.model_fields))


@given(st.dictionaries(names, st.tuples(st.booleans(), st.integers())))
def test_either_spelling_becomes_the_wire_s(params: dict[str, tuple[bool, int]]) -> None:
    spelled = {to_camel(n) if camel else n: value for n, (camel, value) in params.items()}
    assert wire_params(Report, spelled) == {to_camel(n): v for n, (_, v) in params.items()}


@given(names.filter(lambda name: "_" in name))
def test_both_spellings_at_once_are_refused(name: str) -> None:
    with pytest.raises(WppError, match=f"{to_camel(name)} is given twice") as caught:
        wire_params(Report, {name: 1, to_camel(name): 1})
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_what_is_unknown_is_left_to_the_schema() -> None:
    params = wire_params(Report, {"customer_id": "1", "no_such": 2})
    assert params == {"customerId": "1", "no_such": 2}
    assert refused({**GOOD, "no_such": 2}) == [
        {"field": "no_such", "problem": "there is no such parameter"}
    ]


def test_good_parameters_are_typed() -> None:
    found = parsed(
        Report,
        {
            **GOOD,
            "startDate": "2026-01-01",
            "endDate": "2026-01-31",
            "pageSize": Decimal(5),
            "campaignIds": ["1"],
        },
    )
    assert (found.start_date, found.end_date) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (found.page_size, found.campaign_ids, found.page_token) == (5, ["1"], None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customerId": 1234567890}, "customerId"),
        ({"customerId": "1" * 21}, "customerId"),
        ({"pageSize": "5"}, "pageSize"),
        ({"pageSize": True}, "pageSize"),
        ({"pageSize": 0}, "pageSize"),
        ({"pageSize": MAX_PAGE + 1}, "pageSize"),
        ({"pageToken": "x" * 201}, "pageToken"),
        ({"startDate": "01/02/2026", "endDate": "2026-01-31"}, "startDate"),
        ({"startDate": "2026-02-30", "endDate": "2026-03-31"}, "startDate"),
        ({"startDate": 20260101, "endDate": "2026-01-31"}, "startDate"),
        ({"campaignIds": []}, "campaignIds"),
        ({"campaignIds": "1"}, "campaignIds"),
        ({"campaignIds": ["1 OR 1=1"]}, "campaignIds.0"),
        ({"campaignIds": ["1\n"]}, "campaignIds.0"),
        ({"campaignIds": ["\u0661"]}, "campaignIds.0"),
        ({"campaignIds": ["1"] * 201}, "campaignIds"),
        ({"campaignIds": [1]}, "campaignIds.0"),
    ],
)
def test_each_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    assert {item["field"] for item in refused(GOOD | change)} == {field}


def test_every_wrong_field_is_named_and_no_value_repeated() -> None:
    details = refused({"customerId": 7, "pageSize": "swordfish", "other": "swordfish"})
    assert {item["field"] for item in details} == {"customerId", "pageSize", "other"}
    assert "swordfish" not in str(details)
    assert refused({})[0]["field"] == "customerId"


@pytest.mark.parametrize("name", ["startDate", "endDate"])
def test_a_period_has_two_ends(name: str) -> None:
    (detail,) = refused(GOOD | {name: "2026-01-01"})
    assert detail == {
        "field": "params",
        "problem": "give startDate and endDate, or neither for the last 30 days",
    }


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(-800, 800))
def test_a_period_runs_forward_and_not_too_long(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    params = GOOD | {"startDate": start.isoformat(), "endDate": end.isoformat()}
    if 0 <= days <= LONGEST_PERIOD_DAYS:
        found = parsed(Report, params)
        assert (found.start_date, found.end_date) == (start, end)
    else:
        (detail,) = refused(params)
        assert ("before" if days < 0 else "731 days") in detail["problem"]
