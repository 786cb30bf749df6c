"""What each function that AWS calls does to AWS, as narrow as its code's calls.

``tests/infrastructure/test_roles.py`` compares this with what the code is seen to call, both ways.
"""

from typing import Final

from stacks.permissions import (
    MAILS,
    Permission,
    Resource,
    archive,
    archive_names,
    call_google,
    delivery_stream,
    every_export,
    exports_of,
    index,
    may,
    metadata,
    put_mails,
    queue,
    queue_itself,
    read_secret,
    secret,
    table,
)
from stacks.secret_specs import AGED
from wpp_mcp.jobs.exports import EXPORTED
from wpp_mcp.secret_store import ROTATED, SecretName
from wpp_mcp.storage.tables import Table

AUDIT_STREAM: Final = "audit"
"""The delivery stream of the archive, without the prefix."""

REFUSED_QUEUE: Final = "audit-archive-refused"
"""The queue of what the archive could not take."""

DEAD_JOBS: Final = "jobs-dead-letters"
"""The queue of the jobs that nobody could run."""

DEAD_FINDINGS: Final = "findings-dead-letters"
"""The queue of the findings that OMA did not take."""

DEAD_MAILS: Final = "mail-dead-letters"
"""The queue of the mails that nobody could send."""

_TELLS: Final = may(queue(DEAD_JOBS), "sqs:SendMessage")


def _blocked_set(version: int) -> Resource:
    # WAF of CloudFront is at home in us-east-1, wherever the function runs.
    name = f"{{prefix}}blocked-v{version}"
    return Resource(
        f"arn:{{partition}}:wafv2:us-east-1:{{account}}:global/ipset/{name}/*",
        why_wildcard="AWS WAF ends the ARN of an IP set with an id of its own",
    )


TOKEN_CLAIMS: Final[tuple[Permission, ...]] = (
    may(table(Table.DIRECTORY), "dynamodb:BatchGetItem"),
    may(index(Table.DIRECTORY, "employeeId-index"), "dynamodb:Query"),
)
ARCHIVE_AUDIT: Final[tuple[Permission, ...]] = (
    may(delivery_stream(AUDIT_STREAM), "firehose:PutRecordBatch"),
    may(queue(REFUSED_QUEUE), "sqs:SendMessage"),
)
BLOCK_ADDRESSES: Final[tuple[Permission, ...]] = (
    may(
        table(Table.ADDRESS_BLOCKS),
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    ),
    may(_blocked_set(4), "wafv2:GetIPSet", "wafv2:UpdateIPSet"),
    may(_blocked_set(6), "wafv2:GetIPSet", "wafv2:UpdateIPSet"),
)
ROTATE_SECRET: Final[tuple[Permission, ...]] = tuple(
    may(
        secret(name),
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    )
    for name in sorted(ROTATED)
)
SECRET_AGES: Final[tuple[Permission, ...]] = tuple(
    may(metadata(name), "secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds")
    for name in sorted(AGED)
)
AUDIT_JOBS: Final[tuple[Permission, ...]] = (
    may(table(Table.AUDIT_LOGS), "dynamodb:Query", "dynamodb:BatchGetItem"),
    may(index(Table.AUDIT_LOGS, "day-timestamp-index"), "dynamodb:Query"),
    *read_secret(SecretName.AUDIT_KEY),
    archive_names("manifests/"),
    may(
        archive("manifests/*"),
        "s3:GetObjectVersion",
        "s3:PutObject",
        "s3:PutObjectRetention",
    ),
    _TELLS,
)
EXPORT_TABLES: Final[tuple[Permission, ...]] = (
    *(
        may(
            table(name),
            "dynamodb:DescribeTable",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:ExportTableToPointInTime",
        )
        for name in EXPORTED
    ),
    *(may(exports_of(name), "dynamodb:DescribeExport") for name in EXPORTED),
    every_export(),
    # DynamoDB writes with the rights of who asked: S3DataExport.Requesting.html.
    may(archive("exports/*"), "s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"),
    _TELLS,
)
JOBS: Final[tuple[Permission, ...]] = (_TELLS,)
FORWARD_FINDINGS: Final[tuple[Permission, ...]] = (
    *read_secret(SecretName.OMA_WEBHOOK_KEY),
    may(queue(DEAD_FINDINGS), "sqs:SendMessage"),
)
SEND_MAIL: Final[tuple[Permission, ...]] = (
    # Whose mails it sends is known to its stack.
    may(queue(MAILS), "sqs:ReceiveMessage"),
    may(queue_itself(MAILS), "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    # What was sent already.
    may(table(Table.IDEMPOTENCY), "dynamodb:DeleteItem", "dynamodb:PutItem"),
)
OPERATION_JOBS: Final[tuple[Permission, ...]] = (
    may(table(Table.OPERATIONS), "dynamodb:BatchGetItem", "dynamodb:UpdateItem"),
    may(index(Table.OPERATIONS, "status-expiresAt-index"), "dynamodb:Query"),
    may(
        table(Table.AUDIT_LOGS), "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"
    ),
    may(table(Table.DIRECTORY), "dynamodb:BatchGetItem"),
    may(table(Table.POLICIES), "dynamodb:BatchGetItem"),
    may(table(Table.APPROVED_ACCOUNTS), "dynamodb:BatchGetItem"),
    # What was counted of limits and not done is given back.
    may(table(Table.IDEMPOTENCY), "dynamodb:UpdateItem"),
    # Google is asked as whoever changed something there.
    *call_google(),
    *read_secret(SecretName.AUDIT_KEY),
    put_mails(),
    _TELLS,
)
