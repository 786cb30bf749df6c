"""Which IAM action, on which resource, each call to AWS needs: the explicit map.

A call that the map does not know fails the test that made it. Source: AWS Service Authorization
Reference, and for transactions "Using IAM with DynamoDB transactions".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.functions import AwsCall
from sandbox.mail import CONFIGURATION, SENDER

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """How the sandbox calls its things, and how an environment calls them."""

    table_prefix: str
    secret_prefix: str
    token_key: str
    environment: Any
    token_key_arn: str

    def table(self, name: str) -> str:
        """The ARN of a table."""
        return self._arn("dynamodb", f"table/{self._renamed(name)}")

    def secret(self, name: str) -> str:
        """The ARN of a secret, as Secrets Manager ends it; by its name or its ARN."""
        if ":secret:" in name:
            name = name.partition(":secret:")[2][: -len("-AbCdEf")]
        own = self.environment.secret_prefix + name.removeprefix(self.secret_prefix)
        return self._arn("secretsmanager", f"secret:{own}-AbCdEf")

    def key(self, key_id: str) -> str:
        """The ARN of the key of Google's tokens; there is no other that functions use directly."""
        assert key_id == self.token_key
        return self.token_key_arn

    def named(self, service: str, kind: str, name: str) -> str:
        """The ARN of what has a prefix as tables have, for example a queue."""
        return self._arn(service, f"{kind}{self._renamed(name)}")

    def here(self, service: str, rest: str) -> str:
        """The ARN of what has its own name here too."""
        return self._arn(service, rest)

    def anywhere(self, service: str, region: str, rest: str) -> str:
        """The ARN of what lies in a region of its own, or in none."""
        return f"arn:aws:{service}:{region}:{self.environment.account}:{rest}"

    def bucket(self, name: str) -> str:
        """The ARN of the archive."""
        assert name == f"{self.table_prefix}archive", name
        own = self.environment
        return f"arn:aws:s3:::{own.prefix}archive-{own.account}-{own.region}"

    def _renamed(self, name: str) -> str:
        assert name.startswith(self.table_prefix), name
        return f"{self.environment.prefix}{name.removeprefix(self.table_prefix)}"

    def _arn(self, service: str, rest: str) -> str:
        place = f"{self.environment.region}:{self.environment.account}"
        return f"arn:aws:{service}:{place}:{rest}"


@dataclass(frozen=True, slots=True)
class Need:
    """An action on a resource; ``context`` is what a condition can ask about."""

    action: str
    resource: str
    context: tuple[tuple[str, str], ...] = field(default=(), compare=False)


Rule = Callable[[Parameters, Names], Iterable[Need]]


def _item(operation: str) -> Rule:
    def rule(given: Parameters, names: Names) -> Iterable[Need]:
        yield Need(f"dynamodb:{operation}", names.table(given["TableName"]))

    return rule


def _batch(operation: str) -> Rule:
    def rule(given: Parameters, names: Names) -> Iterable[Need]:
        for table in given["RequestItems"]:
            yield Need(f"dynamodb:{operation}", names.table(table))

    return rule


def _query(given: Parameters, names: Names) -> Iterable[Need]:
    index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
    yield Need("dynamodb:Query", names.table(given["TableName"]) + index)


_IN_TRANSACTION: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def _transaction(given: Parameters, names: Names) -> Iterable[Need]:
    for item in given["TransactItems"]:
        ((kind, body),) = item.items()
        yield Need(f"dynamodb:{_IN_TRANSACTION[kind]}", names.table(body["TableName"]))


def _secret(operation: str) -> Rule:
    def rule(given: Parameters, names: Names) -> Iterable[Need]:
        yield Need(f"secretsmanager:{operation}", names.secret(given["SecretId"]))

    return rule


def _key(operation: str) -> Rule:
    def rule(given: Parameters, names: Names) -> Iterable[Need]:
        context = {
            f"kms:EncryptionContext:{name}": value
            for name, value in given["EncryptionContext"].items()
        }
        yield Need(f"kms:{operation}", names.key(given["KeyId"]), tuple(context.items()))

    return rule


def _described(operation: str) -> Rule:
    """About one table, named or by its ARN."""

    def rule(given: Parameters, names: Names) -> Iterable[Need]:
        name = given.get("TableName") or given["TableArn"].rpartition("/")[2]
        yield Need(f"dynamodb:{operation}", names.table(name))

    return rule


def _every_export(_: Parameters, names: Names) -> Iterable[Need]:
    yield Need("dynamodb:ListExports", "*")


def _one_export(given: Parameters, names: Names) -> Iterable[Need]:
    # moto writes the table's whole ARN where DynamoDB writes its name.
    table = next(part for part in given["ExportArn"].split("/") if names.table_prefix in part)
    yield Need("dynamodb:DescribeExport", f"{names.table(table)}/export/01695353076000-a1b2c3d4")


def _export(given: Parameters, names: Names) -> Iterable[Need]:
    """DynamoDB writes as whoever asks: S3DataExport.Requesting.html."""
    yield from _described("ExportTableToPointInTime")(given, names)
    written = f"{names.bucket(given['S3Bucket'])}/{given['S3Prefix']}/AWSDynamoDB/data/a.json.gz"
    for action in ("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"):
        yield Need(action, written)


