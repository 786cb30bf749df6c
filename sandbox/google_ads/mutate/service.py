"""GoogleAdsService: Mutate."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from google.ads.googleads.v26.enums.types.response_content_type import ResponseContentTypeEnum
from google.ads.googleads.v26.services.types.google_ads_service import MutateGoogleAdsResponse

from sandbox.google_ads.authorization import Headers, reachable, signed_in
from sandbox.google_ads.failures import Refusal, new_request_id
from sandbox.google_ads.messages import Messages
from sandbox.google_ads.mutate.draft import Author, Draft
from sandbox.google_ads.mutate.names import ids_of
from sandbox.google_ads.mutate.operations import carry_out, kind_of
from sandbox.google_ads.mutate.place import Place
from sandbox.world import AdsAccount, AppliedMutate, World

_RESPONSE: Final[Any] = MutateGoogleAdsResponse.pb()
_CONTENT: Final[Any] = ResponseContentTypeEnum.ResponseContentType
_MOST: Final = 10_000
_OPERATIONS: Final = "mutate_operations"


class Mutations:
    """Carries out writes.

    Parameters
    ----------
    clock
        Aware UTC.
    """

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self._world = world
        self._clock = clock

    def mutate(self, request: Any, headers: Headers) -> Any:
        """Answer a call of the API.

        Raises
        ------
        Refusal
            For a caller who does not reach the account, and as `apply`.
        """
        account = reachable(self._world, headers, request.customer_id)
        return self.apply(account, request, signed_in(self._world, headers))

    def apply(
        self, account: AdsAccount, request: Any, user_email: str, client: str = "GOOGLE_ADS_API"
    ) -> Any:
        """Carry out a request and return Google's response.

        Everything or nothing, but with ``partial_failure`` what can be done. A request to
        validate only goes the same way, and what it comes to is thrown away.

        Raises
        ------
        Refusal
            With Google's errors, each with the place of its operation.
        NotPlayed
            For what Google does and the sandbox does not.
        """
        _check_request(account, request)
        with self._world.lock:
            author = Author(user_email, self._clock(), client)
            draft = Draft(account, author)
            names, refusals = _carried_out(draft, request.mutate_operations)
            if refusals and not request.partial_failure:
                first, *others = refusals
                first.also = tuple(others)
                raise first
            if any(names) and not request.validate_only:
                draft.commit(account)
                self._world.mutates.append(
                    AppliedMutate(
                        author.at, account.customer_id, user_email, client, request, tuple(names)
                    )
                )
            return _response(request, draft.account, names, refusals)


def _check_request(account: AdsAccount, request: Any) -> None:
    place = Place(())
    if account.manager:
        raise place.refusal(
            "request_error.CANNOT_BE_EXECUTED_BY_MANAGER_ACCOUNT",
            "Request cannot be executed by a manager account.",
        )
    if not request.mutate_operations:
        raise place.required(_OPERATIONS)
    if len(request.mutate_operations) > _MOST:
        raise place.refusal(
            "request_error.TOO_MANY_MUTATE_OPERATIONS",
            f"Too many mutate operations in the request: the limit is {_MOST}.",
            _OPERATIONS,
        )


def _carried_out(draft: Draft, operations: Sequence[Any]) -> tuple[list[str], list[Refusal]]:
    """Return a name for each operation, empty for those refused, and the refusals."""
    names: list[str] = []
    refusals: list[Refusal] = []
    for index, operation in enumerate(operations):
        try:
            names.append(carry_out(draft, operation, Place(((_OPERATIONS, index),))))
        except Refusal as refusal:
            names.append("")
            refusals.append(refusal)
    return names, refusals


def _response(
    request: Any, account: AdsAccount, names: Sequence[str], refusals: Sequence[Refusal]
) -> Any:
    response = _RESPONSE()
    if refusals:
        first, *others = refusals
        first.also = tuple(others)
        first.summary = f"Multiple errors in '{_OPERATIONS}'." if others else first.message
        response.partial_failure_error.CopyFrom(first.status_of(new_request_id()))
    if request.validate_only:
        return response
    whole = request.response_content_type == _CONTENT.MUTABLE_RESOURCE.value
    for operation, name in zip(request.mutate_operations, names, strict=True):
        answer = response.mutate_operation_responses.add()
        if not name:
            continue
        kind = kind_of(operation)
        result = getattr(answer, f"{kind}_result")
        result.resource_name = name
        if whole and kind in result.DESCRIPTOR.fields_by_name:
            getattr(result, kind).CopyFrom(_written(account, kind, name))
    return response


def _written(account: AdsAccount, kind: str, name: str) -> Any:
    """Return the message of what was just written."""
    ids = ids_of(kind, name, account.customer_id, Place(()))
    write = Messages(account)
    one = {
        "campaign_budget": lambda: write.budget(account.budgets[ids[0]]),
        "campaign": lambda: write.campaign(account.campaigns[ids[0]]),
        "ad_group": lambda: write.ad_group(account.ad_groups[ids[0]]),
        "ad_group_criterion": lambda: write.keyword(account.keywords[ids[0], ids[1]]),
        "campaign_criterion": lambda: write.negative_keyword(
            account.negative_keywords[ids[0], ids[1]]
        ),
        "ad_group_ad": lambda: write.ad(account.ads[ids[0], ids[1]]),
        "label": lambda: write.label(account.labels[ids[0]]),
    }
    return one[kind]()
