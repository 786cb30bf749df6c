"""Which things a write is about: explicit ids, each once, so many at most."""

import re
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from wpp_mcp.errors import WppError
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources.base import ResourceAdapter
from wpp_mcp.google.ads.resources.current import present, spending
from wpp_mcp.google.ads.resources.thing import Thing
from wpp_mcp.models.changes import Change
from wpp_mcp.tools.google_ads.batches import Batch
from wpp_mcp.tools.google_ads.changing import (
    EACH_ONCE,
    EXPLICIT_IDS,
    MOST_ITEMS,
    BatchInput,
    ResourceId,
    ResourceIds,
)

_PAIR: Final = r"^[1-9][0-9]{0,17}~[1-9][0-9]{0,17}$"


def _a_pair(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(_PAIR, value):
        raise ValueError("give both ids, the ad group's first: 123~456; there are no wildcards")
    return value


PairId = Annotated[
    str, Field(pattern=_PAIR, examples=["1234567890~987654321"]), BeforeValidator(_a_pair)
]
PairIds = Annotated[
    list[PairId],
    Field(min_length=1, max_length=MOST_ITEMS, examples=[["1234567890~987654321"]]),
    EXPLICIT_IDS,
    EACH_ONCE,
]


class KeywordSelection(BatchInput):
    """Keywords by id, in one of two spellings."""

    keyword_ids: PairIds | None = Field(
        default=None,
        description=(
            "Each keyword as adGroupId~criterionId; 50 at most. search_google_ads on"
            " ad_group_criterion has both."
        ),
    )
    ad_group_id: ResourceId | None = Field(
        default=None, description="Instead of keywordIds, with criterionIds: the one ad group."
    )
    criterion_ids: ResourceIds | None = Field(
        default=None, description="With adGroupId: each of its keywords by criterion id."
    )

    @model_validator(mode="after")
    def _one_spelling(self) -> Self:
        apart = (self.ad_group_id is not None, self.criterion_ids is not None)
        if self.keyword_ids is not None and any(apart):
            raise ValueError("give keywordIds, or adGroupId and criterionIds, not both")
        if self.keyword_ids is None and not all(apart):
            missing = {
                (False, False): "keywordIds is missing",
                (True, False): "criterionIds is missing beside adGroupId",
                (False, True): "adGroupId is missing beside criterionIds",
            }[apart]
            raise ValueError(f"{missing}: list each keyword, there are no wildcards")
        return self

    @property
    def places(self) -> list[str]:
        """Each keyword as the adapters know it."""
        if self.keyword_ids is not None:
            return list(self.keyword_ids)
        return [f"{self.ad_group_id}~{place}" for place in self.criterion_ids or ()]

    @property
    def parameter(self) -> str:
        """What the caller called them by."""
        return "keywordIds" if self.keyword_ids is not None else "criterionIds"


class Chosen:
    """The chosen things as they are now, and the changes made of them one by one.

    Parameters
    ----------
    parameter
        What the caller calls the ids.
    in_part
        As `Batch` has it.
    with_budgets
        As `current` has it.
    """

    def __init__(
        self,
        ads: GoogleAds,
        adapter: ResourceAdapter,
        places: list[str],
        parameter: str,
        *,
        in_part: bool,
        with_budgets: bool = False,
    ) -> None:
        self._adapter = adapter
        self._parameter = parameter
        self._places = places
        self._found = adapter.read(ads, places)
        if with_budgets:
            found = spending(ads, adapter, list(self._found.values()))
            self._found = {thing.locator.id: thing for thing in found}
        self.batch = Batch(in_part=in_part)

    @property
    def things(self) -> list[Thing]:
        """Those that can be changed, in the order in which they were named."""
        known = (self._found.get(place) for place in self._places)
        return [thing for thing in known if thing is not None and not thing.removed]

    @property
    def currency(self) -> str:
        """The account's; empty where nothing was found."""
        return next((thing.currency for thing in self._found.values()), "")

    def know(self, more: Callable[[Thing], Thing]) -> None:
        """Replace each by what ``more`` makes of it: the same with more known of it."""
        self._found = {place: more(thing) for place, thing in self._found.items()}

    def set(self, **after: Any) -> None:
        """Change each to these values; those that are so already are left out.

        Raises
        ------
        WppError
            ``INVALID_REQUEST``: one is not there, or was removed.
        """
        self.make(
            lambda thing: thing.change(after),
            lambda thing: thing.unchanged(after, self._parameter) if thing.holds(after) else None,
        )

    def remove(self) -> None:
        """Remove each.

        Raises
        ------
        WppError
            ``INVALID_REQUEST``: one is not there, or was removed already.
        """
        self.make(lambda thing: thing.remove())

    def make(
        self,
        change_of: Callable[[Thing], Change],
        so_already: Callable[[Thing], WppError | None] = lambda _: None,
    ) -> None:
        """Make a change of each; those of which ``so_already`` says why are left out.

        Raises
        ------
        WppError
            ``INVALID_REQUEST``: one is not there, or was removed.
        """
        for place in self._places:
            thing = self._found.get(place)
            why = None if thing is None or thing.removed else so_already(thing)
            if why is not None:
                self.batch.leave_out(why)
            else:
                self.batch.add(partial(self._made, place, change_of))

    def _made(self, place: str, change_of: Callable[[Thing], Change]) -> Change:
        return change_of(present(self._adapter, self._found, place, self._parameter))
