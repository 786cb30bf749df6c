from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.people import ANN, account, grant
from tests.unit.support.surroundings import NOW
from wpp_mcp.access.grants import Grants, own_accounts
from wpp_mcp.access.sealed import SealedAccounts
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.storage.approved_accounts import GrantRecord

accounts = st.integers(1, 9).map(account)
records = st.builds(
    lambda ref, status, hours: replace(
        grant(ref.account_id), status=status, expires_at=NOW + timedelta(hours=hours)
    ),
    accounts,
    st.sampled_from(["ACTIVE", "REVOKED", "PENDING", "active"]),
    st.integers(-2, 2),
)


def grants(*found: GrantRecord, sealed: frozenset[AccountRef] | None = None) -> Grants:
    opened = None if sealed is None else SealedAccounts(ANN.user_id, sealed)
    return Grants({record.account: record for record in found}, opened, NOW)


@given(st.lists(records, max_size=8), st.none() | st.frozensets(accounts))
def test_a_sealed_list_only_narrows(
    found: list[GrantRecord], sealed: frozenset[AccountRef] | None
) -> None:
    without = {g.account for g in grants(*found).usable()}
    usable = [g.account for g in grants(*found, sealed=sealed).usable()]
    assert set(usable) == (without if sealed is None else without & sealed)
    assert usable == sorted(usable)


@given(records, accounts)
def test_only_a_grant_that_holds_lets_its_own_account_through(
    record: GrantRecord, wanted: AccountRef
) -> None:
    holds = record.status == "ACTIVE" and record.expires_at > NOW
    assert grants(record).allows(wanted) is (holds and record.account == wanted)


def test_a_grant_counts_before_its_expiry_and_not_at_it() -> None:
    record = grant("1111111111", expires_at=NOW)
    assert not record.holds(NOW)
    assert record.holds(NOW - timedelta(milliseconds=1))


def test_all_or_nothing() -> None:
    mine = grants(grant("1111111111"), grant("2222222222"))
    mine.require([account(1), account(2)])
    with pytest.raises(WppError) as caught:
        mine.require([account(1), account(3), account(2)])
    assert caught.value.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert caught.value.body()["requestedAccount"] == "3333333333"


def test_a_refusal_says_the_same_of_every_foreign_account() -> None:
    expired = grant("1111111111", expires_at=NOW - timedelta(seconds=1))
    messages = set()
    for ref in (account(1), account(2)):
        with pytest.raises(WppError) as caught:
            grants(expired).require([ref])
        messages.add(str(caught.value.body()).replace(ref.account_id, "X"))
    assert len(messages) == 1


def test_own_accounts_are_those_that_count() -> None:
    mine = grants(
        grant("3333333333"),
        grant("1111111111"),
        grant("2222222222", expires_at=NOW),
        replace(grant("4444444444"), status="REVOKED"),
    )
    assert own_accounts(mine, Api.GOOGLE_ADS) == ["1111111111", "3333333333"]
