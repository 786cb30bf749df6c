"""Envelope encryption of a connection's tokens, bound to the person.

KMS makes a data key for each connection and gives it out again only with the same encryption
context: what it is for, the environment, the person. The tokens are encrypted with the data key
(AES-256-GCM) under the same facts, and what kind of token each is. A record that is copied to
another person, or to another environment, opens nowhere.

Source: AWS KMS Developer Guide, "Encryption context"; NIST SP 800-38D for the nonce of 96 bits.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json

PURPOSE: Final = "google-connection"
"""In the encryption context: what the key is used for."""

_NONCE_BYTES: Final = 12
_NOT_OURS: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
"""What KMS says of a data key that was made with other facts or another key."""


class TokenKind(StrEnum):
    """Which token of a connection it is; one opens nowhere in the place of the other."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of one connection.

    Parameters
    ----------
    encrypted
        As KMS gave it out; this is what is stored.
    """

    encrypted: bytes = field(repr=False)
    _plain: bytes = field(repr=False)
    _facts: dict[str, str]
    _chance: random.Random = field(repr=False)

    def seal(self, kind: TokenKind, token: str) -> bytes:
        """Return a token encrypted: nonce, ciphertext and tag."""
        nonce = self._chance.randbytes(_NONCE_BYTES)
        return nonce + AESGCM(self._plain).encrypt(nonce, token.encode(), self._bound(kind))

    def open(self, kind: TokenKind, sealed: bytes) -> str:
        """Return the token.

        Raises
        ------
        WppError
            ``INTERNAL``: this is not what we stored for this person.
        """
        try:
            nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return AESGCM(self._plain).decrypt(nonce, rest, self._bound(kind)).decode()
        except (InvalidTag, ValueError) as error:
            raise _tampered(f"the {kind} token does not open") from error

    def _bound(self, kind: TokenKind) -> bytes:
        return strict_json.dumps(
            dict(sorted({**self._facts, "token": kind.value}.items()))
        ).encode()


class Envelope:
    """Makes and opens data keys.

    Parameters
    ----------
    aws
        Returns a boto3 client by service name.
    key_id
        The KMS key.
    environment
        Part of the encryption context.
    """

    def __init__(
        self,
        aws: Callable[[str], Any],
        *,
        key_id: str,
        environment: str,
        chance: random.Random,
    ) -> None:
        self._aws = aws
        self._key_id = key_id
        self._environment = environment
        self._chance = chance

    def fresh(self, user_id: str) -> DataKey:
        """Return a new data key for a person.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE``: KMS refuses or does not answer.
        """
        facts = self._facts(user_id)
        answer = self._call("generate_data_key", facts, KeySpec="AES_256")
        return DataKey(bytes(answer["CiphertextBlob"]), answer["Plaintext"], facts, self._chance)

    def opened(self, user_id: str, encrypted: bytes) -> DataKey:
        """Return the data key of a person's connection.

        Raises
        ------
        WppError
            ``STORAGE_UNAVAILABLE`` as `fresh`; ``INTERNAL`` for a key that was not made for this
            person, purpose and environment.
        """
        facts = self._facts(user_id)
        answer = self._call("decrypt", facts, CiphertextBlob=encrypted)
        return DataKey(encrypted, answer["Plaintext"], facts, self._chance)

    def _facts(self, user_id: str) -> dict[str, str]:
        return {"purpose": PURPOSE, "environment": self._environment, "userId": user_id}

    def _call(self, operation: str, facts: dict[str, str], **arguments: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._aws("kms"), operation)(
                KeyId=self._key_id, EncryptionContext=facts, **arguments
            )
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _NOT_OURS:
                raise _tampered("KMS does not open the data key for this person") from error
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=f"KMS: {code}") from error
        except BotoCoreError as error:
            reason = f"KMS: {type(error).__name__}"
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=reason) from error
        return answer


def _tampered(reason: str) -> WppError:
    return WppError(ErrorCode.INTERNAL, reason=f"stored Google connection: {reason}")
