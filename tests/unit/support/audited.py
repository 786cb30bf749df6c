"""An environment with an audited past: three days, two people, manifests, and the command."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.support.aws import ENVIRON, PREFIX, Aws
from tests.unit.support.people import ANN, entry, person
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.audit.__main__ import main
from wpp_mcp.audit.chain import ChainKey
from wpp_mcp.audit.manifest import Lock, ManifestStore
from wpp_mcp.audit.trail import AuditTrail
from wpp_mcp.models.caller import Role
from wpp_mcp.models.time import day_of
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.dynamo import Dynamo
from wpp_mcp.storage.tables import Table

BUCKET = "wpp-mcp-test-manifests"
BOB = person("bob", Role.MANAGER)
DAYS = [day_of(NOW - timedelta(days=ago)) for ago in (3, 2, 1)]
KEY = ChainKey(b"the key of a test")
LOGS_TABLE = PREFIX + Table.AUDIT_LOGS.value


class Audited:
    def __init__(self, tables: Aws, around: Surroundings, capsys: pytest.CaptureFixture) -> None:
        self.aws = tables
        self.around = around
        self.capsys = capsys
        self.runtime = around.runtime(ENVIRON, aws=tables)
        self.dynamo = Dynamo(self.runtime, PREFIX)
        self.logs = AuditLogs(self.dynamo)
        self.store = ManifestStore(tables.s3, BUCKET, Lock.of("test"))
        tables.s3.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        tables.put_secret("audit-chain-key", KEY.secret.decode())

    def write(self, day: str, count: int = 1, caller: Any = ANN, key: ChainKey = KEY) -> None:
        """Record calls at noon of a day, as the product does."""
        trail = AuditTrail(self.runtime, self.dynamo, lambda: key)
        at = NOW.fromisoformat(f"{day}T12:00:00+00:00")
        for number in range(count):
            moment = at + timedelta(seconds=number)
            head = self.logs.head(caller.user_id, day)
            trail.record(entry(moment, caller=caller, operation_id=f"op_{number}"), head)

    def past(self) -> None:
        """Three days of two people, each with its manifest."""
        for day in DAYS:
            self.write(day, 3)
            self.write(day, 1, BOB)
            assert self.run("manifest", "--day", day, "--bucket", BUCKET)[0] == 0

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the command; return its exit status and what it printed."""
        status = main(arguments, self.runtime)
        return status, "".join(self.capsys.readouterr())

    def verify(self, *arguments: str) -> tuple[int, str]:
        return self.run("verify", "--from", DAYS[0], "--to", DAYS[-1], *arguments)

    def key(self, day: str, number: int | None, user: str = ANN.user_id) -> dict[str, Any]:
        sort = f"HEAD#{day}" if number is None else f"{day}#{number:010d}"
        return {"userId": {"S": user}, "daySequence": {"S": sort}}

    def item(self, day: str, number: int | None, user: str = ANN.user_id) -> dict[str, Any]:
        key = self.key(day, number, user)
        return self.aws.dynamodb.get_item(TableName=LOGS_TABLE, Key=key)["Item"]

    def put(self, item: dict[str, Any]) -> None:
        self.aws.dynamodb.put_item(TableName=LOGS_TABLE, Item=item)

    def delete(self, day: str, number: int | None, user: str = ANN.user_id) -> None:
        key = self.key(day, number, user)
        self.aws.dynamodb.delete_item(TableName=LOGS_TABLE, Key=key)

    def drop_day(self, day: str, user: str, entries: int) -> None:
        for number in [None, *range(1, entries + 1)]:
            self.delete(day, number, user)

    def manifest(self, day: str) -> bytes:
        name = f"manifests/{day}.json"
        return self.aws.s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()

    def put_manifest(self, day: str, document: bytes) -> None:
        """Put another manifest in the place of a day's, as if no lock held it."""
        self.delete_manifest(day)
        self.aws.s3.put_object(Bucket=BUCKET, Key=f"manifests/{day}.json", Body=document)

    def delete_manifest(self, day: str) -> None:
        """Take every version of a day's manifest away, as if no lock held them."""
        name = f"manifests/{day}.json"
        found = self.aws.s3.list_object_versions(Bucket=BUCKET, Prefix=name)
        for version in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            self.aws.s3.delete_object(
                Bucket=BUCKET,
                Key=name,
                VersionId=version["VersionId"],
                BypassGovernanceRetention=True,
            )
