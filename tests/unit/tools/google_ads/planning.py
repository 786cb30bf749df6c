"""Calling the bodies of tools that write, as the gateway does, and carrying their plans out."""

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.world import AdGroup, AdsAccount, Budget, Campaign, Keyword
from tests.unit.support.ads_writing import Played
from tests.unit.support.emulated_writes import US
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.changes import Applied, Change, Plan, Verb
from wpp_mcp.tools.inputs import parsed, wire_params
from wpp_mcp.tools.registry import Kind, catalogue


def plan(google: Played, tool: str, **params: Any) -> Plan:
    """Return what a tool plans for parameters in their wire spelling."""
    found = catalogue()[tool]
    assert found.kind is Kind.WRITE
    given = parsed(found.input, wire_params(found.input, {"customerId": US} | params))
    answer: Plan = found.run(google.ads, given)
    assert google.google.world.mutates == []
    return answer


def carry_out(google: Played, planned: Plan) -> list[Applied]:
    """Read the things of a plan again, have Google check it, and carry it out, as is done later."""
    expected = [None if c.verb is Verb.CREATE else c.before for c in planned.changes]
    assert google.reader.live(planned.changes) == expected
    checked = google.reader.validate(planned.changes, partial=planned.partial)
    assert all(one.done for one in checked)
    return google.apply(*planned.changes, partial=planned.partial)


def refusal(google: Played, tool: str, **params: Any) -> WppError:
    with pytest.raises(WppError) as caught:
        plan(google, tool, **params)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    return caught.value


def problem(google: Played, tool: str, **params: Any) -> tuple[str, str]:
    """Return the one parameter that is refused, and why."""
    (detail,) = refusal(google, tool, **params).details
    return detail["field"], detail["problem"]


def only(planned: Plan) -> Change:
    (change,) = planned.changes
    return change


def account(google: Played) -> AdsAccount:
    return google.google.account()


def budget_where(google: Played, fits: Callable[[Budget], bool]) -> Budget:
    return next(b for b in account(google).budgets.values() if fits(b))


def campaign_where(google: Played, fits: Callable[[Campaign], bool]) -> Campaign:
    return next(c for c in account(google).campaigns.values() if fits(c))


def enabled(google: Played, count: int) -> list[Campaign]:
    return [c for c in account(google).campaigns.values() if c.status == "ENABLED"][:count]


def group_where(google: Played, fits: Callable[[AdGroup], bool]) -> AdGroup:
    return next(g for g in account(google).ad_groups.values() if fits(g))


def group_of(google: Played, strategy: str) -> AdGroup:
    """Return an enabled ad group of a search campaign that bids so."""
    campaigns = {
        c.campaign_id
        for c in account(google).campaigns.values()
        if (c.bidding_strategy, c.channel, c.status) == (strategy, "SEARCH", "ENABLED")
    }
    return group_where(google, lambda g: g.campaign_id in campaigns and g.status == "ENABLED")


def a_group(google: Played) -> AdGroup:
    return group_of(google, "TARGET_SPEND")


def keywords_of(google: Played, group: AdGroup) -> list[Keyword]:
    """Return its keywords; the first has a bid of its own, the fourth is paused."""
    return [
        k
        for k in account(google).keywords.values()
        if k.ad_group_id == group.ad_group_id and not k.negative
    ]


def place_of(keyword: Keyword) -> str:
    return f"{keyword.ad_group_id}~{keyword.criterion_id}"


def word(text: str, match_type: str = "EXACT", **more: Any) -> dict[str, Any]:
    """Return a keyword to add, as a caller gives it."""
    return {"text": text, "matchType": match_type, **more}
