"""Which IAM action, on which resource, each call to AWS needs: the explicit map.

A call that the map does not know fails the test that made it. Source: AWS Service Authorization
Reference, and for transactions "Using IAM with DynamoDB transactions".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.functions import AwsCall

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
        """The ARN of a secret, as Secrets Manager ends it."""
        own = self.environment.secret_prefix + name.removeprefix(self.secret_prefix)
        return self._arn("secretsmanager", f"secret:{own}-AbCdEf")

    def key(self, key_id: str) -> str:
        """The ARN of the key of Google's tokens; there is no other that functions use directly."""
        assert key_id == self.token_key
        return self.token_key_arn

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


RULES: Final[Mapping[str, Rule]] = {
    "dynamodb:BatchGetItem": _batch("BatchGetItem"),
    "dynamodb:Query": _query,
    "dynamodb:GetItem": _item("GetItem"),
    "dynamodb:PutItem": _item("PutItem"),
    "dynamodb:UpdateItem": _item("UpdateItem"),
    "dynamodb:DeleteItem": _item("DeleteItem"),
    "dynamodb:TransactWriteItems": _transaction,
    "secretsmanager:GetSecretValue": _secret("GetSecretValue"),
    "kms:Decrypt": _key("Decrypt"),
    "kms:GenerateDataKey": _key("GenerateDataKey"),
}
"""By service and operation, as boto3 calls them."""


def needs(call: AwsCall, names: Names) -> frozenset[Need]:
    """Return what a call needs."""
    rule = RULES[f"{call.service}:{call.operation}"]
    return frozenset(rule(call.parameters, names))
