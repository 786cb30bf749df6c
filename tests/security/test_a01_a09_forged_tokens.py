"""A1 to A9, A11, A14: a token that is not exactly the pool's for one of our people is nobody's."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.security.forging import REMOVED, Forge, by_nobody, by_secret, encoded, number
from tests.security.watched import BODY_401, RPC_401, WatchedSandbox, assert_stranger
from tests.support.api import USD, Api


def _said(value: object) -> str:
    return "removed" if value is REMOVED else repr(value)[:40]


def assert_refused(api: Api, box: WatchedSandbox, token: str) -> None:
    """Over execute-tool and over MCP, with a good API key beside it."""
    for send, name, body in (
        (api.execute, "list_budgets", BODY_401),
        (api.rpc, "tools/call", RPC_401),
    ):
        given: Any = {"customerId": USD}
        if send == api.rpc:
            given = {"name": "list_budgets", "arguments": given}
        mark = box.mark()
        answer = send(name, given, role="practitioner", headers={"Authorization": token})
        assert_stranger(api, box, answer, mark, body=body)


def test_the_pools_own_token_is_taken(attacker: Api, forge: Forge) -> None:
    """What the other tests change is all that is wrong with their tokens."""
    resource = f"{attacker.box.url}/mcp"
    for changes in ({}, {"aud": resource}, {"employeeId": "WPP-1001", "nbf": 0}):
        answer = attacker.execute(
            "list_budgets", {"customerId": USD}, headers=forge.bearer(changes)
        )
        assert answer.status_code == 200, answer.text


ALGORITHMS = ["none", "None", "NONE", "nOnE", "", "rs256", "RS256 ", "RS384", "PS256", "ES256"]


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("alg", [*ALGORITHMS, None, ["RS256"], 0, REMOVED], ids=_said)
def test_a1_no_algorithm_but_the_pools(
    attacker: Api, watched: WatchedSandbox, forge: Forge, alg: object, signed: bool
) -> None:
    header = forge.header({"alg": alg})
    token = forge.token(header=header, sign=forge.by_pool if signed else by_nobody)

    assert_refused(attacker, watched, f"Bearer {token}")


@pytest.mark.parametrize("form", ["PEM", "DER", "PKCS1", "modulus", "empty"])
def test_a2_hs256_with_the_public_key(
    attacker: Api, watched: WatchedSandbox, forge: Forge, form: str
) -> None:
    public = watched.issuer.private_key.public_key()
    secret = {
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "PKCS1": public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        "modulus": number(public.public_numbers().n).encode(),
        "empty": b"",
    }[form]
    token = forge.token(header=forge.header({"alg": "HS256"}), sign=by_secret(secret))

    assert_refused(attacker, watched, f"Bearer {token}")


KEY_IDS = [
    "unknown",
    "",
    "../../../../dev/null",
    "/etc/passwd",
    "' OR '1'='1",
    "x'; DROP TABLE directory; --",
    "https://keys.attacker.example/jwks.json",
    "k" * 129,
    "ключ",
    None,
    7,
    ["a"],
    {"a": 1},
    REMOVED,
]


@pytest.mark.parametrize("key_id", KEY_IDS, ids=_said)
def test_a3_key_ids(attacker: Api, watched: WatchedSandbox, forge: Forge, key_id: object) -> None:
    for sign in (forge.by_attacker, forge.by_pool):
        token = forge.token(header=forge.header({"kid": key_id}), sign=sign)
        assert_refused(attacker, watched, f"Bearer {token}")
    assert set(watched.fetched) <= {f"{watched.issuer.url}/.well-known/jwks.json"}


def test_a3_unknown_key_ids_do_not_make_us_ask_at_will(
    attacker: Api, watched: WatchedSandbox, forge: Forge
) -> None:
    with watched.held():
        for name in range(8):
            headers = forge.bearer(header=forge.header({"kid": f"unknown-{name}"}))
            answer = attacker.execute("list_budgets", {"customerId": USD}, headers=headers)
            assert answer.status_code == 401
        assert len(watched.fetched) == 1
        watched.step(31)
        attacker.execute("list_budgets", headers=forge.bearer(header=forge.header({"kid": "new"})))
    assert len(watched.fetched) == 2


@pytest.mark.parametrize("how", ["missing", "other case", "list", "number", "pool's key"])
def test_a5_a_look_alike_pool_signs_with_its_own_key(
    attacker: Api, watched: WatchedSandbox, forge: Forge, how: str
) -> None:
    """Under the key id of our pool, and with our issuer in several spellings."""
    url = watched.issuer.url
    issuer = {
        "missing": REMOVED,
        "other case": url.upper(),
        "list": [url],
        "number": 1,
        "pool's key": url,
    }[how]

    token = forge.token({"iss": issuer}, sign=forge.by_attacker)

    assert_refused(attacker, watched, f"Bearer {token}")


def _claims(name: str, *values: object) -> list[Any]:
    return [pytest.param({name: value}, id=f"{name}={_said(value)}") for value in values]


ISSUERS = ["", None, 7, REMOVED, "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"]
ROLES = ["admin,practitioner", "admin practitioner", "practitioner\nadmin", "practitioner;admin"]
FOREIGN_CLAIMS = [
    *_claims("iss", *ISSUERS),
    *_claims("aud", "https://other.example/mcp", "", None, 7, ["a"], {}),
    *_claims("client_id", "other-client", "", None, 7, ["sandbox-oma-client"], REMOVED),
    *_claims("client_id", "sandbox-oma-client ", "SANDBOX-OMA-CLIENT", "sandbox-oma-client,x"),
    *_claims("token_use", "id", "refresh", "Access", "access id", "", None, ["access"], REMOVED),
    *_claims("exp", None, "9999999999", 9999999999.5, True, [9999999999], REMOVED),
    *_claims("iat", None, "0", 0.5, False, REMOVED),
    *_claims("nbf", None, "0", 0.5, True, 9999999999),
    *_claims("role", *ROLES, "ADMIN", "root", "", " practitioner", ["admin"], None, REMOVED),
    *_claims("agency", "north,south", "north south", "*", "", "North", "north/../south", None),
    *_claims("agency", ["north"], REMOVED, "n" * 65, "north\n"),
    *_claims("employeeId", "WPP-1001,WPP-1002", "WPP-1001 WPP-1002", "WPP-1001\n", "WPP-1001#x"),
    *_claims("employeeId", REMOVED, None, "", "WPP-", "wpp-1001", "EXT-9001", "XWPP-1001", "1001"),
    *_claims(
        "employeeId",
        ["WPP-1001"],
        1001,
        "WPP-\uff11\uff10\uff10\uff11",
        "WPP-" + "1" * 33,
        "WPP-9999",
    ),
    *_claims("scope", None, 7, ["tools/read"]),
]


@pytest.mark.parametrize("changes", FOREIGN_CLAIMS)
def test_a5_a6_a7_a8_a11_a14_claims(
    attacker: Api, watched: WatchedSandbox, forge: Forge, changes: dict[str, Any]
) -> None:
    """Signed by the pool, and yet not an access token of ours for one of our people."""
    assert_refused(attacker, watched, "Bearer " + forge.token(changes))


@pytest.mark.parametrize("suffix", ["/", "x", ".attacker.example", "?", "/../other", " "])
def test_a5_an_issuer_that_begins_or_ends_like_ours(
    attacker: Api, watched: WatchedSandbox, forge: Forge, suffix: str
) -> None:
    url = watched.issuer.url
    for issuer in (url + suffix, suffix + url):
        assert_refused(attacker, watched, "Bearer " + forge.token({"iss": issuer}))


EDGES = [
    ("exp", 0, False),
    ("exp", -1, False),
    ("exp", 1, True),
    ("iat", 60, True),
    ("iat", 61, False),
    ("nbf", 60, True),
    ("nbf", 61, False),
]


@pytest.mark.parametrize(("claim", "seconds", "taken"), EDGES)
def test_a8_the_edges_of_a_tokens_life(
    attacker: Api, watched: WatchedSandbox, forge: Forge, claim: str, seconds: int, taken: bool
) -> None:
    with watched.held(30) as now:
        changes = {"iat": _epoch(now), "exp": _epoch(now) + 600, claim: _epoch(now) + seconds}
        token = forge.token(changes)
        if taken:
            answer = attacker.execute(
                "list_budgets", {"customerId": USD}, headers={"Authorization": f"Bearer {token}"}
            )
            assert answer.status_code == 200, answer.text
        else:
            assert_refused(attacker, watched, f"Bearer {token}")


def test_a8_a_token_ends_while_it_is_in_use(attacker: Api, watched: WatchedSandbox) -> None:
    headers = watched.headers("practitioner")
    params = {"customerId": USD}
    assert attacker.execute("list_budgets", params, headers=headers).status_code == 200
    watched.clock.advance(timedelta(hours=1))

    assert attacker.execute("list_budgets", params, headers=headers).status_code == 401


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


TWICE = [
    (b'"role"', b'"role":"admin","role"'),
    (b'"employeeId"', b'"employeeId":"WPP-1002","employeeId"'),
    (b'"exp"', b'"exp":1,"exp"'),
    (b'"scope"', b'"scope":"","\\u0073cope"'),
    (b'"version": 2', b'"version": NaN'),
    (b'"version": 2', b'"version": 1e999'),
    (b'"version": 2', b'"version": ' + b"[" * 60 + b"]" * 60),
    (b'"version": 2', b'"version": "\xff"'),
    (b'"version": 2', b'"version": "' + b"x" * 6000 + b'"'),
]


@pytest.mark.parametrize(("old", "new"), TWICE, ids=lambda v: repr(v[:24]))
def test_a9_claims_that_two_readers_would_read_differently(
    attacker: Api, watched: WatchedSandbox, forge: Forge, old: bytes, new: bytes
) -> None:
    claims = forge.claims()
    assert old in claims

    assert_refused(attacker, watched, "Bearer " + forge.token(claims=claims.replace(old, new)))


@pytest.mark.parametrize(
    "header", [b'{"alg":"none",', b'{"kid":"other",', b"[", b"", b'{"zip":"DEF",', b"null"]
)
def test_a9_headers_that_two_readers_would_read_differently(
    attacker: Api, watched: WatchedSandbox, forge: Forge, header: bytes
) -> None:
    full = header + forge.header()[1:] if header.startswith(b"{") else header

    assert_refused(attacker, watched, "Bearer " + forge.token(header=full))


@pytest.mark.parametrize(
    "shape", ["{t}.", ".{t}", "{t}x", "{h}.{p}", "{h}.{p}.", "{h}..{s}", "..", "{t} {t}", "a.b.c"]
)
def test_a9_things_that_are_no_token(
    attacker: Api, watched: WatchedSandbox, forge: Forge, shape: str
) -> None:
    token = forge.token()
    head, payload, signature = token.split(".")

    assert_refused(
        attacker, watched, "Bearer " + shape.format(t=token, h=head, p=payload, s=signature)
    )


def test_a9_a_payload_that_was_not_signed(
    attacker: Api, watched: WatchedSandbox, forge: Forge
) -> None:
    head, _, signature = forge.token().split(".")
    other = encoded(forge.claims({"employeeId": "WPP-1002"}))

    assert_refused(attacker, watched, f"Bearer {head}.{other}.{signature}")


def test_a9_a_token_larger_than_any_header(attacker: Api, forge: Forge) -> None:
    answer = attacker.execute("list_budgets", headers=forge.bearer({"x": "x" * 9_000}))

    assert answer.status_code == 431
    assert attacker.calls("dynamodb") == {}
