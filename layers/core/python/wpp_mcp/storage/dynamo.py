"""The few shapes of storage call the product makes: batch read, query, transaction, one item.

One batch read and one transaction are a whole governed read (product.md §8). Every failure of
DynamoDB comes out as `StorageError`, a lost condition as `ConditionFailed` with the item that
won, so that the loser can go on without reading again.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.items import Item, decode, encode
from wpp_mcp.storage.tables import BY_TABLE, Table

_BATCH_TRIES: Final = 4
_CONTENTION: Final = frozenset({"TransactionConflictException", "TransactionInProgressException"})
MOST_KEYS: Final = 100
"""Items in one BatchGetItem, and writes in one TransactWriteItems (DynamoDB's limits)."""


class StorageError(RuntimeError):
    """DynamoDB refused, throttled or did not answer. Nothing was decided by it."""


class ContentionError(StorageError):
    """Another transaction touched the same item at the same moment: try again."""


class ConditionFailedError(Exception):
    """A condition of a transaction did not hold; nothing of it was written.

    Parameters
    ----------
    lost
        For each write of the transaction, whether its condition failed.
    items
        For each write, the item as it stands now (empty where none, or not failed).
    """

    def __init__(self, lost: Sequence[bool], items: Sequence[Item]) -> None:
        super().__init__("condition failed")
        self.lost = tuple(lost)
        self.items = tuple(items)


@dataclass(frozen=True, slots=True)
class Key:
    """The primary key of one item."""

    table: Table
    partition: str
    sort: str | None = None

    def attributes(self) -> dict[str, str]:
        """Return the key as the table names its attributes."""
        spec = BY_TABLE[self.table]
        values = {spec.partition: self.partition}
        if spec.sort is not None and self.sort is not None:
            values[spec.sort] = self.sort
        return values


@dataclass(frozen=True, slots=True)
class Write:
    """One write of a transaction: an item (`put`), an update expression, a removal, or a check.

    Parameters
    ----------
    key
        Which item.
    item
        The attributes beside the key, for a put.
    update, condition
        Expressions; names as ``#name``, values as ``:name`` from the two mappings. With neither
        ``item`` nor ``update`` the item is removed.
    check
        The item stays as it is, and the transaction holds only where ``condition`` does.
    """

    key: Key
    item: Mapping[str, Any] | None = None
    update: str | None = None
    condition: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    check: bool = False


class Dynamo:
    """DynamoDB for one environment.

    Parameters
    ----------
    runtime
        Gives the client, and chance and sleep for retries of a batch read.
    prefix
        What stands before each table's name.
    """

    def __init__(self, runtime: Runtime, prefix: str) -> None:
        self._aws = runtime.aws
        self._chance: random.Random = runtime.chance
        self._sleep: Callable[[float], None] = runtime.sleep
        self._prefix = prefix

    def batch_get(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Read up to 100 items of any tables, strongly consistent; absent ones are left out.

        Raises
        ------
        StorageError
            Not everything could be read.
        """
        wanted = list(dict.fromkeys(keys))
        if len(wanted) > MOST_KEYS:
            raise ValueError("more than 100 keys in one batch")
        found: dict[Key, Item] = {}
        request = self._batch_request(wanted)
        for attempt in range(_BATCH_TRIES):
            if attempt:
                self._sleep(self._chance.uniform(0, 0.05 * 2**attempt))
            answer = self._call("batch_get_item", RequestItems=request)
            found |= self._found(answer["Responses"], wanted)
            request = answer.get("UnprocessedKeys") or {}
            if not request:
                return found
        raise StorageError("batch read left keys unprocessed")

    def _batch_request(self, keys: Iterable[Key]) -> dict[str, Any]:
        request: dict[str, Any] = {}
        for key in keys:
            table = request.setdefault(
                self._prefix + key.table.value, {"Keys": [], "ConsistentRead": True}
            )
            table["Keys"].append(encode(key.attributes()))
        return request

    def _found(self, responses: Mapping[str, Any], wanted: Iterable[Key]) -> dict[Key, Item]:
        items = {
            (table, _identity(BY_TABLE[Table(table.removeprefix(self._prefix))], item)): item
            for table, rows in responses.items()
            for item in map(decode, rows)
        }
        found = {key: items.get((self._prefix + key.table.value, _key_of(key))) for key in wanted}
        return {key: item for key, item in found.items() if item is not None}

    def query(
        self,
        table: Table,
        condition: str,
        values: Mapping[str, Any],
        *,
        index: str | None = None,
        names: Mapping[str, str] | None = None,
        limit: int | None = None,
        start: Item | None = None,
        descending: bool = False,
    ) -> tuple[list[Item], Item | None]:
        """Run one Query; return its items and the key to go on from, if there is more.

        Reads of a table are strongly consistent, those of an index cannot be.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        arguments: dict[str, Any] = {
            "TableName": self._prefix + table.value,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
            "ScanIndexForward": not descending,
        }
        if index is not None:
            arguments["IndexName"] = index
        else:
            arguments["ConsistentRead"] = True
        if names:
            arguments["ExpressionAttributeNames"] = dict(names)
        if limit is not None:
            arguments["Limit"] = limit
        if start is not None:
            arguments["ExclusiveStartKey"] = encode(start)
        answer = self._call("query", **arguments)
        more = answer.get("LastEvaluatedKey")
        return [decode(item) for item in answer["Items"]], decode(more) if more else None

    def transact(self, writes: Sequence[Write]) -> None:
        """Write everything or nothing.

        Raises
        ------
        ConditionFailedError
            A condition did not hold; carries the items that stand.
        ContentionError
            Another transaction was at the same items.
        StorageError
            DynamoDB did not answer; the transaction may or may not have been applied.
        """
        self._call("transact_write_items", TransactItems=[self._encoded(w) for w in writes])

    def write(self, write: Write) -> None:
        """Apply one write outside a transaction.

        Raises
        ------
        ConditionFailedError, StorageError
            As `transact`.
        """
        [(kind, body)] = self._encoded(write).items()
        self._call(f"{kind.lower()}_item", **body)

    def take(self, key: Key) -> Item | None:
        """Remove an item and return what it held: one of several takers gets it, once.

        Raises
        ------
        StorageError
            DynamoDB did not answer; the item may be gone.
        """
        answer = self._call(
            "delete_item",
            TableName=self._prefix + key.table.value,
            Key=encode(key.attributes()),
            ReturnValues="ALL_OLD",
        )
        old = answer.get("Attributes")
        return decode(old) if old else None

    def _encoded(self, write: Write) -> dict[str, Any]:
        body: dict[str, Any] = {"TableName": self._prefix + write.key.table.value}
        if write.item is not None:
            body["Item"] = encode({**write.key.attributes(), **write.item})
        else:
            body["Key"] = encode(write.key.attributes())
        if write.update is not None:
            body["UpdateExpression"] = write.update
        if write.condition:
            body["ConditionExpression"] = write.condition
            body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if write.names:
            body["ExpressionAttributeNames"] = dict(write.names)
        if write.values:
            body["ExpressionAttributeValues"] = encode(write.values)
        if write.check:
            return {"ConditionCheck": body}
        if write.item is not None:
            return {"Put": body}
        return {"Update" if write.update is not None else "Delete": body}

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self._aws("dynamodb"), operation)(**arguments)
        except ClientError as error:
            raise _translated(error.response) from error
        except BotoCoreError as error:
            raise StorageError(type(error).__name__) from error
        return answer


def _translated(response: Mapping[str, Any]) -> Exception:
    code = response.get("Error", {}).get("Code", "")
    reasons = response.get("CancellationReasons") or []
    codes = [reason.get("Code", "None") for reason in reasons]
    if code == "ConditionalCheckFailedException":
        return ConditionFailedError([True], [decode(response.get("Item") or {})])
    if code == "TransactionCanceledException" and "ConditionalCheckFailed" in codes:
        return ConditionFailedError(
            [c == "ConditionalCheckFailed" for c in codes],
            [decode(reason.get("Item") or {}) for reason in reasons],
        )
    if "TransactionConflict" in codes or code in _CONTENTION:
        return ContentionError(code)
    return StorageError(code or "unknown")


def _key_of(key: Key) -> tuple[str, ...]:
    return (key.partition,) if key.sort is None else (key.partition, key.sort)


def _identity(spec: Any, item: Item) -> tuple[str, ...]:
    return (item[spec.partition],) if spec.sort is None else (item[spec.partition], item[spec.sort])
