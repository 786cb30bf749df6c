"""The token attacks of the threat list, A1 to A14, against the verifier."""

import hmac
import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support import tokens
from tests.unit.support.surroundings import FakeClock
from tests.unit.support.tokens import CONSOLE, ISSUER, KEY_ID, MCP, OMA, RESOURCE, token, token_of
from wpp_mcp.access.jwks import SigningKeys
from wpp_mcp.access.tokens import (
    MAX_TOKEN_CHARACTERS,
    SKEW_SECONDS,
    Expected,
    TokenRefusedError,
    TokenVerifier,
)
from wpp_mcp.models.caller import ClientKind, Principal, Role, Scope

CLIENTS = {OMA: ClientKind.OMA, CONSOLE: ClientKind.CONSOLE, MCP: ClientKind.MCP}
EXPECTED = Expected(issuer=ISSUER, resource=RESOURCE, clients=CLIENTS)


class Verifier:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fetched: list[str] = []
        keys = SigningKeys(
            f"{ISSUER}/.well-known/jwks.json",
            fetch=self._fetch,
            clock=self.clock,
            max_age=timedelta(hours=1),
        )
        self._verifier = TokenVerifier(keys, EXPECTED, self.clock)

    def _fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        return tokens.key_set()

    def __call__(self, text: str, *, oma_key: bool = False) -> Principal:
        return self._verifier.verify(text, oma_key=oma_key)

    def refuses(self, text: str, why: str = ".") -> None:
        with pytest.raises(TokenRefusedError, match=why):
            self(text)


@pytest.fixture
def verify() -> Verifier:
    return Verifier()


def test_a_good_token_says_who_calls(verify: Verifier) -> None:
    assert verify(token(role="manager"), oma_key=True) == Principal(
        employee_id="WPP-1001",
        client_id=OMA,
        client_kind=ClientKind.OMA,
        scopes=frozenset({Scope.TOOLS_READ, Scope.ACCESS_MANAGE}),
        role=Role.MANAGER,
        agency="northwind",
        oma_key=True,
    )


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", None])
def test_a1_alg_none_in_any_spelling(verify: Verifier, algorithm: str | None) -> None:
    verify.refuses(token({"alg": algorithm}), "header")
    unsigned = token({"alg": algorithm}).rpartition(".")[0]
    verify.refuses(f"{unsigned}.", "header")


@pytest.mark.parametrize("algorithm", ["HS256", "RS256"])
def test_a2_hmac_with_the_public_key(verify: Verifier, algorithm: str) -> None:
    signed = token({"alg": algorithm}).rpartition(".")[0]
    for secret in (tokens.public_pem(), json.dumps(tokens.jwk()).encode()):
        mac = hmac.digest(secret, signed.encode(), sha256)
        verify.refuses(f"{signed}.{tokens.encoded(mac)}", "header|signature")


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "ES256", ["RS256"], 256])
def test_a2_other_algorithms(verify: Verifier, algorithm: Any) -> None:
    verify.refuses(token({"alg": algorithm}), "header")


@pytest.mark.parametrize(
    "key_id",
    ["../../etc/passwd", "' OR 1=1 --", "a\nb", "", "x" * 129, None, 1, ["pool-key-1"], "ключ"],
)
def test_a3_malformed_key_ids_ask_nobody(verify: Verifier, key_id: Any) -> None:
    verify.refuses(token({"kid": key_id}), "malformed key id")
    assert verify.fetched == []


def test_a3_unknown_key_id(verify: Verifier) -> None:
    verify.refuses(token({"kid": "pool-key-9"}, key="pool-key-9"), "unknown key id")


def test_a3_known_key_id_signed_by_another_key(verify: Verifier) -> None:
    verify.refuses(token(key="stranger"), "signature")


@pytest.mark.parametrize(
    "member",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": {"kty": "RSA"}},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
        {"b64": False},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ],
)
def test_a4_headers_that_bring_keys_or_rules(verify: Verifier, member: dict[str, Any]) -> None:
    verify.refuses(token(member), "header")
    assert verify.fetched == []


@pytest.mark.parametrize(
    "issuer",
    [
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other",
        f"{ISSUER}2",
        f"{ISSUER}/",
        ISSUER.lower(),
        ISSUER.replace("https", "http"),
        f"https://evil.example/{ISSUER}",
        None,
        [ISSUER],
    ],
)
def test_a5_other_issuers(verify: Verifier, issuer: Any) -> None:
    verify.refuses(token(iss=issuer), "issuer")


@pytest.mark.parametrize("client", ["other-client", "OMA-CLIENT", f"{OMA} ", "", None, [OMA], 0])
def test_a6_other_clients(verify: Verifier, client: Any) -> None:
    verify.refuses(token(client_id=client), "client id")


@pytest.mark.parametrize("audience", ["https://other.example/mcp", f"{RESOURCE}/", [], "", False])
def test_a6_other_audiences(verify: Verifier, audience: Any) -> None:
    verify.refuses(token(aud=audience), "audience")


def test_a6_our_audience(verify: Verifier) -> None:
    assert verify(token(aud=RESOURCE)).client_id == OMA


