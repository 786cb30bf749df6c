from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wpp_mcp.access import context
from wpp_mcp.access.context import Absence
from wpp_mcp.models.caller import ClientKind, Principal, Role, Scope

principals = st.builds(
    Principal,
    employee_id=st.from_regex(r"WPP-[A-Za-z0-9-]{1,32}", fullmatch=True),
    client_id=st.from_regex(r"[a-z0-9]{1,26}", fullmatch=True),
    client_kind=st.sampled_from(ClientKind),
    scopes=st.frozensets(st.sampled_from(Scope)),
    role=st.sampled_from(Role),
    agency=st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True),
    oma_key=st.booleans(),
)


def event(found: Any) -> dict[str, Any]:
    return {"requestContext": {"authorizer": {"lambda": found}}}


@given(principals)
def test_a_principal_reads_back_equal(principal: Principal) -> None:
    written = context.of_principal(principal)
    assert all(isinstance(value, str) for value in written.values())
    assert context.principal_in(event(written)) == principal


@given(principals, st.data())
def test_a_missing_member_reads_as_nobody(principal: Principal, data: st.DataObject) -> None:
    written = context.of_principal(principal)
    del written[data.draw(st.sampled_from(sorted(written.keys() - {"omaKey"})))]
    assert context.principal_in(event(written)) is None


@given(principals, st.sampled_from(["clientKind", "scopes", "role", "caller", "v"]))
def test_an_odd_member_reads_as_nobody(principal: Principal, name: str) -> None:
    written = context.of_principal(principal) | {name: "something else"}
    assert context.principal_in(event(written)) is None


@given(principals, st.sampled_from(["", "VALID", "true", "1", "present"]))
def test_only_a_valid_key_is_a_key(principal: Principal, word: str) -> None:
    written = context.of_principal(principal) | {"omaKey": word}
    read = context.principal_in(event(written))
    assert read is not None
    assert not read.oma_key


@pytest.mark.parametrize("absence", list(Absence))
def test_an_absence_is_nobody_and_says_why(absence: Absence) -> None:
    written = context.of_absence(absence, "expired")
    assert context.principal_in(event(written)) is None
    assert context.absence_in(event(written)) == f"{absence.value}: expired"
    assert context.absence_in(event(context.of_absence(absence))) == absence.value


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {"lambda": None}}},
        event("user"),
        event([]),
        event({"v": "1", "caller": "user", "scopes": 7}),
        {"requestContext": {"authorizer": {"jwt": {"claims": {"caller": "user"}}}}},
        {"requestContext": None},
        {"requestContext": {"authorizer": "user"}},
    ],
)
def test_an_event_without_our_context_is_nobody(odd: dict[str, Any]) -> None:
    assert context.principal_in(odd) is None
    assert context.absence_in(odd) == "no authorizer"
