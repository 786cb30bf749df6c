"""What services of AWS call functions with, so that each function does all that it can do."""

import copy
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sandbox.box import Sandbox
from sandbox.faults import FaultKind
from sandbox.rotation import STEPS, begin, settle
from stacks.secret_specs import AGED
from tests.support import log_delivery
from tests.support.journeys import drive, sample
from wpp_mcp.access.token_claims import NoTokenError
from wpp_mcp.functions import Function
from wpp_mcp.jobs.audit import AuditBrokenError
from wpp_mcp.jobs.running import JobNotBuiltError
from wpp_mcp.secret_store import ROTATED
from wpp_mcp.storage.tables import Table

STRANGERS: Final = ("203.0.113.9", "2001:db8:1:2::77")
OMA: Final = "127.0.1.1"
DISTRIBUTION_PARAMETER: Final = "/wpp-mcp/distribution-id"
"""As prod calls it; a sandbox has no edge of its own."""


def archive(box: Sandbox) -> None:
    """Archive an entry, one that was changed, and what is no entry."""
    told = drive(box, Function.ARCHIVE_AUDIT)
    assert told == {"batchItemFailures": []}
    changed, stranger = (copy.deepcopy(_entry(box)) for _ in range(2))
    changed["eventName"] = "MODIFY"
    stranger["dynamodb"]["NewImage"] = {"note": {"S": "no entry"}}
    assert drive(box, Function.ARCHIVE_AUDIT, {"Records": [changed, stranger]}) == told


def _entry(box: Sandbox) -> Any:
    return sample(box, Function.ARCHIVE_AUDIT)["Records"][0]


def refuse_token(box: Sandbox) -> None:
    """Give a token, and none to somebody whom the directory does not know."""
    drive(box, Function.TOKEN_CLAIMS)
    event = sample(box, Function.TOKEN_CLAIMS)
    event["request"]["userAttributes"]["email"] = "nobody@agency.example"
    with suppress(NoTokenError):
        drive(box, Function.TOKEN_CLAIMS, event)


def block(box: Sandbox) -> None:
    """Block addresses of both versions, not OMA's; let one go, and tidy up."""
    drive(box, Function.BLOCK_ADDRESSES)
    for address in (*STRANGERS, OMA):
        event = log_delivery.failures(address, [box.clock()] * 20)
        done = drive(box, Function.BLOCK_ADDRESSES, event)
        assert done["blocked"] == (address != OMA)
    unblock = {"job": "unblock", "address": STRANGERS[0]}
    assert drive(box, Function.BLOCK_ADDRESSES, unblock) == {"blocked": 1}
    assert drive(box, Function.BLOCK_ADDRESSES, {"job": "clean-up"}) == {"blocked": 1}


def sign_and_verify(box: Sandbox) -> None:
    """Sign yesterday, verify it, and find what was changed; the clock goes on by a day."""
    box.clock.advance(timedelta(days=1))
    drive(box, Function.AUDIT_JOBS, {"job": "audit-manifest"})
    drive(box, Function.AUDIT_JOBS, {"job": "audit-verification"})
    dynamodb, name = box.aws.plain("dynamodb"), box.table_prefix + Table.AUDIT_LOGS.value
    entry = next(
        item
        for item in dynamodb.scan(TableName=name)["Items"]
        if not item["daySequence"]["S"].startswith("HEAD#")
    )
    dynamodb.put_item(TableName=name, Item={**entry, "result": {"S": "rewritten"}})
    with suppress(AuditBrokenError):
        drive(box, Function.AUDIT_JOBS, {"job": "audit-verification"})


def export(box: Sandbox) -> None:
    """Export what is over, and see that it is exported; the clock goes on by two days."""
    box.clock.advance(timedelta(days=2))
    assert drive(box, Function.EXPORT_TABLES)["started"]
    drive(box, Function.EXPORT_TABLES)


def rotate(box: Sandbox) -> None:
    """Rotate each secret twice: the first time only makes a next value known."""
    _distribution(box)
    for name in sorted(ROTATED):
        full_name = f"{box.secret_prefix}{name.value}"
        for _ in range(2):
            box.clock.advance(timedelta(minutes=30))
            asked = begin(full_name)
            for step in STEPS:
                drive(box, Function.ROTATE_SECRET, {"Step": step, **asked})
                settle(full_name, box.clock())


def _distribution(box: Sandbox) -> None:
    value = box.secrets["origin-header"]
    header = {"HeaderName": "x-origin-verify", "HeaderValue": value}
    origin = {
        "Id": "api",
        "DomainName": "origin.mcp.agency.example",
        "CustomHeaders": {"Quantity": 1, "Items": [header]},
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "https-only",
        },
    }
    made = box.aws.plain("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": box.secret_prefix,
            "Comment": "the edge",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "api",
                "ViewerProtocolPolicy": "https-only",
            },
        }
    )
    box.aws.plain("ssm").put_parameter(
        Name=DISTRIBUTION_PARAMETER,
        Value=made["Distribution"]["Id"],
        Type="String",
        Overwrite=True,
    )


def tell_ages(box: Sandbox) -> None:
    """Tell how old secrets are, at last with secrets that have no value yet: none has one then."""
    manager = box.aws.plain("secretsmanager")
    for name in sorted(AGED):
        full_name = f"{box.secret_prefix}{name}"
        if name not in box.secrets:
            manager.create_secret(Name=full_name, SecretString='{"current":"x"}')
    drive(box, Function.SECRET_AGES)
    for name in sorted(AGED):
        full_name = f"{box.secret_prefix}{name}"
        manager.delete_secret(SecretId=full_name, ForceDeleteWithoutRecovery=True)
        manager.create_secret(Name=full_name)
    drive(box, Function.SECRET_AGES)


def fail_loudly(box: Sandbox) -> None:
    """Ask for what is not built."""
    with suppress(JobNotBuiltError):
        drive(box, Function.JOBS)


def watch(box: Sandbox) -> None:
    """Probe, and forward a finding."""
    drive(box, Function.HEALTH_PROBE)
    drive(box, Function.FORWARD_FINDINGS)


def mail(box: Sandbox) -> None:
    """Send a mail, give one up that SES is too busy for, and see one refused."""
    sent = {"batchItemFailures": []}
    assert drive(box, Function.SEND_MAIL) == sent
    box.faults.arm("sesv2:SendEmail", FaultKind.UNAVAILABLE)
    assert drive(box, Function.SEND_MAIL, mail_event(box, "op_busy")) != sent
    box.faults.arm("sesv2:SendEmail", FaultKind.TIMEOUT)
    assert drive(box, Function.SEND_MAIL, mail_event(box, "op_silent")) == sent


def mail_event(box: Sandbox, operation: str) -> Any:
    """The sample of the function that mails, about another operation."""
    event = sample(box, Function.SEND_MAIL)
    (record,) = event["Records"]
    record["body"] = record["body"].replace("op_0123456789abcdef", operation)
    return event


TRIGGERS: Final = (
    archive,
    refuse_token,
    block,
    fail_loudly,
    watch,
    mail,
    sign_and_verify,
    export,
    rotate,
    # Last: it takes the secrets away.
    tell_ages,
)
"""Everything that a function does which AWS calls; in this order, each with the sandbox."""
