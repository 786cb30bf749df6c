"""Grants, people and policies: what is written reads back, what is damaged grants nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.support.people import ANN, account, grant, record
from tests.unit.support.surroundings import NOW
from wpp_mcp.models.caller import Role
from wpp_mcp.models.time import iso
from wpp_mcp.storage.approved_accounts import ApprovedAccounts, GrantRecord, grant_of
from wpp_mcp.storage.directory import Directory, user_of
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, Key, StorageError, Write
from wpp_mcp.storage.policies import Policies, Policy
from wpp_mcp.storage.tables import TABLES, Table

POLICY = Policies.keys()[0]


def stored(dynamo: Dynamo, *grants: GrantRecord) -> ApprovedAccounts:
    for one in grants:
        dynamo.transact([Write(ApprovedAccounts.key(one.user_id, one.account), item=one.item())])
    return ApprovedAccounts(dynamo)


@pytest.mark.parametrize(
    "one",
    [
        grant("1111111111"),
        grant("1111111111", login_customer_id=None),
        grant("1111111111", status="REVOKED", last_used_at=NOW),
    ],
)
def test_a_grant_reads_back(dynamo: Dynamo, one: GrantRecord) -> None:
    assert list(stored(dynamo, one).of_user(ANN.user_id)) == [one]


def test_all_grants_of_one_person_whatever_their_state(dynamo: Dynamo) -> None:
    mine = [grant(str(number)) for number in range(1_000_000_000, 1_000_000_030)]
    mine[3] = replace(mine[3], status="REVOKED")
    mine[4] = replace(mine[4], expires_at=NOW - timedelta(days=1))
    approved = stored(dynamo, *mine, replace(mine[0], user_id="bob@agency.example"))
    earlier = Key(Table.APPROVED_ACCOUNTS, ANN.user_id, f"{mine[0].account.key}#1")
    dynamo.transact([Write(earlier, item=mine[0].item())])
    assert list(approved.of_user(ANN.user_id)) == mine


def test_pages_of_grants_are_walked() -> None:
    class Pages:
        def query(self, *_: Any, start: Any) -> Any:
            item = grant(str(start["n"] if start else 1) * 10)
            row = {"userId": ANN.user_id, "accountKey": item.account.key, **item.item()}
            following = (start["n"] if start else 1) + 1
            return [row], ({"n": following} if following < 4 else None)

    found = ApprovedAccounts(Pages()).of_user(ANN.user_id)  # type: ignore[arg-type]
    assert [one.account for one in found] == [account(1), account(2), account(3)]


def item_of(one: GrantRecord) -> dict[str, Any]:
    return {"userId": one.user_id, "accountKey": one.account.key, **one.item()}


@pytest.mark.parametrize(
    "name",
    ["userId", "api", "accountId", "accountName", "agency", "approvedBy", "expiresAt", "status"],
)
def test_a_grant_with_a_part_missing_is_damaged(name: str) -> None:
    item = item_of(grant("1111111111"))
    del item[name]
    with pytest.raises(StorageError, match="damaged"):
        grant_of(item)


@pytest.mark.parametrize("change", [{"api": "Other"}, {"expiresAt": "soon"}, {"approvedAt": ""}])
def test_a_grant_with_an_odd_part_is_damaged(change: dict[str, str]) -> None:
    with pytest.raises(StorageError, match="damaged"):
        grant_of(item_of(grant("1111111111")) | change)


def test_a_use_is_noted(dynamo: Dynamo) -> None:
    approved = stored(dynamo, grant("1111111111"))
    dynamo.transact([ApprovedAccounts.used(ANN.user_id, account(1), NOW)])
    assert [one.last_used_at for one in approved.of_user(ANN.user_id)] == [NOW]


@pytest.mark.parametrize(
    "one",
    [
        grant("1111111111", status="REVOKED"),
        grant("1111111111", expires_at=NOW),
        grant("1111111111", expires_at=NOW - timedelta(milliseconds=1)),
        grant("2222222222"),
    ],
)
def test_b8_a_use_holds_only_while_the_grant_does(dynamo: Dynamo, one: GrantRecord) -> None:
    approved = stored(dynamo, one)
    with pytest.raises(ConditionFailedError):
        dynamo.transact([ApprovedAccounts.used(ANN.user_id, account(1), NOW)])
    assert [found.last_used_at for found in approved.of_user(ANN.user_id)] == [None]


def test_an_expiry_bucket_is_day_and_shard() -> None:
    bucket = grant("1111111111").item()["expiryBucket"]
    day, shard = bucket.split("#")
    assert iso(NOW + timedelta(days=1)).startswith(day)
    assert 0 <= int(shard) < 8


def put_user(dynamo: Dynamo, key: Key, **changes: Any) -> None:
    dynamo.transact([Write(key, item=record(**changes).item())])


def test_a_person_is_found_by_employee_id(dynamo: Dynamo) -> None:
    key = Directory.user_key(ANN.user_id)
    put_user(dynamo, key)
    assert Directory(dynamo).user_id_of(ANN.employee_id) == ANN.user_id
    assert user_of(dynamo.batch_get([key])[key]) == record()
    assert Directory(dynamo).user_id_of("WPP-0") is None


def test_an_employee_id_that_is_not_unique_is_nobody(dynamo: Dynamo) -> None:
    for user in ("ann@agency.example", "other@agency.example"):
        put_user(dynamo, Directory.user_key(user), user_id=user)
    assert Directory(dynamo).user_id_of(ANN.employee_id) is None


def test_a_record_without_a_user_is_nobody(dynamo: Dynamo) -> None:
    dynamo.transact([Write(Key(Table.DIRECTORY, "X"), item={"employeeId": ANN.employee_id})])
    assert Directory(dynamo).user_id_of(ANN.employee_id) is None


@pytest.mark.parametrize("name", ["userId", "employeeId", "name", "role", "agency", "status"])
def test_a_person_with_a_part_missing_is_damaged(name: str) -> None:
    item = record(role=Role.ADMIN).item()
    del item[name]
    with pytest.raises(StorageError, match="damaged"):
        user_of(item)


@pytest.mark.parametrize("status", ["active", "DISABLED", "", None, True])
def test_only_active_is_active(status: Any) -> None:
    assert user_of(record().item() | {"status": status}).active is False


def test_without_a_stored_policy_the_defaults_hold() -> None:
    assert Policies.of({}) == Policy("0", 120, 10, 300, require_sealed_accounts=False)


def test_a_stored_policy_counts(dynamo: Dynamo) -> None:
    values = {"policyVersion": 7, "callsPerMinute": 30, "requireSealedAccounts": True}
    dynamo.transact([Write(POLICY, item=values)])
    found = Policies.of(dynamo.batch_get(Policies.keys()))
    assert found == Policy("7", 30, 10, 300, require_sealed_accounts=True)


@pytest.mark.parametrize(
    "change",
    [
        {"policyVersion": ""},
        {"callsPerMinute": 0},
        {"callsPerMinute": -1},
        {"callsPerMinute": "30"},
        {"callsPerMinute": None},
        {"callsPerMinute": True},
        {"callsPerSecond": 1.5},
        {"accountCallsPerMinute": []},
        {"requireSealedAccounts": "false"},
        {"requireSealedAccounts": None},
    ],
    ids=str,
)
def test_a_damaged_policy_lets_nobody_through(change: dict[str, Any]) -> None:
    with pytest.raises(StorageError, match="damaged"):
        Policies.of({POLICY: {"policyVersion": "1"} | change})


def test_a_policy_without_a_version_is_damaged() -> None:
    with pytest.raises(StorageError, match="damaged"):
        Policies.of({POLICY: {"callsPerMinute": 5}})


def test_every_key_attribute_of_a_table_is_defined_once() -> None:
    for spec in TABLES:
        definition = spec.definition("p-")
        attributes = [a["AttributeName"] for a in definition["AttributeDefinitions"]]
        indexes = definition.get("GlobalSecondaryIndexes", [])
        schemas = [definition["KeySchema"], *(index["KeySchema"] for index in indexes)]
        used = {key["AttributeName"] for schema in schemas for key in schema}
        assert set(attributes) == used
        assert len(attributes) == len(used)
        assert definition["TableName"] == f"p-{spec.table.value}"
