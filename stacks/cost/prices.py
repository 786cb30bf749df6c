"""Prices in US dollars, on demand, us-east-1, before tax, free tiers and discounts.

Free tiers are left out: an agency's accounts share them with everything else that it runs. List
prices as they were known on the day in `AS_OF`; `SOURCES` names the page that has each. No program
read those pages: compare before a budget depends on a figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

AS_OF: Final = date(2026, 11, 21)
REGION: Final = "us-east-1"
CURRENCY: Final = "USD"
HOURS: Final = Decimal(730)
"""Hours of a month, as AWS's calculator counts them."""

MILLION: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs.

    Parameters
    ----------
    service
        Under which a report sums it.
    amount
        US dollars for one ``unit``.
    """

    service: str
    unit: str
    amount: Decimal


def _price(service: str, unit: str, amount: str, per: Decimal = Decimal(1)) -> Price:
    return Price(service, unit, Decimal(amount) / per)


PRICES: Final[Mapping[str, Price]] = MappingProxyType(
    {
        "nat-hour": _price("NAT gateways", "hour", "0.045"),
        "nat-gb": _price("NAT gateways", "GB", "0.045"),
        "public-ipv4-hour": _price("NAT gateways", "hour", "0.005"),
        "endpoint-hour": _price("Interface endpoints", "zone hour", "0.01"),
        "endpoint-gb": _price("Interface endpoints", "GB", "0.01"),
        "internet-gb": _price("Data transfer", "GB", "0.09"),
        "kms-key": _price("KMS", "key", "1"),
        "kms-request": _price("KMS", "request", "0.03", Decimal(10_000)),
        "secret": _price("Secrets Manager", "secret", "0.40"),
        "secret-call": _price("Secrets Manager", "call", "0.05", Decimal(10_000)),
        "lambda-request": _price("Lambda", "request", "0.20", MILLION),
        "lambda-gb-second": _price("Lambda", "GB-second (arm64)", "0.0000133334"),
        "snapstart-cache": _price("Lambda SnapStart", "GB-second", "0.0000015046"),
        "snapstart-restore": _price("Lambda SnapStart", "GB restored", "0.0001397998"),
        "http-api-request": _price("API Gateway", "request", "1.00", MILLION),
        "cloudfront-request": _price("CloudFront", "HTTPS request", "1.00", MILLION),
        "cloudfront-gb": _price("CloudFront", "GB", "0.085"),
        "cloudfront-function": _price("CloudFront", "invocation", "0.10", MILLION),
        "waf-acl": _price("WAF", "web ACL", "5"),
        "waf-rule": _price("WAF", "rule", "1"),
        "waf-request": _price("WAF", "request", "0.60", MILLION),
        "cognito-essentials": _price("Cognito", "active user", "0.015"),
        "cognito-plus": _price("Cognito", "active user", "0.02"),
        "dynamodb-write": _price("DynamoDB", "write unit", "0.625", MILLION),
        "dynamodb-read": _price("DynamoDB", "read unit", "0.125", MILLION),
        "dynamodb-replicated-write": _price("DynamoDB replica", "write unit", "0.625", MILLION),
        "dynamodb-gb": _price("DynamoDB", "GB", "0.25"),
        "dynamodb-replica-gb": _price("DynamoDB replica", "GB", "0.25"),
        "dynamodb-recovery-gb": _price("DynamoDB", "GB recoverable", "0.20"),
        "dynamodb-export-gb": _price("DynamoDB", "GB exported", "0.10"),
        "backup-gb": _price("Backup", "GB", "0.10"),
        "backup-cold-gb": _price("Backup", "GB in cold storage", "0.03"),
        "backup-copy-gb": _price("Backup", "GB copied", "0.02"),
        "s3-gb": _price("S3", "GB", "0.023"),
        "s3-put": _price("S3", "write", "0.005", Decimal(1000)),
        "s3-replication-gb": _price("S3", "GB replicated", "0.02"),
        "firehose-gb": _price("Firehose", "GB in steps of 5 KB", "0.029"),
        "firehose-parquet-gb": _price("Firehose", "GB converted", "0.018"),
        "logs-gb": _price("CloudWatch", "GB of logs", "0.50"),
        "logs-stored-gb": _price("CloudWatch", "GB of logs kept", "0.03"),
        "insights-gb": _price("CloudWatch", "GB searched", "0.005"),
        "metric": _price("CloudWatch", "metric", "0.30"),
        "alarm-metric": _price("CloudWatch", "metric in an alarm", "0.10"),
        "composite-alarm": _price("CloudWatch", "composite alarm", "0.50"),
        "dashboard": _price("CloudWatch", "dashboard", "3"),
        "trace": _price("X-Ray", "trace", "5", MILLION),
        "trail-data-event": _price("CloudTrail", "data event", "0.10", Decimal(100_000)),
        "guardduty-event": _price("GuardDuty", "management event", "4", MILLION),
        "guardduty-gb": _price("GuardDuty", "GB of flow and DNS logs", "1"),
        "guardduty-s3-event": _price("GuardDuty", "S3 data event", "0.80", MILLION),
        "schedule": _price("Scheduler", "invocation", "1", MILLION),
        "sqs-request": _price("SQS", "request", "0.40", MILLION),
        "sns-mail": _price("SNS", "mail", "2", Decimal(100_000)),
        "ses-mail": _price("SES", "mail", "0.10", Decimal(1000)),
        "athena-gb": _price("Athena", "GB scanned", "5", Decimal(1000)),
        "resolver-query": _price("Route 53", "query", "0.40", MILLION),
    }
)
"""Every price, by the name that `resources` and `usage` use."""

SOURCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NAT gateways": "https://aws.amazon.com/vpc/pricing/",
        "Interface endpoints": "https://aws.amazon.com/privatelink/pricing/",
        "Data transfer": "https://aws.amazon.com/ec2/pricing/on-demand/",
        "KMS": "https://aws.amazon.com/kms/pricing/",
        "Secrets Manager": "https://aws.amazon.com/secrets-manager/pricing/",
        "Lambda": "https://aws.amazon.com/lambda/pricing/",
        "Lambda SnapStart": "https://aws.amazon.com/lambda/pricing/",
        "API Gateway": "https://aws.amazon.com/api-gateway/pricing/",
        "CloudFront": "https://aws.amazon.com/cloudfront/pricing/",
        "WAF": "https://aws.amazon.com/waf/pricing/",
        "Cognito": "https://aws.amazon.com/cognito/pricing/",
        "DynamoDB": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
        "DynamoDB replica": "https://aws.amazon.com/dynamodb/pricing/on-demand/",
        "Backup": "https://aws.amazon.com/backup/pricing/",
        "S3": "https://aws.amazon.com/s3/pricing/",
        "Firehose": "https://aws.amazon.com/firehose/pricing/",
        "CloudWatch": "https://aws.amazon.com/cloudwatch/pricing/",
        "X-Ray": "https://aws.amazon.com/xray/pricing/",
        "CloudTrail": "https://aws.amazon.com/cloudtrail/pricing/",
        "GuardDuty": "https://aws.amazon.com/guardduty/pricing/",
        "Scheduler": "https://aws.amazon.com/eventbridge/pricing/",
        "SQS": "https://aws.amazon.com/sqs/pricing/",
        "SNS": "https://aws.amazon.com/sns/pricing/",
        "SES": "https://aws.amazon.com/ses/pricing/",
        "Athena": "https://aws.amazon.com/athena/pricing/",
        "Route 53": "https://aws.amazon.com/route53/pricing/",
    }
)
"""The page that says a service's prices."""
