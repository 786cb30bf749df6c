"""What a function may do: actions on named things, as data.

Names are predictable, so a permission needs no reference to another stack; the keys alone are
known by id only. `stacks.constructs.function` turns permissions into the role of a function, and a
test compares them, both ways, with what the code was seen to call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from wpp_mcp.google.connection.envelope import PURPOSE
from wpp_mcp.secret_store import SecretName
from wpp_mcp.storage.tables import Index, Table


class KeyName(StrEnum):
    """The customer-managed keys, by what they protect (`stacks.keys`)."""

    DATA = "data"
    SECRETS = "secrets"
    LOGS = "logs"
    TOKENS = "tokens"


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that actions are allowed on.

    Parameters
    ----------
    arn
        With ``{partition}``, ``{region}``, ``{account}``, ``{prefix}`` (of tables and functions)
        and ``{secrets}`` (prefix of secrets) to be filled in; empty for a key.
    key
        The key that this is, or that what this is about is encrypted with.
    why_wildcard
        Why the ARN holds a wildcard, where it does.
    """

    arn: str = ""
    key: KeyName | None = None
    why_wildcard: str = ""


def table(name: Table) -> Resource:
    """Return a table."""
    arn = f"arn:{{partition}}:dynamodb:{{region}}:{{account}}:table/{{prefix}}{name.value}"
    return Resource(arn, KeyName.DATA)


def stream_of(name: Table) -> Resource:
    """Return the stream of a table."""
    why = "DynamoDB ends the ARN of a stream with the time at which it was switched on"
    return Resource(f"{table(name).arn}/stream/*", KeyName.DATA, why)


def index(name: Table, of: Index | str) -> Resource:
    """Return an index of a table."""
    called = of if isinstance(of, str) else of.name
    return Resource(f"{table(name).arn}/index/{called}", KeyName.DATA)


def secret(name: SecretName | str) -> Resource:
    """Return a secret."""
    # Secrets Manager puts six characters of its own behind a name.
    arn = f"arn:{{partition}}:secretsmanager:{{region}}:{{account}}:secret:{{secrets}}{name}"
    return Resource(
        f"{arn}-??????",
        KeyName.SECRETS,
        "Secrets Manager ends the ARN of a secret with six characters of its own",
    )


ARCHIVE: Final = "{prefix}archive-{account}-{region}"
"""The name of the archive bucket; an account and a region make it nobody else's."""


def archive(path: str = "") -> Resource:
    """Return the archive bucket, or the objects of it below a path.

    Parameters
    ----------
    path
        For example ``manifests/*``; the bucket itself where empty.
    """
    arn = f"arn:{{partition}}:s3:::{ARCHIVE}"
    if not path:
        return Resource(arn, KeyName.DATA)
    why = "The names of objects hold days and numbers that are not known before they are written"
    return Resource(f"{arn}/{path}", KeyName.DATA, why if "*" in path else "")


def delivery_stream(name: str) -> Resource:
    """Return a delivery stream of Firehose, by its name without the prefix.

    It is encrypted with our key, which Firehose uses by a grant of its own: who sends needs none.
    """
    return Resource(
        f"arn:{{partition}}:firehose:{{region}}:{{account}}:deliverystream/{{prefix}}{name}"
    )


def queue(name: str) -> Resource:
    """Return a queue, by its name without the prefix."""
    return Resource(f"arn:{{partition}}:sqs:{{region}}:{{account}}:{{prefix}}{name}", KeyName.DATA)


MAILS: Final = "mail"
"""The queue of mails, without the prefix."""


def queue_itself(name: str) -> Resource:
    """Return a queue, for what needs no key: messages are not opened."""
    return replace(queue(name), key=None)


def metadata(name: SecretName | str) -> Resource:
    """Return what is known of a secret beside its value: no key is needed for that."""
    return replace(secret(name), key=None)


def key(name: KeyName) -> Resource:
    """Return a key, to be used directly."""
    return Resource(key=name)


def exports_of(name: Table) -> Resource:
    """Return the exports of a table."""
    return Resource(f"{table(name).arn}/export/*", None, "DynamoDB names exports by itself")


