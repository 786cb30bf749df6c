import random

import pytest

from wpp_mcp.access.pkce import challenge_of, is_challenge, proves, unguessable

# RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_example_of_the_rfc() -> None:
    assert challenge_of(VERIFIER) == CHALLENGE
    assert proves(VERIFIER, CHALLENGE)


@pytest.mark.parametrize(
    "verifier",
    ["", VERIFIER[:-1], VERIFIER + "A", VERIFIER.lower(), VERIFIER[:-1] + "+", CHALLENGE],
)
def test_another_verifier_proves_nothing(verifier: str) -> None:
    assert not proves(verifier, CHALLENGE)


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "a" * 42 + "\u0661", "a" * 42 + "\n"])
def test_a_verifier_has_its_form(verifier: str) -> None:
    assert not proves(verifier, challenge_of(verifier))


def test_a_challenge_has_its_form() -> None:
    assert is_challenge(CHALLENGE)
    refused = [CHALLENGE[:-1], CHALLENGE + "=", CHALLENGE[:-1] + "+", CHALLENGE[:-1] + "\n", ""]
    assert [text for text in refused if is_challenge(text)] == []


def test_random_texts_are_verifiers_and_differ() -> None:
    made = {unguessable(random.SystemRandom()) for _ in range(100)}
    assert len(made) == 100
    assert all(proves(text, challenge_of(text)) for text in made)
