"""``python -m wpp_mcp.audit``: verify the audit log, write a day's manifest, archive days anew.

Reads tables, bucket and key of the environment that ``WPP_TABLE_PREFIX`` and the AWS credentials
name. Exit status 0 when everything holds, 1 where something breaks, 2 where it cannot be told.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from wpp_mcp.audit.archive import send_anew
from wpp_mcp.audit.chain import ChainKey
from wpp_mcp.audit.delivery import Delivery
from wpp_mcp.audit.manifest import Lock, ManifestStore
from wpp_mcp.audit.verify import Report, Verifier
from wpp_mcp.config import ConfigurationError, TableSettings
from wpp_mcp.models.time import day_of
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName, SecretStore
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.dynamo import Dynamo


def main(arguments: Sequence[str] | None = None, runtime: Runtime | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, runtime or Runtime.production())
    except (ConfigurationError, RuntimeError) as error:
        # Not answered is not broken: another exit status than that of a broken chain.
        print(f"cannot tell: {error}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace, runtime: Runtime) -> int:
    settings = TableSettings.load(runtime.environ)
    if options.command == "archive":
        return _archive(options, runtime, settings)
    secret = SecretStore(runtime, settings).get(SecretName.AUDIT_KEY)
    keys = [ChainKey(value.encode()) for value in secret]
    logs = AuditLogs(Dynamo(runtime, settings.table_prefix))
    today = runtime.clock().date()
    store = None
    if options.bucket:
        lock = Lock.of(settings.environment)
        store = ManifestStore(runtime.aws("s3"), options.bucket, lock, runtime.clock)
    if options.command == "manifest":
        return _write(store, logs, keys[0], options.day, day_of(runtime.clock()))
    days = list(_days(options.since or today, options.until or today))
    if not days:
        print("--from is after --to", file=sys.stderr)
        return 2
    verifier = Verifier(logs, {key.key_id: key for key in keys}, today)
    if options.user:
        return _tell(verifier.users(options.user, days))
    # The manifest of a day is written when the day is over.
    over = [day for day in days if store and day < today.isoformat()]
    return _tell(verifier.days(days, {day: store.read(day) for day in over} if store else {}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wpp_mcp.audit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="compare entries, heads and manifests")
    verify.add_argument("--from", dest="since", type=date.fromisoformat, help="first day")
    verify.add_argument("--to", dest="until", type=date.fromisoformat, help="last day, included")
    verify.add_argument("--user", help="only this person, without manifests")
    verify.add_argument("--bucket", help="where the manifests are; without it they are left out")
    manifest = commands.add_parser("manifest", help="sign a day that is over")
    manifest.add_argument("--day", type=date.fromisoformat, required=True)
    manifest.add_argument("--bucket", required=True)
    archive = commands.add_parser("archive", help="send days to the archive once more")
    archive.add_argument("--from", dest="since", type=date.fromisoformat, required=True)
    archive.add_argument("--to", dest="until", type=date.fromisoformat, required=True)
    archive.add_argument("--stream", required=True, help="the archive's delivery stream")
    return parser


def _days(since: date, until: date) -> Iterator[str]:
    for number in range((until - since).days + 1):
        yield (since + timedelta(days=number)).isoformat()


def _archive(options: argparse.Namespace, runtime: Runtime, settings: TableSettings) -> int:
    logs = AuditLogs(Dynamo(runtime, settings.table_prefix))
    delivery = Delivery(runtime, options.stream)
    taken, lost = send_anew(logs, delivery, _days(options.since, options.until))
    print(f"{taken} entries sent, {lost} not{f': {delivery.problem}' if lost else ''}")
    return 1 if lost else 0


def _write(
    store: ManifestStore | None, logs: AuditLogs, key: ChainKey, day: date, today: str
) -> int:
    if store is None or day.isoformat() >= today:
        print("a manifest needs a bucket and a day that is over", file=sys.stderr)
        return 2
    manifest = store.write(logs, key, day.isoformat())
    print(f"{manifest.day}: {len(manifest.links)} chains, {manifest.body()['entries']} entries")
    return 0


def _tell(report: Report) -> int:
    for broken in report.breaks:
        place = "" if broken.sequence is None else f" entry {broken.sequence}"
        print(f"BROKEN {broken.day} {broken.user_id}{place}: {broken.problem}")
    word = "intact" if report.intact else f"{len(report.breaks)} broken"
    print(f"{report.entries} entries in {report.chains} chains: {word}")
    return 0 if report.intact else 1


if __name__ == "__main__":
    sys.exit(main())
