import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.support.audited import Audited
from tests.unit.support.people import ANN, entry, person
from tests.unit.support.surroundings import NOW
from wpp_mcp.audit.chain import ChainKey
from wpp_mcp.audit.query import AuditPage, AuditQuery, find
from wpp_mcp.audit.trail import AuditTrail
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Caller, Role
from wpp_mcp.models.time import day_of

BOB = person("bob", Role.PRACTITIONER)
FAR = person("far", Role.PRACTITIONER, "tailspin")
MANAGER = person("max", Role.MANAGER)
ADMIN = person("ada", Role.ADMIN, "group")
AUDITOR = person("aud", Role.AUDITOR, "group")
ACCOUNT = "Google Ads:1111111111"


@pytest.fixture
def filled(audited: Audited) -> Audited:
    trail = AuditTrail(audited.runtime, audited.dynamo, lambda: ChainKey(b"k"))
    for number in range(4):
        for caller in (ANN, BOB, FAR):
            moment = NOW - timedelta(days=number % 2, minutes=number)
            head = audited.logs.head(caller.user_id, day_of(moment))
            operation = f"op_{caller.user_id}_{number}"
            trail.record(entry(moment, caller=caller, operation_id=operation), head)
    return audited


def page(filled: Audited, caller: Caller, **query: Any) -> AuditPage:
    return find(filled.logs, caller, AuditQuery(**query), filled.around.clock)


def users(found: AuditPage) -> set[str]:
    return {item["userId"] for item in found.entries}


def refused(code: ErrorCode, *arguments: Any, **query: Any) -> None:
    with pytest.raises(WppError) as caught:
        page(*arguments, **query)
    assert caught.value.code is code


OTHERS = [
    {"user_id": BOB.user_id},
    {"account": ACCOUNT},
    {"operation_id": f"op_{BOB.user_id}_0"},
    {"agency": "northwind"},
]


def test_everybody_sees_their_own(filled: Audited) -> None:
    for caller in (ANN, BOB, FAR, replace(MANAGER, user_id=ANN.user_id)):
        for query in ({}, {"user_id": caller.user_id}):
            found = page(filled, caller, **query)
            assert users(found) == {caller.user_id}
            assert len(found.entries) == 4


@pytest.mark.parametrize("query", [*OTHERS, {"user_id": ANN.user_id.upper()}])
def test_a_practitioner_sees_nothing_else(audited: Audited, query: dict[str, str]) -> None:
    refused(ErrorCode.FORBIDDEN, audited, ANN, **query)


def test_own_user_id_does_not_open_another_index(filled: Audited) -> None:
    for query in OTHERS[1:]:
        assert users(page(filled, ANN, **{"user_id": ANN.user_id, **query})) <= {ANN.user_id}


def test_a_manager_sees_what_the_agency_did(filled: Audited) -> None:
    agency = {ANN.user_id, BOB.user_id}
    assert users(page(filled, MANAGER, agency="northwind")) == agency
    assert users(page(filled, MANAGER, account=ACCOUNT)) == agency
    assert users(page(filled, MANAGER, user_id=BOB.user_id)) == {BOB.user_id}
    assert page(filled, MANAGER, user_id=FAR.user_id).entries == ()
    assert page(filled, MANAGER, operation_id=f"op_{FAR.user_id}_0").entries == ()
    refused(ErrorCode.FORBIDDEN, filled, MANAGER, agency="tailspin")


@pytest.mark.parametrize("caller", [ADMIN, AUDITOR])
def test_admins_and_auditors_see_all(filled: Audited, caller: Caller) -> None:
    assert users(page(filled, caller, account=ACCOUNT)) == {c.user_id for c in (ANN, BOB, FAR)}
    assert users(page(filled, caller, agency="tailspin")) == {FAR.user_id}
    assert users(page(filled, caller, user_id=BOB.user_id)) == {BOB.user_id}
    assert len(page(filled, caller, operation_id=f"op_{BOB.user_id}_0").entries) == 1
    assert page(filled, caller).entries == ()


