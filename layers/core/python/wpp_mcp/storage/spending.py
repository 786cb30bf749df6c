"""What was moved and raised lately: the memory that limits of a day need (product.md §6).

Splitting a rise into many small ones gains nothing: each field remembers what it held before each
move of the last 24 hours, and rises add up in a counter for each account and each person, by UTC
day and currency. Kept in the idempotency table, which drops them by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.time import day_of, iso, parse_iso
from wpp_mcp.storage.dynamo import Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table

WINDOW: Final = timedelta(hours=24)
MOST_MOVES: Final = 200
"""Moves of one field in 24 hours; one more is refused (`operations.limits`)."""

_VOID: Final = "notMade"
_KEPT: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Move:
    """One executed change of a field.

    Parameters
    ----------
    before
        What it held; 0 where it held nothing.
    """

    at: datetime
    before: Decimal


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves of one field in the last 24 hours, the oldest first.

    Parameters
    ----------
    version
        Of the item that was read; 0 where there was none.
    """

    moves: tuple[Move, ...] = ()
    version: int = 0

    def first(self, live: Decimal | None) -> Decimal:
        """Return the first value of the last 24 hours: before the oldest move, else the live one.

        0 stands for "nothing": there is no percent of it.
        """
        return self.moves[0].before if self.moves else live or Decimal(0)

    @property
    def full(self) -> bool:
        """Whether no further move can be remembered, and so none may be made."""
        return len(self.moves) >= MOST_MOVES


class Spending:
    """Where moves and rises stand, and the writes that add to them."""

    @staticmethod
    def moves_key(field_key: str) -> Key:
        """Return the key of a field's moves.

        Parameters
        ----------
        field_key
            Thing and field, as `operations.money.MoneyEffect.key`.
        """
        return Key(Table.IDEMPOTENCY, f"spending#field#{field_key}")

    @staticmethod
    def account_key(account: AccountRef, currency: str, now: datetime) -> Key:
        """Return the key of an account's rises of this UTC day."""
        return _day_key(f"account#{account.key}", currency, now)

    @staticmethod
    def user_key(user_id: str, currency: str, now: datetime) -> Key:
        """Return the key of a person's rises of this UTC day, over all accounts of a currency."""
        return _day_key(f"user#{user_id}", currency, now)

    @staticmethod
    def moves(item: Item | None, now: datetime) -> Moves:
        """Return the moves in an item that are no older than 24 hours.

        Raises
        ------
        StorageError
            The record is damaged: no first value is guessed.
        """
        if item is None:
            return Moves()
        try:
            void = set(item.get(_VOID, ()))
            every = [
                Move(parse_iso(m["at"]), Decimal(m["before"]))
                for m in item["moves"]
                if m["at"] not in void
            ]
            version = int(item["n"])
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise StorageError("damaged record of moves") from error
        recent = [move for move in every if move.at >= now - WINDOW]
        return Moves(tuple(sorted(recent, key=lambda move: move.at)), version)

    @staticmethod
    def first_value(item: Item | None, now: datetime, live: Decimal | None) -> Decimal:
        """Return the first value of the last 24 hours of the field whose moves an item holds."""
        return Spending.moves(item, now).first(live)

    @staticmethod
    def risen(item: Item | None) -> Decimal:
        """Return how much daily budgets rose, from a counter of the day.

        Raises
        ------
        StorageError
            The record is damaged.
        """
        amount = Decimal(0) if item is None else item.get("n")
        if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount < 0:
            raise StorageError("damaged record of rises")
        return Decimal(amount)

    @staticmethod
    def add_move(field_key: str, read: Moves, before: Decimal | None, now: datetime) -> Write:
        """Return the write that remembers a move; holds while nobody else added one since.

        Parameters
        ----------
        read
            As they were when the limits were checked.

        Raises
        ------
        ValueError
            There is no room: the limits have not been asked.
        """
        if read.full:
            raise ValueError("no room for a further move: check the limits first")
        moves = replace(read, moves=(*read.moves, Move(now, before or Decimal(0)))).moves
        return Write(
            Spending.moves_key(field_key),
            item={
                "moves": [{"at": iso(move.at), "before": move.before} for move in moves],
                "n": read.version + 1,
                "expirationTime": _until(now),
            },
            condition="n = :read" if read.version else "attribute_not_exists(id)",
            values={":read": read.version} if read.version else {},
        )

    @staticmethod
    def void_move(field_key: str, at: datetime) -> Write:
        """Return the write that forgets a move that was not made after all; others stay.

        Parameters
        ----------
        at
            As `add_move` was told: no field is moved twice in a moment.
        """
        return Write(
            Spending.moves_key(field_key),
            # Whoever has counted it meanwhile has to look again.
            update=f"ADD n :one, {_VOID} :at",
            condition="attribute_exists(moves)",
            values={":one": 1, ":at": {iso(at)}},
        )

    @staticmethod
    def add_rise(key: Key, rise: Decimal, now: datetime, cap: Decimal | None) -> Write:
        """Return the write that adds a rise to a day's counter, while it stays within the cap.

        DynamoDB's numbers are exact decimals. Lowering a budget takes nothing off again.

        Parameters
        ----------
        key
            From `account_key` or `user_key`.
        rise
            Above zero.
        cap
            The day's, itself included; ``None`` where it is not enforced.

        Raises
        ------
        ValueError
            It is no rise.
        """
        if not rise.is_finite() or rise <= 0:
            raise ValueError("a rise is above zero")
        values = {":rise": rise, ":ttl": _until(now)}
        condition = None
        if cap is not None:
            # A counter that is not there yet is at zero, which a rise above the cap exceeds too.
            new = "attribute_not_exists(n) OR " if rise <= cap else ""
            condition, values[":room"] = f"{new}n <= :room", cap - rise
        return Write(
            key,
            update="SET expirationTime = :ttl ADD n :rise",
            condition=condition,
            values=values,
        )

    @staticmethod
    def take_rise(key: Key, rise: Decimal) -> Write:
        """Return the write that takes a rise that was not made off the counter it was added to.

        It holds while the counter is as much as that, so that none falls below zero.

        Raises
        ------
        ValueError
            It is no rise.
        """
        if not rise.is_finite() or rise <= 0:
            raise ValueError("a rise is above zero")
        return Write(
            key,
            update="ADD n :less",
            condition="n >= :rise",
            values={":rise": rise, ":less": -rise},
        )


def _day_key(whose: str, currency: str, now: datetime) -> Key:
    return Key(Table.IDEMPOTENCY, f"spending#{whose}#{currency}#{day_of(now)}")


def _until(now: datetime) -> int:
    return int((now + _KEPT).timestamp())
