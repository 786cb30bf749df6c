"""What a query may ask for: one account, nobody else's, within limits (product.md §1, §9)."""

import dataclasses
from typing import Final, Never

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.gaql import reach
from wpp_mcp.google.ads.gaql.ast import Condition, Operator, Query
from wpp_mcp.google.ads.gaql.customers import (
    holds_customer,
    mentioned_customers,
    named_by,
    plainly,
)
from wpp_mcp.models.accounts import AccountRef

__all__ = ["PARAMETERS", "govern", "mentioned_customers"]

PARAMETERS: Final = frozenset({"include_drafts", "omit_unselected_resource_names"})
_SWITCHES: Final = frozenset({"true", "false"})
_NAMING: Final = frozenset({Operator.EQUALS, Operator.IN})
_PATTERNS: Final = frozenset(
    {
        Operator.LIKE,
        Operator.NOT_LIKE,
        Operator.REGEXP_MATCH,
        Operator.NOT_REGEXP_MATCH,
        Operator.BETWEEN,
        Operator.GREATER,
        Operator.GREATER_EQUALS,
        Operator.LESS,
        Operator.LESS_EQUALS,
    }
)


def govern(query: Query, account: AccountRef, *, default_limit: int, max_limit: int) -> Query:
    """Return the query as it may run on the one account that the call names.

    Nothing is looked up. All that changes is the limit, and the spelling of the granted id in
    conditions on ``customer.id``; governing a governed query gives the same query.

    Parameters
    ----------
    query
        What the caller asks for.
    account
        The granted account that the call runs on.
    default_limit
        Rows when the query has no LIMIT.
    max_limit
        The highest LIMIT that is accepted.

    Raises
    ------
    WppError
        ``ACCOUNT_NOT_AUTHORIZED`` when the query names another customer, or reads what shows
        other accounts or people; ``requestedAccount`` is the ten-digit id, or the resource or
        field where no single account is named. ``INVALID_REQUEST`` for a LIMIT out of range, a
        parameter that is not on the list, and comparisons that would name customers by pattern,
        range or exclusion.
    """
    _check_reach(query)
    _check_parameters(query)
    return dataclasses.replace(
        query,
        conditions=tuple(_about(condition, account) for condition in query.conditions),
        limit=_limit(query.limit, default_limit, max_limit),
    )


def _check_reach(query: Query) -> None:
    reason = reach.resource_reason(query.resource)
    if reason is not None:
        _refuse(query.resource, reason)
    used = (
        *query.fields,
        *(condition.field for condition in query.conditions),
        *(ordering.field for ordering in query.orderings),
    )
    for field in used:
        reason = reach.field_reason(field)
        if reason is not None:
            _refuse(field, reason)


def _refuse(name: str, reason: str) -> Never:
    raise WppError(
        ErrorCode.ACCOUNT_NOT_AUTHORIZED,
        f"{name} cannot be read here: it {reason}",
        reason=f"GAQL reaches beyond the granted account through {name}",
        action="Leave it out of the query",
        extra={"requestedAccount": name},
    )


def _about(condition: Condition, account: AccountRef) -> Condition:
    """Return a condition that is about the granted account only.

    Another customer is refused as such before the form of the condition is complained about.
    """
    for literal in condition.values:
        for customer_id in sorted(set(named_by(condition, literal))):
            if customer_id != account.account_id:
                raise WppError(
                    ErrorCode.ACCOUNT_NOT_AUTHORIZED,
                    reason=f"GAQL names another customer in {condition.field}",
                    extra={"requestedAccount": customer_id},
                )
    if holds_customer(condition.field):
        return _named_plainly(condition, account)
    if condition.field.endswith(".resource_name") and condition.operator in _PATTERNS:
        _invalid(f"{condition.field} is compared with whole resource names only")
    return condition


def _named_plainly(condition: Condition, account: AccountRef) -> Condition:
    if condition.operator not in _NAMING:
        _invalid(f"{condition.field} is compared with = or IN only")
    values = []
    for literal in condition.values:
        value = plainly(condition, literal, account.account_id)
        if value is None:
            _invalid(f"{condition.field} takes the customer of this call only, plainly spelled")
        values.append(value)
    return dataclasses.replace(condition, values=tuple(values))


def _check_parameters(query: Query) -> None:
    names = [name for name, _ in query.parameters]
    if len(set(names)) != len(names):
        _invalid("A parameter stands in PARAMETERS once")
    for name, word in query.parameters:
        if name not in PARAMETERS:
            _invalid(f"PARAMETERS takes {' and '.join(sorted(PARAMETERS))} only")
        if word not in _SWITCHES:
            _invalid(f"{name} is true or false")


def _limit(asked: int | None, default: int, most: int) -> int:
    if asked is None:
        return min(default, most)
    if not 1 <= asked <= most:
        _invalid(f"LIMIT is a whole number from 1 to {most}")
    return asked


def _invalid(message: str) -> Never:
    raise WppError(ErrorCode.INVALID_REQUEST, message)
