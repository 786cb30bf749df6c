"""E: a keyword without a bid of its own bids what its ad group does: from there percents count."""

from typing import Any, Final

import pytest

from sandbox.world import AdGroup, Keyword
from tests.security.deciding import code
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import SpareWrites

HELD: Final = 400_000
"""What the ad groups of these tests bid, in micros."""


@pytest.fixture(scope="module")
def every_write(one_client: Api) -> SpareWrites:
    return SpareWrites(one_client)


@pytest.fixture
def writes(attacker: Api, every_write: SpareWrites) -> SpareWrites:
    assert attacker is every_write.api
    return every_write


@pytest.fixture
def keyword(writes: SpareWrites) -> Keyword:
    return bare(writes)


def bare(writes: SpareWrites) -> Keyword:
    """A keyword without a bid of its own, in an ad group that nothing touched."""
    there = writes.box.world.accounts[CATALOGUE]
    for one in there.keywords.values():
        group = str(one.ad_group_id)
        parent = group_of(writes, one)
        running = {one.status, parent.status, there.campaigns[parent.campaign_id].status}
        if not one.negative and running == {"ENABLED"} and group not in writes._used:
            writes._used.add(group)
            one.cpc_bid_micros = None
            parent.cpc_bid_micros = HELD
            return one
    raise LookupError("no keyword is left")


def group_of(writes: SpareWrites, keyword: Keyword) -> AdGroup:
    return writes.box.world.accounts[CATALOGUE].ad_groups[keyword.ad_group_id]


def asked(writes: SpareWrites, keyword: Keyword, bid: float) -> Any:
    place = f"{keyword.ad_group_id}~{keyword.criterion_id}"
    params = {"customerId": CATALOGUE, "keywordIds": [place], "cpcBid": bid}
    return writes.api.execute("set_keyword_bid", params)


def of_group(writes: SpareWrites, keyword: Keyword, bid: float) -> Any:
    params = {"customerId": CATALOGUE, "adGroupId": str(keyword.ad_group_id), "cpcBid": bid}
    return writes.api.execute("update_ad_group", params)


def added(writes: SpareWrites, keyword: Keyword, bid: float) -> Any:
    new = [{"text": "a new keyword", "matchType": "EXACT", "cpcBid": bid}]
    group = str(keyword.ad_group_id)
    params = {"customerId": CATALOGUE, "adGroupId": group, "keywords": new}
    return writes.api.execute("add_keywords", params)


@pytest.mark.parametrize("ask", [of_group, asked, added])
def test_it_is_refused_as_the_ad_group_s_own_bid_would_be(
    writes: SpareWrites, keyword: Keyword, ask: Any
) -> None:
    answer = ask(writes, keyword, 2.4)
    assert (answer.status_code, code(answer)) == (422, "SAFETY_LIMIT_EXCEEDED"), answer.text
    details = answer.json()["error"]["details"]
    assert (details["exceeded"], details["firstValue"]) == ("percent", 0.4)
    assert details["percentChange"] == 500


@pytest.mark.parametrize("ask", [of_group, asked, added])
@pytest.mark.parametrize(("bid", "risk"), [(0.8, "MEDIUM"), (0.81, "HIGH"), (0.3, "MEDIUM")])
def test_it_is_as_risky(
    writes: SpareWrites, keyword: Keyword, ask: Any, bid: float, risk: str
) -> None:
    answer = ask(writes, keyword, bid)
    assert answer.status_code == 202, answer.text
    shown = answer.json()["preview"]
    assert shown["riskLevel"] == risk
    [money] = [line["money"] for line in shown["changes"] if line.get("field") == "cpcBid"]
    assert money["before"] == 0.4
    assert money["percent"] == pytest.approx((bid / 0.4 - 1) * 100)


def test_the_ad_group_s_first_value_of_the_day_counts(
    writes: SpareWrites, keyword: Keyword
) -> None:
    writes.done(of_group(writes, keyword, 0.8).json())
    first = asked(writes, keyword, 0.81).json()
    assert first["preview"]["riskLevel"] == "HIGH"
    writes.done(asked(writes, keyword, 0.79).json())
    again = asked(writes, keyword, 1.5).json()
    assert again["preview"]["riskLevel"] == "HIGH"
    over = asked(writes, keyword, 2.4)
    assert over.json()["error"]["details"]["firstValue"] == 0.4


def test_it_is_bound_to_what_the_ad_group_bids(writes: SpareWrites, keyword: Keyword) -> None:
    preview = asked(writes, keyword, 0.7).json()
    group_of(writes, keyword).cpc_bid_micros = 100_000
    answer = writes.confirm(preview)
    assert (answer.status_code, code(answer)) == (409, "STATE_CHANGED"), answer.text
    [said] = answer.json()["error"]["details"]["changed"]
    parent = {"type": "ad_group", "id": str(keyword.ad_group_id)}
    assert said["previewed"]["inherited"] == {**parent, "values": {"cpcBid": 0.4}}
    assert said["live"]["inherited"] == {**parent, "values": {"cpcBid": 0.1}}
    assert keyword.cpc_bid_micros is None


def test_a_new_bid_above_a_share_of_a_budget_still_needs_a_second_person(
    writes: SpareWrites, keyword: Keyword
) -> None:
    group_of(writes, keyword).cpc_bid_micros = 4_900_000
    assert asked(writes, keyword, 5).json()["preview"]["riskLevel"] == "MEDIUM"
    assert asked(writes, keyword, 5.01).json()["preview"]["riskLevel"] == "HIGH"


def test_keywords_of_fifty_ad_groups_get_bids_in_one_call(writes: SpareWrites) -> None:
    """Their own moves and those of as many ad groups are more than one batch read holds."""
    keywords = [bare(writes) for _ in range(50)]
    places = [f"{one.ad_group_id}~{one.criterion_id}" for one in keywords]
    params = {"customerId": CATALOGUE, "keywordIds": places, "cpcBid": 0.5}
    preview = writes.previewed("set_keyword_bid", params)
    assert len(preview["preview"]["changes"]) == 50
    token = writes.approved(preview)
    done = writes.done({**preview, "confirmationToken": token})
    assert done["data"]["result"] == "SUCCEEDED"
