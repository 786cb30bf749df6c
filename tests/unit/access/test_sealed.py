import base64
import hmac
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.surroundings import NOW
from wpp_mcp.access.sealed import (
    MAX_INFLATED,
    VERSION,
    SealedAccounts,
    SealingKeys,
    open_sealed,
    seal,
)
from wpp_mcp.errors import SPECS, ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.time import iso

SECRET, OLD_SECRET = "shared secret of a test", "the one before"
USER = "ann@agency.example"
NONCE = bytes(range(12))
KEYS = SealingKeys.derive(SECRET)
ids = st.from_regex(r"[1-9][0-9]{9}", fullmatch=True)


def document(*accounts: str, **changes: Any) -> dict[str, Any]:
    issued = int(NOW.timestamp())
    listed = [{"api": "Google Ads", "accountId": account} for account in accounts]
    good = {"userId": USER, "accounts": listed, "iat": issued, "exp": issued + 300, "jti": "j1"}
    return {name: value for name, value in (good | changes).items() if value is not None}


def opened(sealed: Any, user_id: str = USER, now: datetime = NOW) -> SealedAccounts:
    return open_sealed([SECRET, OLD_SECRET], sealed, user_id=user_id, now=now)


def refused(sealed: Any, why: str, **context: Any) -> None:
    with pytest.raises(WppError) as caught:
        opened(sealed, **context)
    assert caught.value.code is ErrorCode.APPROVED_ACCOUNTS_INVALID
    assert caught.value.message == SPECS[ErrorCode.APPROVED_ACCOUNTS_INVALID].message
    assert why in caught.value.reason


def sealed_bytes(plain: bytes, keys: SealingKeys = KEYS, head: bytes = b"") -> dict[str, str]:
    """Seal bytes that need not be a document, as `seal` seals one."""
    head = head or VERSION + keys.key_id
    raw = head + NONCE + AESGCM(keys.encryption).encrypt(NONCE, plain, head)
    data = base64.urlsafe_b64encode(raw).rstrip(b"=")
    mac = hmac.digest(keys.mac, data, sha256)
    signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
    return {"data": data.decode(), "signature": signature}


@given(st.frozensets(ids, max_size=30), st.binary(min_size=12, max_size=12))
def test_what_was_sealed_opens(accounts: frozenset[str], nonce: bytes) -> None:
    found = opened(seal(KEYS, document(*accounts), nonce))
    assert found.user_id == USER
    assert found.accounts == {AccountRef(Api.GOOGLE_ADS, account) for account in accounts}


def test_five_hundred_accounts_fit() -> None:
    accounts = [str(number) for number in range(1_000_000_000, 1_000_000_500)]
    assert len(opened(seal(KEYS, document(*accounts), NONCE)).accounts) == 500


