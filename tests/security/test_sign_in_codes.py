"""Sign-in: a code of ours serves once, for the client, address and verifier it was made for."""

from datetime import timedelta

import pytest

from sandbox.browsing import Person
from tests.support.sign_in import (
    CLI_REDIRECT,
    DESK,
    Client,
    SignInSandbox,
    code_of,
)
from wpp_mcp.sign_in.parts import CODE_LIFETIME

OTHERS: dict[str, dict[str, str | None]] = {
    "another client": {"client_id": DESK},
    "an unknown client": {"client_id": "somebody"},
    "no client": {"client_id": None},
    "another redirect URI": {"redirect_uri": CLI_REDIRECT.replace("49152", "49153")},
    "no redirect URI": {"redirect_uri": None},
    "another verifier": {"code_verifier": "a" * 43},
    "no verifier": {"code_verifier": None},
    "a short verifier": {"code_verifier": "a"},
    "another resource": {"resource": "https://evil.example/mcp"},
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_code_in_other_hands_is_used_up_and_gives_nothing(
    signing: SignInSandbox, visitor: Person, case: str
) -> None:
    client = Client(signing)
    code = code_of(visitor, client)

    answer = client.exchange(code, **OTHERS[case])

    assert answer.status_code == 400
    expected = {"an unknown client": "invalid_client", "no client": "invalid_request"}
    expected["another resource"] = "invalid_target"
    assert answer.json()["error"] == expected.get(case, "invalid_grant")
    assert client.exchange(code).json()["error"] == "invalid_grant"
    assert signing.posted == []


def test_a_code_serves_once(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    assert client.exchange(code).status_code == 200
    assert client.exchange(code).json()["error"] == "invalid_grant"
    assert signing.posted == ["token"]


def test_a_code_ends(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    signing.clock.advance(CODE_LIFETIME - timedelta(seconds=15))
    early = client.exchange(code)
    code = code_of(visitor, client)
    signing.clock.advance(CODE_LIFETIME)

    assert early.status_code == 200
    assert client.exchange(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("code", ["x", "a" * 43, "sandbox-code-x", "\x00", "a" * 9_000])
def test_a_guessed_code_costs_no_write(signing: SignInSandbox, visitor: Person, code: str) -> None:
    answer = Client(signing).exchange(code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert signing.writes() == {}
    assert signing.posted == []