def _get_object(given: Parameters, names: Names) -> Iterable[Need]:
    action = "s3:GetObjectVersion" if "VersionId" in given else "s3:GetObject"
    yield Need(action, f"{names.bucket(given['Bucket'])}/{given['Key']}")


def _put_object(given: Parameters, names: Names) -> Iterable[Need]:
    place = f"{names.bucket(given['Bucket'])}/{given['Key']}"
    yield Need("s3:PutObject", place)
    if "ObjectLockMode" in given:
        yield Need("s3:PutObjectRetention", place)


def _list_versions(given: Parameters, names: Names) -> Iterable[Need]:
    context = (("s3:prefix", given["Prefix"]),)
    yield Need("s3:ListBucketVersions", names.bucket(given["Bucket"]), context)


def _put_records(given: Parameters, names: Names) -> Iterable[Need]:
    stream = names.named("firehose", "deliverystream/", given["DeliveryStreamName"])
    yield Need("firehose:PutRecordBatch", stream)


def _send_message(given: Parameters, names: Names) -> Iterable[Need]:
    yield Need("sqs:SendMessage", names.named("sqs", "", given["QueueUrl"].rpartition("/")[2]))


def _send_batch(given: Parameters, names: Names) -> Iterable[Need]:
    """IAM knows no action for a batch."""
    yield from _send_message(given, names)


def _send_mail(given: Parameters, names: Names) -> Iterable[Need]:
    """SES looks at the sender's domain and at the configuration set, by what they are called."""
    assert given["FromEmailAddress"] == SENDER
    assert given["ConfigurationSetName"] == CONFIGURATION
    mail = names.environment.mail
    context = (("ses:FromAddress", mail.sender),)
    own = f"configuration-set/{names.environment.prefix}mail"
    for place in (f"identity/{mail.sender_domain}", own):
        yield Need("ses:SendEmail", names.here("ses", place), context)


def _parameter(given: Parameters, names: Names) -> Iterable[Need]:
    yield Need("ssm:GetParameter", names.here("ssm", f"parameter{given['Name']}"))


def _ip_set(operation: str) -> Rule:
    def rule(given: Parameters, names: Names) -> Iterable[Need]:
        assert given["Scope"] == "CLOUDFRONT"
        own = names.table(given["Name"]).rpartition("/")[2]
        place = names.anywhere("wafv2", "us-east-1", f"global/ipset/{own}/{given['Id']}")
        yield Need(f"wafv2:{operation}", place)

    return rule


def _distribution(operation: str) -> Rule:
    def rule(given: Parameters, names: Names) -> Iterable[Need]:
        tags = {"project": "wpp-mcp", "environment": names.environment.name}
        context = tuple((f"aws:ResourceTag/{name}", value) for name, value in tags.items())
        place = names.anywhere("cloudfront", "", f"distribution/{given['Id']}")
        yield Need(f"cloudfront:{operation}", place, context)

    return rule


RULES: Final[Mapping[str, Rule]] = {
    "dynamodb:BatchGetItem": _batch("BatchGetItem"),
    "dynamodb:Query": _query,
    "dynamodb:GetItem": _item("GetItem"),
    "dynamodb:PutItem": _item("PutItem"),
    "dynamodb:UpdateItem": _item("UpdateItem"),
    "dynamodb:DeleteItem": _item("DeleteItem"),
    "dynamodb:TransactWriteItems": _transaction,
    "secretsmanager:GetSecretValue": _secret("GetSecretValue"),
    "dynamodb:DescribeTable": _described("DescribeTable"),
    "dynamodb:DescribeContinuousBackups": _described("DescribeContinuousBackups"),
    "dynamodb:ListExports": _every_export,
    "dynamodb:DescribeExport": _one_export,
    "dynamodb:ExportTableToPointInTime": _export,
    "secretsmanager:DescribeSecret": _secret("DescribeSecret"),
    "secretsmanager:ListSecretVersionIds": _secret("ListSecretVersionIds"),
    "secretsmanager:PutSecretValue": _secret("PutSecretValue"),
    "secretsmanager:UpdateSecretVersionStage": _secret("UpdateSecretVersionStage"),
    "s3:GetObject": _get_object,
    "s3:PutObject": _put_object,
    "s3:ListObjectVersions": _list_versions,
    "firehose:PutRecordBatch": _put_records,
    "sqs:SendMessage": _send_message,
    "sqs:SendMessageBatch": _send_batch,
    "sesv2:SendEmail": _send_mail,
    "ssm:GetParameter": _parameter,
    "wafv2:GetIPSet": _ip_set("GetIPSet"),
    "wafv2:UpdateIPSet": _ip_set("UpdateIPSet"),
    "cloudfront:GetDistribution": _distribution("GetDistribution"),
    "cloudfront:UpdateDistribution": _distribution("UpdateDistribution"),
    "kms:Decrypt": _key("Decrypt"),
    "kms:GenerateDataKey": _key("GenerateDataKey"),
}
"""By service and operation, as boto3 calls them."""


def needs(call: AwsCall, names: Names) -> frozenset[Need]:
    """Return what a call needs."""
    rule = RULES[f"{call.service}:{call.operation}"]
    return frozenset(rule(call.parameters, names))
