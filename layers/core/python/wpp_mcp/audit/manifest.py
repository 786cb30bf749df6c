"""The daily manifest: every chain's end and count, signed, kept where nothing can be replaced.

Each manifest carries the digest of the one before, so that a day cannot be left out either. It
goes to a bucket with object lock (product.md §8).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from wpp_mcp.audit.chain import ChainKey, Link
from wpp_mcp.audit.entry import RETENTION_DAYS
from wpp_mcp.models import strict_json
from wpp_mcp.models.time import Clock, system_clock
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.dynamo import StorageError

MANIFESTS: Final = "manifests/"
"""Where in the archive bucket they are."""


class LockMode(StrEnum):
    """How S3 holds an object: against everybody, or all but those who may bypass it."""

    COMPLIANCE = "COMPLIANCE"
    GOVERNANCE = "GOVERNANCE"


@dataclass(frozen=True, slots=True)
class Lock:
    """For how many days a manifest can neither be replaced nor deleted."""

    mode: LockMode
    days: int

    @classmethod
    def of(cls, environment: str) -> "Lock":
        """Return that of an environment; the bucket's policy refuses a weaker one.

        In prod not even the account's root can end it for as long as entries are kept
        (product.md §8). Elsewhere a bucket has to be deletable the day after.
        """
        if environment == "prod":
            return cls(LockMode.COMPLIANCE, RETENTION_DAYS)
        return cls(LockMode.GOVERNANCE, 1)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One day.

    Parameters
    ----------
    links
        The end of each person's chain.
    previous
        Digest of the manifest of the day before, ``None`` for the first.
    entries
        How many entries all chains have, as read; counted where it is not given.
    """

    day: str
    links: Mapping[str, Link]
    previous: str | None
    key_id: str = ""
    signature: str = field(default="", repr=False)
    entries: int | None = None

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        counted = sum(link.sequence for link in self.links.values())
        return {
            "day": self.day,
            "entries": counted if self.entries is None else self.entries,
            "chains": {u: [link.sequence, link.mac] for u, link in sorted(self.links.items())},
            "previous": self.previous,
            "keyId": self.key_id,
        }

    def digest(self) -> str:
        """Return the SHA-256 of the signed document, hexadecimal."""
        return sha256(self.document()).hexdigest()

    def document(self) -> bytes:
        """Return the stored bytes."""
        return strict_json.canonical(self.body() | {"signature": self.signature})

    def signed(self, key: ChainKey) -> "Manifest":
        """Return the manifest with our signature."""
        unsigned = replace(self, key_id=key.key_id, signature="")
        unsigned = replace(unsigned, entries=unsigned.body()["entries"])
        return replace(unsigned, signature=key.sign({"manifest": unsigned.body()}))

    def signed_by(self, keys: Mapping[str, ChainKey]) -> bool:
        """Whether one of our keys signed exactly this."""
        key = keys.get(self.key_id)
        if key is None:
            return False
        expected = key.sign({"manifest": self.body()}).encode()
        return hmac.compare_digest(expected, self.signature.encode("utf-8", "surrogatepass"))

    @classmethod
    def read(cls, document: bytes) -> "Manifest":
        """Return the manifest in stored bytes.

        Raises
        ------
        ValueError
            They are not a manifest.
        """
        try:
            body = strict_json.loads(document)
            links = {user: Link(int(n), str(mac)) for user, (n, mac) in body["chains"].items()}
            return cls(
                str(body["day"]),
                links,
                body["previous"],
                str(body["keyId"]),
                str(body["signature"]),
                int(body["entries"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("not a manifest") from error


def collect(logs: AuditLogs, day: str) -> dict[str, Link]:
    """Return the end of each chain of a day, from the heads."""
    return {
        str(head["userId"]): Link(int(head["sequence"]), str(head["mac"]))
        for head in logs.heads(day)
    }


class ManifestStore:
    """Manifests in a bucket.

    Parameters
    ----------
    s3
        A boto3 S3 client.
    lock
        What a manifest is written with.
    """

    def __init__(self, s3: Any, bucket: str, lock: Lock, clock: Clock = system_clock) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._lock = lock
        self._clock = clock

    def read(self, day: str) -> Manifest | None:
        """Return a day's manifest, ``None`` where there is none or it is not one.

        Raises
        ------
        StorageError
            The bucket does not answer, or not to us.
        """
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=_name(day))
        except self._s3.exceptions.NoSuchKey:
            return None
        except (ClientError, BotoCoreError) as error:
            raise StorageError(f"cannot read the manifests: {type(error).__name__}") from error
        try:
            return Manifest.read(answer["Body"].read())
        except ValueError:
            return None

    def write(self, logs: AuditLogs, key: ChainKey, day: str) -> Manifest:
        """Write the manifest of a day that is over, once; a second time returns the first."""
        existing = self.read(day)
        if existing is not None:
            return existing
        before = self.read((date.fromisoformat(day) - timedelta(days=1)).isoformat())
        manifest = Manifest(day, collect(logs, day), before.digest() if before else None)
        signed = manifest.signed(key)
        self._s3.put_object(
            Bucket=self._bucket,
            Key=_name(day),
            Body=signed.document(),
            ContentType="application/json",
            IfNoneMatch="*",
            ObjectLockMode=self._lock.mode.value,
            # S3 counts whole days that remain: one more than those that have to.
            ObjectLockRetainUntilDate=self._clock() + timedelta(days=self._lock.days + 1),
        )
        return signed


def _name(day: str) -> str:
    return f"{MANIFESTS}{day}.json"
