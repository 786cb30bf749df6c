"""What policies add up to for a write, and how they are written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.budgets import ACCOUNT
from tests.unit.support.policies import SCOPES
from tests.unit.support.surroundings import NOW
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.policies import ENVIRONMENT, policy_document, written
from wpp_mcp.models.write_rules import Enforcement, Limits, ScopeKind, WriteRules
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policies, Policy, key_of, stored_policy

D = Decimal
ADMIN = "root@agency.example"
KEYS = Policies.write_keys(
    agency="northwind", account=ACCOUNT, tool="update_budget", user_id="ann@agency.example"
)


def stored(documents: Mapping[str, Mapping[str, Any]]) -> dict[Key, Item]:
    return {
        key_of(SCOPES[ScopeKind(kind)]): {"policyVersion": n, **values}
        for n, (kind, values) in enumerate(documents.items(), 1)
    }


def rules(**documents: Mapping[str, Any]) -> WriteRules:
    return Policies.rules(stored(documents))


def test_every_call_reads_one_key_and_a_write_one_for_each_scope() -> None:
    assert Policies.keys() == (key_of(ENVIRONMENT),)
    assert [key.partition for key in KEYS] == [
        "ENVIRONMENT",
        "AGENCY#northwind",
        "TOOL#update_budget",
        "ACCOUNT#Google Ads:1234567890",
        "USER#ann@agency.example",
    ]
    assert {key.sort for key in KEYS} == {"CURRENT"}
    ours = Policies.write_keys(agency="a", account=None, tool="put_policy", user_id="u")
    assert len(ours) == 4


def test_without_policies_the_defaults_hold() -> None:
    found = Policies.rules({})
    assert found == WriteRules(version="0")
    assert found.limits == Limits(
        percent=D(500),
        daily_budget=D(10_000),
        daily_rise=D(25_000),
        items=50,
        high_daily_budget=D(500),
    )
    found.require_writes()


def test_the_narrowest_word_counts() -> None:
    order = ["ENVIRONMENT", "AGENCY", "TOOL", "ACCOUNT"]
    for last in range(len(order)):
        said = {
            kind: {"limits": {"percent": 100 + n}, "enforcement": "ENFORCED"}
            for n, kind in enumerate(order[: last + 1])
        }
        said[order[last]]["enforcement"] = "LOG_ONLY"
        for documents in (said, dict(reversed(said.items()))):
            found = rules(**documents)
            assert found.limits.percent == 100 + last
            assert found.enforcement is Enforcement.LOG_ONLY


def test_what_a_narrower_policy_leaves_out_is_as_the_wider_has_it() -> None:
    found = rules(
        ENVIRONMENT={"limits": {"percent": 300, "items": 20}, "enforcement": "LOG_ONLY"},
        ACCOUNT={"limits": {"dailyBudget": 900.5}},
    )
    assert (found.limits.percent, found.limits.items) == (300, 20)
    assert found.limits.daily_budget == D("900.5")
    assert found.enforcement is Enforcement.LOG_ONLY


@pytest.mark.parametrize("kind", list(ScopeKind))
def test_each_kill_switch_stops_writes_and_says_its_scope(kind: ScopeKind) -> None:
    found = rules(**{kind.value: {"writesDisabled": {"reason": "Incident"}}})
    with pytest.raises(WppError) as caught:
        found.require_writes()
    assert caught.value.code is ErrorCode.WRITES_DISABLED
    assert caught.value.status == 423
    assert caught.value.details == {"scope": str(SCOPES[kind]), "reason": "Incident"}


def test_kill_switches_add_up_and_no_narrower_policy_lifts_one() -> None:
    found = rules(
        ACCOUNT={"enforcement": "LOG_ONLY"},
        USER={"writesDisabled": {"reason": "Leaves"}},
        AGENCY={"writesDisabled": {"reason": "Audit"}},
    )
    assert [stop.scope for stop in found.stops] == ["AGENCY#northwind", "USER#ann@agency.example"]


def test_the_version_names_every_policy_that_took_part() -> None:
    assert rules(USER={}, ENVIRONMENT={}, ACCOUNT={}).version == "environment:2 account:3 user:1"


@given(st.permutations(list(ScopeKind)))
def test_the_order_of_reading_makes_no_difference(order: list[ScopeKind]) -> None:
    found = stored({kind: {"limits": {"items": n}} for n, kind in enumerate(ScopeKind, 1)
                    if kind is not ScopeKind.USER} | {"USER": {}})  # fmt: skip
    read = {key_of(SCOPES[kind]): found[key_of(SCOPES[kind])] for kind in order}
    assert Policies.rules(read) == Policies.rules(found)


def test_other_items_of_the_same_read_are_left_alone() -> None:
    from wpp_mcp.storage.tables import Table

    others = {
        Key(Table.DIRECTORY, "USER#ann@agency.example"): {"name": "Ann"},
        key_of(ENVIRONMENT, "0000000001"): {"policyVersion": 1, "enforcement": "LOG_ONLY"},
    }
    assert Policies.rules(others) == WriteRules()


@pytest.mark.parametrize(
    "damage",
    [
        {"policyVersion": None},
        {"policyVersion": 0},
        {"policyVersion": True},
        {"policyVersion": ""},
        {"limits": {"percent": "much"}},
        {"limits": {"percent": 0}},
        {"limits": []},
        {"limits": {"unknown": 1}},
        {"enforcement": "OFF"},
        {"enforcement": None},
        {"writesDisabled": None},
        {"writesDisabled": False},
        {"writesDisabled": {}},
        {"unknown": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["ENVIRONMENT", "ACCOUNT", "USER"])
def test_a_damaged_policy_stops_every_write(kind: str, damage: dict[str, Any]) -> None:
    with pytest.raises(StorageError, match="damaged"):
        rules(**{kind: damage})


def test_form_elicitation_clients_and_previews_are_the_environment_s() -> None:
    item = {"policyVersion": 1, "previewsPerMinute": 5, "formElicitationClients": ["a", "b"]}
    found = Policies.of({key_of(ENVIRONMENT): item})
    assert found.previews_per_minute == 5
    assert found.form_elicitation_clients == {"a", "b"}
    assert Policy().previews_per_minute == 20
    assert Policy().form_elicitation_clients == frozenset()
    for damage in ("a", [1], [""], None):
        with pytest.raises(StorageError, match="damaged"):
            Policies.of({key_of(ENVIRONMENT): item | {"formElicitationClients": damage}})


# Writing


def put(dynamo: Dynamo, values: Any, replacing: int | str, kind: str = "ACCOUNT") -> None:
    scope = SCOPES[ScopeKind(kind)]
    document = policy_document(scope, values)
    dynamo.transact(Policies.put(scope, document, replacing=replacing, changed_by=ADMIN, now=NOW))


def test_a_policy_is_written_read_back_and_kept(dynamo: Dynamo) -> None:
    scope = SCOPES[ScopeKind.ACCOUNT]
    first = {"limits": {"percent": D("250.5"), "items": 5}, "enforcement": "LOG_ONLY"}
    put(dynamo, first, 0)
    put(dynamo, {"writesDisabled": {"reason": "Incident"}}, 1)
    keys = [key_of(scope), key_of(scope, "0000000001"), key_of(scope, "0000000002")]
    found = dynamo.batch_get(keys)
    assert [found[key]["policyVersion"] for key in keys] == [2, 1, 2]
    assert found[keys[0]]["changedBy"] == ADMIN
    current = stored_policy(keys[0], found[keys[0]])
    assert (current.scope, current.version) == (scope, 2)
    assert current.document == policy_document(scope, {"writesDisabled": {"reason": "Incident"}})
    assert stored_policy(keys[1], found[keys[1]]).document == policy_document(scope, first)
    assert Policies.rules(dynamo.batch_get(KEYS)).version == "account:2"


def test_the_environment_s_policy_serves_every_call(dynamo: Dynamo) -> None:
    put(dynamo, {"callsPerMinute": 30, "formElicitationClients": ["c"]}, 0, "ENVIRONMENT")
    found = Policies.of(dynamo.batch_get(Policies.keys()))
    assert (found.version, found.calls_per_minute) == ("1", 30)
    assert found.form_elicitation_clients == {"c"}
    assert Policies.rules(dynamo.batch_get(KEYS)).version == "environment:1"


@pytest.mark.parametrize("replacing", [0, 1, 3])
def test_a_policy_replaces_only_the_one_that_was_read(dynamo: Dynamo, replacing: int) -> None:
    put(dynamo, {}, 0)
    put(dynamo, {"limits": {"items": 7}}, 1)
    with pytest.raises(ConditionFailedError):
        put(dynamo, {"limits": {"items": 50}}, replacing)
    assert Policies.rules(dynamo.batch_get(KEYS)).limits.items == 7


def test_a_version_is_never_written_twice(dynamo: Dynamo) -> None:
    put(dynamo, {}, 0)
    dynamo.write(Write(key_of(SCOPES[ScopeKind.ACCOUNT])))
    with pytest.raises(ConditionFailedError):
        put(dynamo, {}, 0)


def test_what_was_put_there_by_hand_can_be_replaced(dynamo: Dynamo) -> None:
    key = key_of(SCOPES[ScopeKind.ACCOUNT])
    dynamo.write(Write(key, item={"policyVersion": "7"}))
    put(dynamo, {}, stored_policy(key, dynamo.batch_get([key])[key]).version)
    assert dynamo.batch_get([key])[key]["policyVersion"] == 8


def test_no_policy_is_version_0() -> None:
    found = stored_policy(key_of(ENVIRONMENT), None)
    assert (found.version, written(found.document)) == (0, {})