@given(st.data())
def test_any_changed_bit_is_refused(data: st.DataObject) -> None:
    sealed = seal(KEYS, document("1234567890"), NONCE)
    member = data.draw(st.sampled_from(["data", "signature"]))
    raw = bytearray(sealed[member].encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    refused(sealed | {member: raw.decode("latin-1")}, "sealed list")


@given(st.data())
def test_any_cut_or_growth_is_refused(data: st.DataObject) -> None:
    sealed = seal(KEYS, document("1234567890"), NONCE)
    member = data.draw(st.sampled_from(["data", "signature"]))
    length = data.draw(st.integers(0, len(sealed[member]) - 1))
    refused(sealed | {member: sealed[member][:length]}, "sealed list")
    refused(sealed | {member: sealed[member] + "A"}, "sealed list")


@given(st.text(max_size=40).filter(lambda user: user != USER))
def test_another_user_is_refused(user: str) -> None:
    sealed = seal(KEYS, document("1234567890"), NONCE)
    refused(sealed, "user", user_id=user)


@given(st.floats(-10_000, 10_000))
def test_it_opens_only_in_its_time(seconds: float) -> None:
    sealed = seal(KEYS, document("1234567890"), NONCE)
    moment = NOW.replace(microsecond=0) + timedelta(seconds=seconds)
    if timedelta(seconds=-60) <= moment - NOW.replace(microsecond=0) < timedelta(seconds=360):
        assert opened(sealed, now=moment).user_id == USER
    else:
        refused(sealed, "time", now=moment)


@given(st.text(min_size=1, max_size=40).filter(lambda s: s not in (SECRET, OLD_SECRET)))
def test_another_key_is_refused(secret: str) -> None:
    other = SealingKeys.derive(secret)
    refused(seal(other, document("1234567890"), NONCE), "unknown key")
    claims_ours = SealingKeys(KEYS.key_id, other.encryption, other.mac)
    refused(seal(claims_ours, document("1234567890"), NONCE), "signature")
    signed_by_us = SealingKeys(KEYS.key_id, other.encryption, KEYS.mac)
    refused(seal(signed_by_us, document("1234567890"), NONCE), "ciphertext")


def test_the_previous_key_opens_until_it_is_gone() -> None:
    sealed = seal(SealingKeys.derive(OLD_SECRET), document("1234567890"), NONCE)
    assert len(opened(sealed).accounts) == 1
    with pytest.raises(WppError, match="not valid"):
        open_sealed([SECRET], sealed, user_id=USER, now=NOW)


def test_keys_differ_and_their_text_holds_none() -> None:
    assert len({KEYS.encryption, KEYS.mac, SealingKeys.derive(OLD_SECRET).encryption}) == 3
    assert (len(KEYS.key_id), len(KEYS.encryption), len(KEYS.mac)) == (8, 32, 32)
    assert KEYS.encryption.hex() not in repr(KEYS)
    assert repr(KEYS.mac) not in repr(KEYS)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"exp": int(NOW.timestamp()) + 301}, "lifetime"),
        ({"exp": int(NOW.timestamp())}, "lifetime"),
        ({"exp": int(NOW.timestamp()) - 1}, "lifetime"),
        ({"exp": None}, "iat, exp or jti"),
        ({"iat": None}, "iat, exp or jti"),
        ({"iat": True}, "iat, exp or jti"),
        ({"exp": str(int(NOW.timestamp()) + 60)}, "iat, exp or jti"),
        ({"jti": None}, "iat, exp or jti"),
        ({"jti": ""}, "iat, exp or jti"),
        ({"userId": None}, "user"),
        ({"userId": USER.upper()}, "user"),
        ({"userId": [USER]}, "user"),
        ({"accounts": None}, "accounts"),
        ({"accounts": {"api": "Google Ads"}}, "accounts"),
        ({"accounts": ["1234567890"]}, "account"),
        ({"accounts": [{"api": "Google Ads"}]}, "account"),
        ({"accounts": [{"api": ["Google Ads"], "accountId": "1234567890"}]}, "account"),
    ],
)
def test_a_document_that_is_not_ours_is_refused(changes: Mapping[str, Any], why: str) -> None:
    refused(seal(KEYS, document("1234567890", **changes), NONCE), why)


@pytest.mark.parametrize("expiry", ["soon", "2026-12-01", 1_900_000_000, ["x"]])
def test_an_account_with_an_odd_expiry_is_refused(expiry: Any) -> None:
    account = {"api": "Google Ads", "accountId": "1234567890", "expiresAt": expiry}
    refused(seal(KEYS, document(accounts=[account]), NONCE), "account")


def test_only_known_and_live_accounts_are_left() -> None:
    accounts = [
        {"api": "GoogleAds", "accountId": "111-111-1111"},
        {"api": "Google Ads", "accountId": "2222222222", "expiresAt": iso(NOW)},
        {
            "api": "Google Ads",
            "accountId": "3333333333",
            "expiresAt": iso(NOW + timedelta(milliseconds=1)),
        },
        {"api": "Business Profile", "accountId": "locations/444444"},
    ]
    found = opened(seal(KEYS, document(accounts=accounts), NONCE)).accounts
    assert sorted(account.account_id for account in found) == ["1111111111", "3333333333"]


@pytest.mark.parametrize(
    "sealed",
    [
        None,
        "text",
        [],
        {},
        {"data": "AA"},
        {"data": "AA", "signature": 1},
        {"data": None, "signature": "AA"},
        {"data": "AA", "signature": "AA", "more": 1},
        {"data": "A" * (512 * 1024 + 1), "signature": "AA"},
    ],
)
def test_members_are_checked(sealed: Any) -> None:
    refused(sealed, "members")


@pytest.mark.parametrize("data", ["", "A", "AQ", "é", "A" * 48, "AQ==\n", "++//"])
def test_data_that_is_no_list(data: str) -> None:
    refused({"data": data, "signature": "AA"}, "sealed list")


@pytest.mark.parametrize("head", [b"\x00" + KEYS.key_id, b"\x02" + KEYS.key_id])
def test_other_versions_are_refused(head: bytes) -> None:
    refused(sealed_bytes(zlib.compress(b"{}"), head=head), "version")


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        (b"not deflated", "compression"),
        (zlib.compress(b" " * (MAX_INFLATED + 1)), "size"),
        (zlib.compress(b"0" * 50_000_000), "size"),
        (zlib.compress(b"{}")[:-5], "size"),
        (zlib.compress(b"{}") + b"more", "size"),
        (zlib.compress(b'{"a":1,"a":2}'), "JSON"),
        (zlib.compress(b"\xff"), "JSON"),
        (zlib.compress(b"[]"), "document"),
        (zlib.compress(b"null"), "document"),
    ],
)
def test_plain_text_that_is_no_document(plain: bytes, why: str) -> None:
    refused(sealed_bytes(plain), why)
