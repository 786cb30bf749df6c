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

_SUFFIX: Final = ".json"
_ALREADY_THERE: Final = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})


class AlreadyThereError(StorageError):
    """Somebody else wrote the manifest first."""


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
    covered
        Something lies on top of it in the bucket: another version, or a delete marker.
    """

    day: str
    links: Mapping[str, Link]
    previous: str | None
    key_id: str = ""
    signature: str = field(default="", repr=False)
    entries: int | None = None
    covered: bool = field(default=False, compare=False)

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
    """Manifests in a bucket with versions.

    A lock keeps every version of an object, but does not keep anybody from writing another version
    or a delete marker on top of it. So the first version of a day is the one that counts, and
    what lies on top of it is told.

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

    def days(self) -> list[str]:
        """Return the days that ever had a manifest, the first one first.

        Raises
        ------
        StorageError
            The bucket does not answer, or not to us.
        """
        names = {name for name, _, _ in self._versions(MANIFESTS)}
        days = (name.removeprefix(MANIFESTS).removesuffix(_SUFFIX) for name in names)
        return sorted(day for day in days if _name(day) in names and _is_day(day))

    def read(self, day: str) -> Manifest | None:
        """Return a day's manifest, ``None`` where there is none or it is not one.

        Raises
        ------
        StorageError
            The bucket does not answer, or not to us.
        """
        found = [v for v in self._versions(_name(day)) if v[0] == _name(day)]
        ids = [version for _, version, marker in found if not marker]
        if not ids:
            return None
        # S3 lists the latest version of an object first.
        answer = self._call("get_object", Bucket=self._bucket, Key=_name(day), VersionId=ids[-1])
        try:
            manifest = Manifest.read(answer["Body"].read())
        except ValueError:
            return None
        return replace(manifest, covered=len(found) > 1)

    def write(self, logs: AuditLogs, key: ChainKey, day: str) -> Manifest:
        """Write the manifest of a day that is over, once; a second time returns the first.

        Raises
        ------
        StorageError
            The bucket does not answer, or not to us, or holds something else under its name.
        """
        existing = self.read(day)
        if existing is not None:
            return existing
        before = self.read((date.fromisoformat(day) - timedelta(days=1)).isoformat())
        manifest = Manifest(day, collect(logs, day), before.digest() if before else None)
        signed = manifest.signed(key)
        try:
            self._call(
                "put_object",
                Bucket=self._bucket,
                Key=_name(day),
                Body=signed.document(),
                ContentType="application/json",
                IfNoneMatch="*",
                ObjectLockMode=self._lock.mode.value,
                # S3 counts whole days that remain: one more than those that have to.
                ObjectLockRetainUntilDate=self._clock() + timedelta(days=self._lock.days + 1),
            )
        except AlreadyThereError as error:
            first = self.read(day)
            if first is None:
                raise StorageError(f"what lies in the place of {day} is no manifest") from error
            return first
        return signed

    def _versions(self, prefix: str) -> list[tuple[str, str, bool]]:
        """Return name, version and whether it is a delete marker; the latest of a name first."""
        found: list[tuple[str, str, bool]] = []
        start: dict[str, str] = {}
        while True:
            page = self._call("list_object_versions", Bucket=self._bucket, Prefix=prefix, **start)
            for kind in ("Versions", "DeleteMarkers"):
                marker = kind == "DeleteMarkers"
                found += [(v["Key"], v["VersionId"], marker) for v in page.get(kind, [])]
            if not page.get("IsTruncated"):
                return found
            start = {"KeyMarker": page["NextKeyMarker"]}
            if page.get("NextVersionIdMarker"):
                start["VersionIdMarker"] = page["NextVersionIdMarker"]

    def _call(self, operation: str, **arguments: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._s3, operation)(**arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _ALREADY_THERE:
                raise AlreadyThereError(code) from error
            raise StorageError(f"the manifests: {operation}: {code}") from error
        except BotoCoreError as error:
            raise StorageError(f"the manifests: {operation}: {type(error).__name__}") from error


def _name(day: str) -> str:
    return f"{MANIFESTS}{day}{_SUFFIX}"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
