"""What use costs: lines that depend on the load, for what the templates hold."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from stacks.cost.fixed import Line
from stacks.cost.inventory import Inventory
from stacks.cost.load import DAYS, ENTRY_KB, SECONDS_OF_A_MONTH, Use
from stacks.cost.prices import MILLION
from stacks.environments import Egress
from stacks.functions import TRACED
from stacks.secret_specs import AGED
from wpp_mcp.jobs.registry import JOBS
from wpp_mcp.observability import Metric

_MINUTES: Final = SECONDS_OF_A_MONTH / 60

Calls = Callable[[Use], Decimal]

INVOCATIONS: Final[Mapping[str, tuple[Calls, int]]] = MappingProxyType(
    {
        "authorizer": (lambda use: use.requests, 30),
        # Half of the people come by OMA, which confirms for them; of the others most have their
        # say on the operation's page, and their assistant confirms after it.
        "mcp_endpoint": (lambda use: use.calls / 2, 1000),
        "execute_tool": (lambda use: use.operations / 2, 1000),
        "confirm_operation": (lambda use: use.writes / 2, 1500),
        "operations": (lambda use: use.writes / 4, 80),
        "list_tools": (lambda use: use.lists, 60),
        "audit_logs": (lambda use: use.calls / 100, 120),
        "health": (lambda _: _MINUTES, 10),
        "oauth_metadata": (lambda use: use.users * 4, 10),
        "sign_in": (lambda use: use.users * 200, 80),
        "console": (lambda use: use.users * 10 + use.writes, 120),
        "token_claims": (lambda use: use.users * 200, 40),
        "rotate_secret": (lambda _: Decimal(4), 60_000),
        "secret_ages": (lambda _: DAYS, 2_000),
        "archive_audit": (lambda use: use.operations / 5, 150),
        "audit_jobs": (lambda _: DAYS * 2, 60_000),
        "export_tables": (lambda _: DAYS, 5_000),
        # Each minute, and each five: most find nothing.
        "operation_jobs": (lambda _: _MINUTES * Decimal("1.2"), 40),
        "jobs": (lambda _: Decimal(0), 10),
        "block_addresses": (lambda use: _MINUTES / 5 + use.calls / 1000, 200),
        "health_probe": (lambda _: _MINUTES, 300),
        "send_mail": (lambda use: use.mails, 200),
        "forward_findings": (lambda _: Decimal(10), 500),
    }
)
"""Each function: how often it runs in a month, and for how many milliseconds (estimates)."""

_SELDOM: Final = frozenset(
    {
        Metric.SECRET_AGE, Metric.JOBS_DONE, Metric.AUDIT_TAMPERING, Metric.AUDIT_BROKEN,
        Metric.ARCHIVE_REFUSED, Metric.ADDRESSES_BLOCKED, Metric.TRUSTED_FAILURES,
        Metric.SEALED_LIST_INVALID, Metric.MAILS_NOT_SENT, Metric.OUTCOME_UNKNOWN,
    }
)  # fmt: skip
"""Emitted an hour a day at most: a metric is paid for by the hours that have it."""


def usage_lines(inventory: Inventory, use: Use) -> Iterator[Line]:
    """Yield what the load costs in an environment."""
    yield from _traffic(inventory, use)
    yield from _functions(inventory, use)
    yield from _storage(inventory, use)
    yield from _mails(inventory, use)
    yield from _watching(inventory, use)


def _traffic(inventory: Inventory, use: Use) -> Iterator[Line]:
    yield Line("internet-gb", use.google_gb / 10, "calls of Google")
    if inventory.environment.egress is Egress.NAT:
        yield Line("nat-gb", use.google_gb, "calls of Google, both ways")
    yield Line("http-api-request", use.requests, "requests")
    if not inventory.has("CloudFront::Distribution"):
        yield Line("internet-gb", use.answered_gb, "answers")
        return
    yield Line("cloudfront-request", use.requests, "requests")
    yield Line("cloudfront-gb", use.answered_gb, "answers")
    if inventory.has("CloudFront::Function"):
        yield Line("cloudfront-function", use.requests, "the viewer's address")
    if inventory.has("WAFv2::WebACL"):
        yield Line("waf-request", use.requests, "requests")


def _functions(inventory: Inventory, use: Use) -> Iterator[Line]:
    for one in inventory.all_of("Lambda::Function"):
        name = one.properties.get("FunctionName")
        if not isinstance(name, str):
            # A provider of CDK's own: runs when something is deployed.
            continue
        function = name.removeprefix(inventory.environment.prefix).replace("-", "_")
        how_often, milliseconds = INVOCATIONS[function]
        calls, memory = how_often(use), Decimal(one.properties["MemorySize"]) / 1024
        yield Line("lambda-request", calls, function)
        yield Line("lambda-gb-second", calls * milliseconds / 1000 * memory, function)
        if one.properties.get("SnapStart", {}).get("ApplyOn") == "PublishedVersions":
            yield Line("snapstart-restore", use.cold_starts / 2 * memory, function)
    yield Line("secret-call", use.secret_calls, "warm functions, every 300 seconds")
    # DynamoDB asks for a table's key every five minutes, not for each call.
    yield Line("kms-request", use.secret_calls + use.cold_starts, "secrets, Google tokens")
    yield from _pools(inventory, use)
    for one in inventory.all_of("Scheduler::Schedule"):
        if one.properties.get("State") != "DISABLED":
            yield Line("schedule", _runs(str(one.properties["ScheduleExpression"])), one.name)


def _pools(inventory: Inventory, use: Use) -> Iterator[Line]:
    for pool in inventory.all_of("Cognito::UserPool"):
        plan = str(pool.properties.get("UserPoolTier", "ESSENTIALS")).lower()
        yield Line(f"cognito-{plan}", use.users, "people")


def _runs(expression: str) -> Decimal:
    """Return how often a schedule runs in a month; a cron expression counts as once a day."""
    if not expression.startswith("rate("):
        return DAYS
    number, unit = expression[5:-1].split()
    seconds = {"minute": 60, "hour": 3600, "day": 86_400}[unit.rstrip("s")]
    return SECONDS_OF_A_MONTH / (Decimal(number) * seconds)


def _storage(inventory: Inventory, use: Use) -> Iterator[Line]:
    yield Line("dynamodb-read", use.read_units, "reads")
    yield Line("dynamodb-write", use.write_units, "writes")
    stored = use.audit_gb * 5 + use.other_gb * 2
    yield Line("dynamodb-gb", stored, "tables with their indexes")
    yield Line("dynamodb-recovery-gb", use.audit_gb + use.other_gb, "point-in-time recovery")
    if any(_replicas(one.properties) > 1 for one in inventory.all_of("DynamoDB::GlobalTable")):
        yield Line("dynamodb-replicated-write", use.write_units, "the second region")
        yield Line("dynamodb-replica-gb", stored, "the second region")
    if inventory.has("KinesisFirehose::DeliveryStream"):
        # Each entry is rounded up to 5 KB.
        entered = use.entries_gb * 5 / ENTRY_KB
        yield Line("firehose-gb", entered, "audit entries")
        yield Line("firehose-parquet-gb", entered, "audit entries")
        yield Line("s3-gb", use.audit_gb / 4, "audit entries as Parquet")
        yield Line("s3-put", DAYS * 24 * 12, "a file every five minutes")
    yield from _backups(inventory, use)


def _mails(inventory: Inventory, use: Use) -> Iterator[Line]:
    if not inventory.has("SES::EmailIdentity"):
        return
    yield Line("ses-mail", use.mails, "mails")
    # Lambda asks the queue by five long polls of 20 seconds, also when there is nothing.
    asked = 5 * SECONDS_OF_A_MONTH / 20
    yield Line("sqs-request", use.mails * 3 + asked, "the queue of mails")


def _replicas(properties: Mapping[str, Any]) -> int:
    return len(properties.get("Replicas", []))


def _backups(inventory: Inventory, use: Use) -> Iterator[Line]:
    every = use.audit_gb + use.other_gb
    for plan in inventory.all_of("Backup::BackupPlan"):
        # Each backup of a table is a whole copy.
        for rule in plan.properties["BackupPlan"]["BackupPlanRule"]:
            life, name = rule["Lifecycle"], rule["RuleName"]
            daily = name == "daily"
            size, kept = (every, Decimal(1)) if daily else (use.other_gb, Decimal(1) / 7)
            warm = Decimal(life["MoveToColdStorageAfterDays"])
            cold = Decimal(life["DeleteAfterDays"]) - warm
            for place in ("here", "in the second region") if rule.get("CopyActions") else ("here",):
                yield Line("backup-gb", warm * kept * size, f"{name}, {place}")
                yield Line("backup-cold-gb", cold * kept * size, f"{name}, {place}")
            if rule.get("CopyActions"):
                yield Line("backup-copy-gb", DAYS * kept * size, f"{name}, to the second region")


def _watching(inventory: Inventory, use: Use) -> Iterator[Line]:
    flow = use.flow_logs_gb if inventory.has("EC2::FlowLog") else Decimal(0)
    events = use.management_events
    trail = events * 2 / MILLION if inventory.has("CloudTrail::Trail") else Decimal(0)
    logged = use.logs_gb + flow + trail
    kept = logged * inventory.environment.log_retention_days / DAYS
    yield Line("logs-gb", logged, "functions, API, flows, trail")
    yield Line("logs-stored-gb", kept, "for the environment's retention")
    steady = len(set(Metric) - _SELDOM)
    built = [job for job in JOBS.values() if job.built]
    hourly = [job for job in built if job.schedule.startswith("rate(")]
    apart = len(_SELDOM) + len(AGED) + len(built) - len(hourly)
    yield Line("metric", steady + len(hourly) + Decimal(apart) / 24, "our own")
    # Lambda samples one a second and 5 % of the rest, for each function: nearly all.
    traced = sum((INVOCATIONS[name.value][0](use) for name in TRACED), Decimal(0))
    yield Line("trace", traced, "calls of tools and console")
    if inventory.has("CloudWatch::Dashboard"):
        yield Line("insights-gb", kept * 2, "the dashboard's queries")
    if inventory.has("GuardDuty::Detector"):
        yield Line("guardduty-event", events, "management events")
        yield Line("guardduty-gb", flow * 2, "flow, DNS and Lambda's network logs")
