"""B13: a sealed list narrows what is granted; it never widens, and a bad one stops the call."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from sandbox.box import Options, Sandbox
from sandbox.clock import SandboxClock
from tests.security.sealing import (
    NAME,
    REFUSED,
    code_of,
    flipped,
    read,
    refused_as_tampering,
    sealed,
)
from tests.security.stored import POLICY, drop
from tests.support.api import EUR, FOREIGN, NOT_GRANTED, USD, Api
from tests.support.logs import CapturedLog, leaks
from wpp_mcp.models import strict_json
from wpp_mcp.models.time import iso

WAYS: Final = ("execute", "rpc", "modern")


@pytest.fixture(scope="module")
def box(captured: CapturedLog) -> Iterator[Sandbox]:
    """A sandbox whose functions read each secret anew, so that a rotation counts at once."""
    options = Options(log=captured, emit=captured.emit, environ={"WPP_SECRET_TTL_SECONDS": "0"})
    with Sandbox(options) as running:
        yield running
    assert leaks(captured.getvalue(), running) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_list_narrows_the_grants(api: Api, way: str) -> None:
    given = sealed(api.box, EUR)

    assert code_of(read(api, way, EUR, given)) == "SUCCESS"
    refused = read(api, way, USD, given)
    assert code_of(refused) == "ACCOUNT_NOT_AUTHORIZED"
    assert refused["error"]["approvedAccounts"] == [EUR]
    assert code_of(read(api, way, EUR, sealed(api.box))) == "ACCOUNT_NOT_AUTHORIZED"
    assert api.calls("google-ads") == {"google-ads:Search": 1}


def test_a_list_narrows_what_is_listed_too(api: Api) -> None:
    answer = api.execute("list_accessible_accounts", approvedAccounts=sealed(api.box, EUR, FOREIGN))

    assert [row["accountId"] for row in answer.json()["data"]["rows"]] == [EUR]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("account", [NOT_GRANTED, FOREIGN, "1000000001"])
def test_a_list_never_widens_the_grants(api: Api, way: str, account: str) -> None:
    body = read(api, way, account, sealed(api.box, USD, account))

    assert code_of(body) == "ACCOUNT_NOT_AUTHORIZED"
    assert api.calls("google-ads") == {}


def test_an_account_whose_own_time_in_the_list_is_over_is_not_in_it(api: Api) -> None:
    now = api.box.clock()
    listed = [
        {"api": "GoogleAds", "accountId": "100-000-0101", "expiresAt": iso(now)},
        {"api": "Google Ads", "accountId": EUR, "expiresAt": iso(now + timedelta(hours=1))},
        {"api": "Something later", "accountId": "x"},
    ]
    given = sealed(api.box, accounts=listed)

    assert code_of(read(api, "execute", USD, given)) == "ACCOUNT_NOT_AUTHORIZED"
    assert code_of(read(api, "execute", EUR, given)) == "SUCCESS"


@pytest.mark.parametrize("way", WAYS)
def test_the_list_of_another_user_is_refused(api: Api, way: str) -> None:
    refused_as_tampering(api, way, sealed(api.box, USD, userId="manager@north.example"))


@pytest.mark.parametrize(
    ("issued", "lives", "outcome"),
    [
        (-300, 300, "SUCCESS"),  # at its end, inside the skew of a minute
        (-359, 300, "SUCCESS"),
        (-360, 300, REFUSED),
        (-3600, 300, REFUSED),
        (60, 300, "SUCCESS"),
        (61, 300, REFUSED),
        (0, 301, REFUSED),
        (0, 86_400, REFUSED),
        (0, 0, REFUSED),
        (0, -10, REFUSED),
    ],
)
def test_a_list_lives_five_minutes_and_no_longer(
    api: Api, monkeypatch: pytest.MonkeyPatch, issued: int, lives: int, outcome: str
) -> None:
    moment = api.box.clock().replace(microsecond=0) + timedelta(seconds=90)
    monkeypatch.setattr(SandboxClock, "__call__", lambda _: moment)
    start = int(moment.timestamp()) + issued

    body = read(api, "execute", USD, sealed(api.box, USD, iat=start, exp=start + lives))

    assert code_of(body) == outcome


@pytest.mark.parametrize("way", WAYS)
def test_a_list_that_was_good_is_refused_when_it_is_replayed_later(api: Api, way: str) -> None:
    given = sealed(api.box, USD)
    assert code_of(read(api, way, USD, given)) == "SUCCESS"
    api.box.clock.advance(timedelta(minutes=6))
    api.box.calls.clear()

    refused_as_tampering(api, way, given)


@pytest.mark.parametrize(
    ("member", "byte"),
    [("data", n) for n in (0, 1, 8, 9, 20, 21, 40, -16, -1)]
    + [("signature", n) for n in (0, 15, 31)],
)
def test_one_flipped_bit_anywhere_stops_the_call(api: Api, member: str, byte: int) -> None:
    given = sealed(api.box, USD)
    given[member] = flipped(given[member], byte)

    refused_as_tampering(api, "execute", given)


def test_parts_of_two_good_lists_are_no_list(api: Api) -> None:
    one, other = sealed(api.box, USD), sealed(api.box, EUR)

    refused_as_tampering(api, "execute", {"data": one["data"], "signature": other["signature"]})


MALFORMED: Final[list[Mapping[str, Any]]] = [
    {},
    {"data": "AQ"},
    {"data": "", "signature": ""},
    {"data": 1, "signature": 2},
    {"data": "AQ", "signature": "AQ"},
    {"data": "***", "signature": "***"},
    {"data": "A" * 600_000, "signature": "AQ"},
]


@pytest.mark.parametrize("given", MALFORMED, ids=lambda given: str(given)[:40])
@pytest.mark.parametrize("way", ["execute", "modern"])
def test_what_is_no_sealed_list_stops_the_call(api: Api, given: Any, way: str) -> None:
    refused_as_tampering(api, way, given)


@pytest.mark.parametrize("given", ["x", [], True, 0, ["data", "signature"]], ids=repr)
def test_another_type_in_the_meta_member_stops_the_call(api: Api, given: Any) -> None:
    refused_as_tampering(api, "rpc", given)


def test_a_member_beside_the_two_stops_the_call(api: Api) -> None:
    refused_as_tampering(api, "modern", {**sealed(api.box, USD), "accounts": [NOT_GRANTED]})


@pytest.mark.parametrize(
    "changes",
    [
        *({name: None} for name in ("jti", "iat", "exp", "userId", "accounts")),
        {"iat": True},
        {"exp": "2030"},
        *({"accounts": a} for a in ({"api": "Google Ads"}, [USD], [{"api": "Google Ads"}])),
        {"accounts": [{"api": "Google Ads", "accountId": USD, "expiresAt": "soon"}]},
        {"jti": "x" * 300_000},
    ],
    ids=lambda changes: str(changes)[:40],
)
def test_a_document_that_is_not_as_agreed_stops_the_call(api: Api, changes: dict[str, Any]) -> None:
    refused_as_tampering(api, "execute", sealed(api.box, USD, **changes))


def test_every_reason_has_the_same_words(api: Api) -> None:
    bent = sealed(api.box, USD)
    bent["signature"] = flipped(bent["signature"], 0)
    reasons = [
        {},
        bent,
        sealed(api.box, USD, userId="manager@north.example"),
        sealed(api.box, USD, secret="a secret that nobody agreed on"),
        sealed(api.box, USD, iat=1, exp=2),
    ]
    errors = [refused_as_tampering(api, "execute", given) for given in reasons]

    assert all(error == errors[0] for error in errors)


def test_keys_rotate_with_one_previous_secret_and_an_unknown_one_is_refused(api: Api) -> None:
    old, fresh = api.box.secrets[NAME.value], "sandbox-secret-rotated-" + secrets.token_hex(8)
    before, after = sealed(api.box, USD, secret=old), sealed(api.box, USD, secret=fresh)
    try:
        assert code_of(read(api, "execute", USD, before)) == "SUCCESS"
        assert code_of(read(api, "execute", USD, after)) == REFUSED

        rotate(api.box, {"current": fresh, "previous": old})
        assert code_of(read(api, "execute", USD, before)) == "SUCCESS"
        assert code_of(read(api, "modern", USD, after)) == "SUCCESS"

        rotate(api.box, {"current": fresh})
        api.box.calls.clear()
        refused_as_tampering(api, "execute", before)
        assert code_of(read(api, "execute", USD, after)) == "SUCCESS"
    finally:
        rotate(api.box, {"current": old})


def rotate(box: Sandbox, value: Mapping[str, str]) -> None:
    prefix = box.environ()["WPP_SECRET_PREFIX"]
    box.aws.plain("secretsmanager").put_secret_value(
        SecretId=prefix + NAME.value, SecretString=strict_json.dumps(value)
    )


@pytest.fixture
def demanded(box: Sandbox) -> Iterator[None]:
    """The policy that OMA's calls carry a list."""
    box.seeder.put(POLICY, {"policyVersion": "7", "requireSealedAccounts": True})
    yield
    drop(box, POLICY)


@pytest.mark.usefixtures("demanded")
@pytest.mark.parametrize("way", WAYS)
def test_the_policy_can_demand_a_list_from_omas_client(api: Api, way: str) -> None:
    without = read(api, way, USD, None, role="practitioner")
    (entry,) = api.audit(limit="1")
    given = sealed(api.box, USD)

    assert code_of(without) == REFUSED
    assert (entry["operationId"], entry["result"]) == (without["operationId"], "blocked")
    assert entry["policyVersion"] == "7"
    assert api.calls("google-ads") == {}
    assert code_of(read(api, way, USD, given, role="practitioner")) == "SUCCESS"
    assert code_of(read(api, way, EUR, given, role="practitioner")) == "ACCOUNT_NOT_AUTHORIZED"


@pytest.mark.usefixtures("demanded")
@pytest.mark.parametrize("way", ["rpc", "modern"])
def test_the_policy_asks_nothing_of_other_clients(api: Api, way: str) -> None:
    assert code_of(read(api, way, USD, None, role="agent")) == "SUCCESS"