@dataclass(frozen=True, slots=True)
class Permission:
    """Actions that are allowed on one resource.

    Parameters
    ----------
    actions
        IAM actions, for example ``dynamodb:Query``. Without wildcards.
    conditions
        As IAM writes them: operator, then context key, then value (with ``{environment}`` and
        the other places of an ARN to be filled in).
    """

    resource: Resource
    actions: frozenset[str]
    conditions: Mapping[str, Mapping[str, str]] | None = None


def may(resource: Resource, *actions: str) -> Permission:
    """Return the permission to do so."""
    return Permission(resource, frozenset(actions))


def archive_names(path: str) -> Permission:
    """Return the permission to list names, and versions, below a path of the archive bucket."""
    below = {"StringLike": {"s3:prefix": f"{path}*"}}
    return Permission(archive(), frozenset({"s3:ListBucketVersions"}), below)


def every_export() -> Permission:
    """Return the permission to list exports, of whichever table."""
    why = "dynamodb:ListExports takes no resource; it tells names and states, no data"
    return may(Resource("*", None, why), "dynamodb:ListExports")


def read_secret(*names: SecretName | str) -> tuple[Permission, ...]:
    """Return the permission to read secrets."""
    return tuple(may(secret(name), "secretsmanager:GetSecretValue") for name in names)


def use_token_key(*actions: str) -> Permission:
    """Return the permission to use the key of Google's tokens: for connections of here alone."""
    facts = {"purpose": PURPOSE, "environment": "{environment}"}
    context = {f"kms:EncryptionContext:{name}": value for name, value in facts.items()}
    return Permission(key(KeyName.TOKENS), frozenset(actions), {"StringEquals": context})


def call_google() -> tuple[Permission, ...]:
    """Return the permission to call Google as a person, also by the person's connection.

    A connection is used, and its access token renewed; only the console makes or ends one.
    """
    names = (
        SecretName.GOOGLE_CLIENT_ID,
        SecretName.GOOGLE_CLIENT_SECRET,
        SecretName.ADS_DEVELOPER_TOKEN,
    )
    return (
        may(table(Table.GOOGLE_CONNECTIONS), "dynamodb:BatchGetItem", "dynamodb:PutItem"),
        use_token_key("kms:Decrypt"),
        *read_secret(*names),
    )


def put_mails() -> Permission:
    """Return the permission to put mails into their queue."""
    # IAM knows no action for a batch: SQSDeveloperGuide/sqs-api-permissions-reference.html.
    return may(queue(MAILS), "sqs:SendMessage")


def send_mails(domain: str, configuration: str, sender: str) -> tuple[Permission, ...]:
    """Return the permission to send mails from one address, under one configuration set."""
    own = "arn:{partition}:ses:{region}:{account}"
    context = {"StringEquals": {"ses:FromAddress": sender}}
    return tuple(
        Permission(Resource(f"{own}:{what}"), frozenset({"ses:SendEmail"}), context)
        for what in (f"identity/{domain}", f"configuration-set/{configuration}")
    )


THROUGH: Final[Mapping[str, str]] = {
    "dynamodb": "dynamodb.{region}.amazonaws.com",
    "secretsmanager": "secretsmanager.{region}.amazonaws.com",
    "s3": "s3.{region}.amazonaws.com",
    "sqs": "sqs.{region}.amazonaws.com",
    "sns": "sns.{region}.amazonaws.com",
    "firehose": "firehose.{region}.amazonaws.com",
}
"""As whom a service uses a key for its caller (``kms:ViaService``)."""

_READS: Final = (
    "Get",
    "Query",
    "Receive",
    "BatchGet",
    "ConditionCheck",
    "Scan",
    "List",
    "Describe",
    "Export",
)


def implied(permission: Permission) -> tuple[str, str, frozenset[str]] | None:
    """Return what a permission implies on the key behind it: service, its principal, actions.

    Services that encrypt with a customer-managed key use it with the rights of their caller.
    """
    if permission.resource.key is None or not permission.resource.arn:
        return None
    service = next(iter(permission.actions)).partition(":")[0]
    if service not in THROUGH:
        return None
    writes = any(not a.partition(":")[2].startswith(_READS) for a in permission.actions)
    actions = {"kms:Decrypt"} | ({"kms:GenerateDataKey"} if writes else set())
    if service == "dynamodb":
        # DynamoDB keeps a table's own keys under ours: amazon-dynamodb-encryption, "Using KMS".
        actions |= {"kms:DescribeKey"} | (
            {"kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"} if writes else set()
        )
    return service, THROUGH[service], frozenset(actions)
