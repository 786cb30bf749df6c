"""What is left out of a call that is to be done in part is named, in a preview and in a refusal."""

from typing import Any

import pytest

from sandbox.world import AdGroup, Campaign
from tests.support.api import USD, Api
from tests.support.writing import Writes
from wpp_mcp.tools.registry import catalogue

MISSING = "999999"


@pytest.fixture
def writes(api: Api) -> Writes:
    return Writes(api)


def campaigns(writes: Writes, status: str = "ENABLED") -> list[Campaign]:
    found = writes.box.world.accounts[USD].campaigns.values()
    return [c for c in found if c.status == status]


def keyword_in(writes: Writes, campaign: Campaign) -> tuple[str, str]:
    """Return an enabled keyword of a campaign, and its text."""
    account = writes.box.world.accounts[USD]
    found = next(
        k
        for k in account.keywords.values()
        if _group(writes, k.ad_group_id).campaign_id == campaign.campaign_id
        and (k.status, k.negative) == ("ENABLED", False)
        and _group(writes, k.ad_group_id).status == "ENABLED"
    )
    return f"{found.ad_group_id}~{found.criterion_id}", found.text


def _group(writes: Writes, place: int) -> AdGroup:
    return writes.box.world.accounts[USD].ad_groups[place]


def test_what_google_would_refuse_is_named(writes: Writes) -> None:
    gone, there, *_ = (c for c in campaigns(writes) if c.channel == "SEARCH")
    (lost, text), (kept, _) = keyword_in(writes, gone), keyword_in(writes, there)
    path = f"/google-ads/{USD}/campaigns/{gone.campaign_id}"
    writes.api.control("POST", path, json={"status": "REMOVED"})
    params = {"customerId": USD, "keywordIds": [lost, kept], "partialFailure": True}
    preview = writes.previewed("pause_keyword", params)["preview"]
    assert [line["id"] for line in preview["changes"]] == [kept]
    [warning] = [w for w in preview["warnings"] if w.startswith("Left out, Google")]
    assert f'refuse it: keyword "{text}" ({lost}): The resource is removed' in warning

    answer = writes.api.execute("pause_keyword", params | {"keywordIds": [lost]})
    error = answer.json()["error"]
    assert error["code"] == "GOOGLE_INVALID_REQUEST"
    [item] = error["details"]["items"]
    assert (item["item"], item["id"], item["name"]) == (0, lost, text)
    assert item["message"] == error["details"]["google"][0]["message"]


@pytest.mark.parametrize(
    ("tool", "more"),
    [
        ("update_campaign_status", {"status": "PAUSED"}),
        ("apply_label_to_campaign", {"labelId": "label"}),
    ],
)
def test_campaigns_that_are_not_there_are_left_out_where_that_is_asked(
    writes: Writes, tool: str, more: dict[str, Any]
) -> None:
    there = str(campaigns(writes)[-1].campaign_id)
    gone = str(campaigns(writes, "REMOVED")[0].campaign_id)
    if "labelId" in more:
        more = {"labelId": str(next(iter(writes.box.world.accounts[USD].labels)))}
    params = {"customerId": USD, "campaignIds": [MISSING, gone, there], **more}
    assert "partial_failure" in catalogue()[tool].input.model_fields
    assert writes.api.execute(tool, params).status_code == 400

    preview = writes.previewed(tool, params | {"partialFailure": True})["preview"]
    assert len(preview["changes"]) == (1 if tool == "update_campaign_status" else 2)
    left_out = [w for w in preview["warnings"] if w.endswith(": left out")]
    assert f"there is no campaign {MISSING} in this account: left out" in left_out
    assert any(f"({gone}) was removed" in warning for warning in left_out)

    params |= {"partialFailure": True, "campaignIds": [MISSING, gone]}
    error = writes.api.execute(tool, params).json()["error"]
    assert (error["code"], error["message"]) == ("INVALID_REQUEST", "Nothing is left to do")
    assert [one["field"] for one in error["details"]] == ["campaignIds", "campaignIds"]
