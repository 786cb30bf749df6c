"""What opens a connection's tokens: the same person, purpose, environment, key and kind."""

from typing import Any

import boto3
import pytest

from tests.unit.support.aws import REGION, Aws, Scripted, refusal
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.connection import envelope
from wpp_mcp.google.connection.envelope import Envelope, TokenKind

PERSON = "p@north.example"


@pytest.fixture
def kms(aws: Aws) -> Any:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("kms", region_name=REGION, **keys)


def make(kms: Any, around: Surroundings, environment: str = "test", key_id: str = "") -> Envelope:
    key_id = key_id or kms.create_key()["KeyMetadata"]["KeyId"]
    return Envelope(lambda _: kms, key_id=key_id, environment=environment, chance=around.chance)


def refused(act: Any, *arguments: Any) -> WppError:
    with pytest.raises(WppError) as caught:
        act(*arguments)
    assert PERSON not in str(caught.value)
    return caught.value


def test_what_was_sealed_opens_again(kms: Any, around: Surroundings) -> None:
    made = make(kms, around)
    key = made.fresh(PERSON)
    sealed = key.seal(TokenKind.REFRESH, "the token")
    assert b"the token" not in sealed
    assert made.opened(PERSON, key.encrypted).open(TokenKind.REFRESH, sealed) == "the token"
    assert key.seal(TokenKind.REFRESH, "the token") != sealed
    assert "the token" not in repr(key) + str(key)


@pytest.mark.parametrize("change", ["person", "environment", "purpose", "bits", "key", "nothing"])
def test_a_data_key_opens_with_its_own_facts_alone(
    kms: Any, around: Surroundings, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    made = make(kms, around)
    encrypted = made.fresh(PERSON).encrypted
    person = PERSON
    if change == "person":
        person = "q@north.example"
    elif change == "environment":
        made = make(kms, around, "prod", made._key_id)
    elif change == "purpose":
        monkeypatch.setattr(envelope, "PURPOSE", "another")
    elif change == "bits":
        encrypted = encrypted[:-1] + bytes([encrypted[-1] ^ 1])
    elif change == "key":
        made = make(kms, around)
    if change == "nothing":
        assert made.opened(person, encrypted)
        return
    error = refused(made.opened, person, encrypted)
    # The stand-in for KMS says AccessDenied where KMS says IncorrectKey.
    expected = ErrorCode.STORAGE_UNAVAILABLE if change == "key" else ErrorCode.INTERNAL
    assert error.code is expected


@pytest.mark.parametrize("change", ["person", "environment", "kind", "bits", "short"])
def test_a_token_opens_in_its_own_place_alone(kms: Any, around: Surroundings, change: str) -> None:
    """Even for who holds the plain data key."""
    key = make(kms, around).fresh(PERSON)
    sealed = key.seal(TokenKind.REFRESH, "the token")
    kind = TokenKind.REFRESH
    if change in ("person", "environment"):
        name = "userId" if change == "person" else "environment"
        key._facts[name] = "another"
    elif change == "kind":
        kind = TokenKind.ACCESS
    elif change == "bits":
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    else:
        sealed = sealed[:10]
    assert refused(key.open, kind, sealed).code is ErrorCode.INTERNAL


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("InvalidCiphertextException", ErrorCode.INTERNAL),
        ("IncorrectKeyException", ErrorCode.INTERNAL),
        ("KMSInternalException", ErrorCode.STORAGE_UNAVAILABLE),
        ("ThrottlingException", ErrorCode.STORAGE_UNAVAILABLE),
        ("AccessDeniedException", ErrorCode.STORAGE_UNAVAILABLE),
        ("DisabledException", ErrorCode.STORAGE_UNAVAILABLE),
    ],
)
def test_what_kms_says(around: Surroundings, code: str, expected: ErrorCode) -> None:
    scripted = Scripted(refusal(code))
    made = make(scripted, around, key_id="alias/k")
    assert refused(made.opened, PERSON, b"x").code is expected
    (call,) = scripted.calls
    facts = {"purpose": "google-connection", "environment": "test", "userId": PERSON}
    arguments = {"KeyId": "alias/k", "EncryptionContext": facts, "CiphertextBlob": b"x"}
    assert call == ("decrypt", arguments)