def test_latest_first_without_what_is_not_to_be_shown(filled: Audited) -> None:
    found = page(filled, ADMIN, account=ACCOUNT)
    times = [item["timestamp"] for item in found.entries]
    assert times == sorted(times, reverse=True)
    assert not {name for item in found.entries for name in item} & {
        "mac",
        "keyId",
        "expirationTime",
    }


@pytest.mark.parametrize("query", [{"user_id": ANN.user_id}, {"account": ACCOUNT}])
def test_days_are_both_included(filled: Audited, query: dict[str, str]) -> None:
    today, yesterday = day_of(NOW), day_of(NOW - timedelta(days=1))
    days = [
        {item["day"] for item in page(filled, ADMIN, since=since, until=until, **query).entries}
        for since, until in [(today, today), (yesterday, yesterday), (yesterday, today)]
    ]
    assert days == [{today}, {yesterday}, {today, yesterday}]
    assert page(filled, ADMIN, since="2026-01-01", until="2026-01-31", **query).entries == ()


def test_without_dates_it_is_the_last_seven_days(filled: Audited) -> None:
    filled.around.clock.tick(5 * 86_400)
    assert {item["day"] for item in page(filled, ANN).entries} == {
        day_of(NOW),
        day_of(NOW - timedelta(days=1)),
    }
    filled.around.clock.tick(86_400)
    assert {item["day"] for item in page(filled, ANN).entries} == {day_of(NOW)}


@pytest.mark.parametrize("query", [{"user_id": ANN.user_id}, {"account": ACCOUNT}])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_together_are_everything_once(
    filled: Audited, query: dict[str, str], limit: int
) -> None:
    whole = page(filled, ADMIN, limit=200, **query)
    assert whole.next_token is None
    entries: list[Any] = []
    token = None
    for _ in range(20):
        found = page(filled, ADMIN, limit=limit, token=token, **query)
        assert len(found.entries) <= limit
        entries.extend(found.entries)
        token = found.next_token
        if token is None:
            break
    assert entries == list(whole.entries)


BOUND = {"user_id": None, "account": ACCOUNT, "operation_id": None, "agency": None}
PERIOD = {"since": day_of(NOW - timedelta(days=1)), "until": day_of(NOW)}


@pytest.mark.parametrize(
    "change",
    [
        {"account": "Google Ads:2222222222"},
        {"account": None, "agency": "northwind"},
        {"account": None, "user_id": ANN.user_id},
        {"operation_id": "op_1"},
        {"since": day_of(NOW)},
        {"until": day_of(NOW - timedelta(days=1))},
    ],
    ids=lambda change: "+".join(change),
)
def test_a_token_goes_on_with_its_own_query_only(
    filled: Audited, change: dict[str, str | None]
) -> None:
    query = BOUND | PERIOD
    token = page(filled, ADMIN, limit=1, **query).next_token
    assert page(filled, ADMIN, limit=1, token=token, **query).entries
    refused(ErrorCode.INVALID_REQUEST, filled, ADMIN, limit=1, token=token, **(query | change))


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "é", "????", encoded("[]"), encoded("null"), encoded("{}"), encoded("{")),
        encoded('{"query":[null,null,null,null,null],"start":7}'),
        encoded('{"query":[null,null,null,null,null],"start":{"userId":7}}'),
        encoded('{"query":[null,null,null,null,null],"start":1e99999999999999999999}'),
    ],
)
def test_a_token_that_is_none_is_refused(audited: Audited, token: str) -> None:
    refused(ErrorCode.INVALID_REQUEST, audited, ANN, token=token)


def test_a_page_may_be_empty_and_go_on(filled: Audited) -> None:
    # Entries of another agency stand between; they are left out of the page, not of the walk.
    seen: list[Any] = []
    token = None
    for _ in range(20):
        found = page(filled, MANAGER, account=ACCOUNT, limit=1, token=token)
        seen.extend(found.entries)
        token = found.next_token
        if token is None:
            break
    assert len(seen) == 8