@pytest.mark.parametrize("use", ["id", "refresh", "ACCESS", "", None, ["access"]])
def test_a7_other_kinds_of_token(verify: Verifier, use: Any) -> None:
    verify.refuses(token(token_use=use, aud=OMA if use == "id" else None), "not an access token")


def test_a8_expiry_has_no_grace(verify: Verifier) -> None:
    text = token()
    verify.clock.tick(3599 - verify.clock.now.microsecond / 1e6)
    assert verify(text).employee_id == "WPP-1001"
    verify.clock.tick(1)
    verify.refuses(text, "expired")


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a8_not_yet_valid_beyond_the_skew(verify: Verifier, claim: str) -> None:
    now = int(verify.clock.now.timestamp())
    assert verify(token(**{claim: now + SKEW_SECONDS})).client_id == OMA
    verify.refuses(token(**{claim: now + SKEW_SECONDS + 1}), "not yet valid")


@pytest.mark.parametrize("value", [None, "1800000000", 1.8e9, True, [1800000000], {}])
@pytest.mark.parametrize("claim", ["exp", "iat"])
def test_a8_times_that_are_not_whole_numbers(verify: Verifier, claim: str, value: Any) -> None:
    verify.refuses(token(**{claim: value}), f"no {claim}")


def test_a8_odd_not_before(verify: Verifier) -> None:
    verify.refuses(token(nbf="0"), "not yet valid")


def test_a9_duplicate_claims(verify: Verifier) -> None:
    payload = json.dumps(tokens.claims()).encode()
    double = payload[:-1] + b',"role":"admin"}'
    verify.refuses(token_of({"alg": "RS256", "kid": KEY_ID}, double), "malformed")
    header = b'{"alg":"none","alg":"RS256","kid":"pool-key-1"}'
    verify.refuses(token_of(header, payload), "malformed")


def test_a9_huge_tokens(verify: Verifier) -> None:
    text = token(padding="x" * MAX_TOKEN_CHARACTERS)
    verify.refuses(text, "not a JWT")
    verify.refuses("." * 1_000_000, "not a JWT")
    assert verify.fetched == []


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"null", b"{", b'{"exp":NaN}', b'{"exp":1e99999999999999999999}', b"[" * 2000],
)
def test_a9_payloads_that_are_no_claims(verify: Verifier, payload: bytes) -> None:
    verify.refuses(token_of({"alg": "RS256", "kid": KEY_ID}, payload))


def test_a9_a_header_with_an_impossible_number(verify: Verifier) -> None:
    header = b'{"alg":"RS256","kid":1e99999999999999999999}'
    verify.refuses(token_of(header, b"{}"))


@pytest.mark.parametrize(
    "role", ["practitioner,admin", "admin ", " admin", "Admin", "", None, ["admin"], 1, "root"]
)
def test_a11_roles_that_are_none_of_ours(verify: Verifier, role: Any) -> None:
    verify.refuses(token(role=role), "claim role")


@pytest.mark.parametrize("agency", ["a b", "a;b", "A", "a/b", "-a", "", "a" * 65, None, ["a"]])
def test_a11_agencies_with_delimiters(verify: Verifier, agency: Any) -> None:
    verify.refuses(token(agency=agency), "claim agency")


@pytest.mark.parametrize(
    "scope",
    ["tools/read,tools/write", "tools/read\ttools/write", "xtools/write", "tools/write.", "", None],
)
def test_a11_scopes_count_only_when_whole(verify: Verifier, scope: str | None) -> None:
    assert verify(token(scope=scope)).scopes == frozenset()


def test_a11_scopes_that_are_not_text(verify: Verifier) -> None:
    verify.refuses(token(scope=["tools/write"]), "claim scope")


@pytest.mark.parametrize("client", [OMA, CONSOLE, MCP])
def test_scopes_are_cut_to_what_the_client_may_have(verify: Verifier, client: str) -> None:
    found = verify(token(client_id=client, scope=" ".join(s.value for s in Scope))).scopes
    assert found == frozenset(Scope) - ({Scope.ACCESS_MANAGE} if client == MCP else set())


@pytest.mark.parametrize(
    "text", ["ya29." + "fake" * 8, "1//" + "fake" * 8, "", ".", "..", "a.b", "a.b.c", "é.é.é"]
)
def test_a13_what_is_not_our_token(verify: Verifier, text: str) -> None:
    verify.refuses(text)
    assert verify.fetched == []


@pytest.mark.parametrize(
    "employee", ["1001", "wpp-1001", "WPP-", "WPP-1 2", "WPP-1\n", "XWPP-1", None, 7, "WPP-é"]
)
def test_a14_employee_ids_that_are_none(verify: Verifier, employee: Any) -> None:
    verify.refuses(token(employeeId=employee), "claim employeeId")


@given(st.data())
def test_a_token_with_any_character_changed_is_refused(data: st.DataObject) -> None:
    text = token()
    # The last character of each part carries spare bits.
    place = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.sampled_from("ABCXYZabcxyz0189-_"))
    changed = text[:place] + other + text[place + 1 :]
    if changed != text and "." not in (text[place], text[place + 1]):
        Verifier().refuses(changed)


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str) -> None:
    Verifier().refuses(text)
