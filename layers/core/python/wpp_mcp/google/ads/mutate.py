"""One Mutate: the request for a list of changes, and what its answer says of each of them."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.errors import API_VERSION, failure_in, told, translated
from wpp_mcp.google.ads.resources import adapter_of
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Applied, Change
from wpp_mcp.models.money import NotAnAmountError

_TYPES: Final = f"google.ads.googleads.{API_VERSION}.services.types.google_ads_service"
_OPERATIONS: Final = "mutate_operations"

NOT_REFUSED: Final = frozenset({"internal_error"})
"""Categories of Google's errors that do not say that nothing was done."""


_UNSAYABLE: Final = (ValueError, TypeError, KeyError, AttributeError, NotAnAmountError)


class UnclearAnswerError(Exception):
    """The answer does not say of each change what became of it."""


def request_of(
    account: AccountRef, changes: Sequence[Change], *, partial: bool, validate_only: bool
) -> Any:
    """Return the request (protobuf), complete, before anything is sent.

    Raises
    ------
    WppError
        ``INVALID_REQUEST``: a change cannot be said to Google; says which.
    """
    operations = []
    for index, change in enumerate(changes):
        try:
            operations.append(_operation_of(account, change))
        except _UNSAYABLE as error:
            raise _unsayable(index, change, error) from error
    if not operations:
        raise WppError(ErrorCode.INTERNAL, reason="a mutate without changes")
    return import_module(_TYPES).MutateGoogleAdsRequest.pb()(
        customer_id=account.account_id,
        mutate_operations=operations,
        partial_failure=partial,
        validate_only=validate_only,
    )


def sayable(account: AccountRef, changes: Sequence[Change]) -> list[Applied]:
    """Return for each change whether it can be said to Google, or why not."""
    found = []
    for change in changes:
        try:
            _operation_of(account, change)
        except _UNSAYABLE as error:
            code = ErrorCode.INVALID_REQUEST.value
            problem = {"code": code, "message": _problem(error), "fieldPath": ""}
            found.append(Applied(error=problem))
        else:
            found.append(Applied(id=change.locator.id))
    return found


def _operation_of(account: AccountRef, change: Change) -> Any:
    if change.locator.account != account:
        raise WppError(ErrorCode.INTERNAL, reason="a change of another account")
    return adapter_of(change).operation_of(change, account.account_id)


def _unsayable(index: int, change: Change, error: Exception) -> WppError:
    said = _problem(error)
    details = [{"item": index, "id": change.locator.id, "problem": said}]
    reason = f"{change.locator.type.value} {change.verb.value}: {error!r}"
    return WppError(
        ErrorCode.INVALID_REQUEST, f"Item {index}: {said}", reason=reason, details=details
    )


def _problem(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else "it cannot be said to Google"


def refusal_of(error: Exception, changes: Sequence[Change]) -> WppError:
    """Return our error for one of Google's about a whole request; says which change it is about."""
    ours = translated(error)
    items, _ = _by_item(failure_in(error), len(changes))
    if not items:
        return ours
    about = [
        {"item": index, "id": changes[index].locator.id, "name": changes[index].locator.name}
        | dict(detail)
        for index, detail in sorted(items.items())
    ]
    ours.details = {**(ours.details or {}), "items": about}
    return ours


def results_of(answer: Any, count: int) -> list[Applied]:
    """Return what an answer says of each change, in order.

    Raises
    ------
    UnclearAnswerError
        It leaves one out, or says of one that Google failed at it rather than refused it.
    """
    responses = list(answer.mutate_operation_responses)
    if len(responses) != count:
        raise UnclearAnswerError(f"{len(responses)} results for {count} changes")
    errors, unplaced = _by_item(partial_failure_of(answer), count)
    if unplaced:
        raise UnclearAnswerError("an error of no item")
    return [_applied(response, errors.get(i)) for i, response in enumerate(responses)]


def checks_of(answer: Any, count: int) -> list[Applied]:
    """Return what the answer to a request with ``validate_only`` says of each change, in order.

    An error that is about no change in particular is about each that has none of its own.

    Raises
    ------
    UnclearAnswerError
        Some failed, and it does not say which.
    """
    errors, unplaced = _by_item(partial_failure_of(answer), count)
    general = unplaced[0] if unplaced else None
    return [Applied(error=errors.get(index, general)) for index in range(count)]


def partial_failure_of(answer: Any) -> Any | None:
    """Return Google's failure from an answer where some items failed (protobuf)."""
    failure_type = import_module(f"google.ads.googleads.{API_VERSION}.errors.types.errors")
    for packed in answer.partial_failure_error.details:
        failure = failure_type.GoogleAdsFailure.pb()()
        if packed.Unpack(failure):
            return failure
    if answer.partial_failure_error.code:
        raise UnclearAnswerError("a partial failure without details")
    return None


def _applied(response: Any, error: Mapping[str, Any] | None) -> Applied:
    which = response.WhichOneof("response")
    name = getattr(response, which).resource_name if which else ""
    if error is not None and not name:
        if str(error["code"]).split(".")[0] in NOT_REFUSED:
            raise UnclearAnswerError("Google failed at an item")
        return Applied(error=error)
    if error is not None or not name:
        raise UnclearAnswerError("an item has both a result and an error, or neither")
    return Applied(id=name.rpartition("/")[2])


def _by_item(
    failure: Any | None, count: int
) -> tuple[dict[int, Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the first error of each change, and the errors that are about none."""
    found: dict[int, Mapping[str, Any]] = {}
    unplaced: list[Mapping[str, Any]] = []
    for error in failure.errors if failure is not None else ():
        path = error.location.field_path_elements
        if path and path[0].field_name == _OPERATIONS and path[0].index < count:
            found.setdefault(path[0].index, told(error))
        else:
            unplaced.append(told(error))
    return found, unplaced
