"""A sample call of each tool that writes, made from what a sandbox holds at the moment.

Each can be called again and again: what it makes has a name of its own, and what it changes is
chosen from what it can still change.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

from sandbox.box import Sandbox
from sandbox.world import AdGroup, AdsAccount, Campaign
from tests.support.api import USD

SITE: Final = "sc-domain:aster.example"
MICROS: Final = 1_000_000
_NUMBERS: Final = count(1)


def _account(box: Sandbox) -> AdsAccount:
    return box.world.accounts[USD]


def _campaign(box: Sandbox) -> Campaign:
    """An enabled Search campaign."""
    return next(
        one
        for one in _account(box).campaigns.values()
        if (one.channel, one.status) == ("SEARCH", "ENABLED")
    )


def _group(box: Sandbox) -> AdGroup:
    """The first enabled ad group of it."""
    campaign = _campaign(box).campaign_id
    return next(
        one
        for one in _account(box).ad_groups.values()
        if (one.campaign_id, one.status) == (campaign, "ENABLED")
    )


def _keyword(box: Sandbox) -> dict[str, Any]:
    """An enabled keyword with a bid of its own."""
    return {"keywordIds": [_with_bid(box)[0]]}


def _dearer(box: Sandbox) -> dict[str, Any]:
    """Such a keyword, and a bid of a cent more than it has."""
    keyword, micros = _with_bid(box)
    return {"keywordIds": [keyword], "cpcBid": (micros // 10_000 + 1) / 100}


def _with_bid(box: Sandbox) -> tuple[str, int]:
    return next(
        (f"{one.ad_group_id}~{one.criterion_id}", one.cpc_bid_micros)
        for one in _account(box).keywords.values()
        if one.status == "ENABLED" and not one.negative and one.cpc_bid_micros
    )


def _ad(box: Sandbox) -> str:
    ad = next(one for one in _account(box).ads.values() if one.status == "ENABLED")
    return f"{ad.ad_group_id}~{ad.ad_id}"


def _budget(box: Sandbox) -> tuple[str, int]:
    """A budget of one campaign: its id and amount."""
    budget = next(
        one
        for one in _account(box).budgets.values()
        if not one.explicitly_shared and 50 * MICROS <= one.amount_micros <= 400 * MICROS
    )
    return str(budget.budget_id), budget.amount_micros // MICROS


def _shared(box: Sandbox) -> str:
    return next(str(b.budget_id) for b in _account(box).budgets.values() if b.explicitly_shared)


def _label(box: Sandbox) -> dict[str, Any]:
    """A label, and a campaign that does not have it."""
    account = _account(box)
    label, campaign = next(
        (label, campaign.campaign_id)
        for label in account.labels
        for campaign in account.campaigns.values()
        if campaign.status != "REMOVED"
        and (campaign.campaign_id, label) not in account.campaign_labels
    )
    return {"labelId": str(label), "campaignIds": [str(campaign)]}


def _negative(box: Sandbox) -> dict[str, Any]:
    there = _account(box).negative_keywords.values()
    negative = next(one for one in there if one.status != "REMOVED")
    return {
        "campaignId": str(negative.campaign_id),
        "criterionIds": [str(negative.criterion_id)],
    }


def _name() -> str:
    return f"Made in a test {next(_NUMBERS)}"


def _sitemap(box: Sandbox) -> dict[str, Any]:
    return {
        "siteUrl": SITE,
        "sitemapUrl": f"https://www.aster.example/made-{next(_NUMBERS)}.xml",
    }


def _submitted(box: Sandbox) -> dict[str, Any]:
    """A sitemap that is on the list."""
    named = _sitemap(box)
    box.world.sitemaps.submit("aster", named["sitemapUrl"], box.clock())
    return named


def _texts(*texts: str) -> list[dict[str, str]]:
    return [{"text": text} for text in texts]


def _says() -> dict[str, Any]:
    return {
        "headlines": _texts("Boots", "Good boots", f"Boots no. {next(_NUMBERS)}"),
        "descriptions": _texts("Boots for every day.", "Delivered within two days."),
        "finalUrl": "https://www.aster.example/boots",
    }


def _keywords() -> list[dict[str, str]]:
    return [{"text": f"boots number {next(_NUMBERS)}", "matchType": "PHRASE"}]


def _search_campaign() -> dict[str, Any]:
    settings = {
        "name": _name(),
        "bidding": "MAXIMIZE_CONVERSIONS",
        "containsEuPoliticalAdvertising": False,
    }
    return {
        "dailyAmount": 20,
        "campaign": settings,
        "adGroup": {"name": "Boots"},
        "keywords": _keywords(),
        "ad": _says(),
    }


def _ads(make: Callable[[Sandbox], Mapping[str, Any]]) -> Callable[[Sandbox], dict[str, Any]]:
    return lambda box: {"customerId": USD, **make(box)}


SAMPLES: Final[Mapping[str, Callable[[Sandbox], dict[str, Any]]]] = {
    "add_keywords": _ads(
        lambda box: {"adGroupId": str(_group(box).ad_group_id), "keywords": _keywords()}
    ),
    "add_negative_keywords": _ads(
        lambda box: {"campaignId": str(_campaign(box).campaign_id), "keywords": _keywords()}
    ),
    "apply_label_to_campaign": _ads(_label),
    "create_ad_group": _ads(
        lambda box: {"campaignId": str(_campaign(box).campaign_id), "name": _name()}
    ),
    "create_budget": _ads(lambda _: {"name": _name(), "dailyAmount": 20}),
    "create_campaign": _ads(
        lambda box: {
            "name": _name(),
            "budgetId": _shared(box),
            "bidding": "MAXIMIZE_CONVERSIONS",
            "containsEuPoliticalAdvertising": False,
        }
    ),
    "create_label": _ads(lambda _: {"name": _name()}),
    "create_responsive_search_ad": _ads(
        lambda box: {"adGroupId": str(_group(box).ad_group_id), **_says()}
    ),
    "create_search_campaign": _ads(lambda _: _search_campaign()),
    "delete_sitemap": _submitted,
    "pause_ad": _ads(lambda box: {"adIds": [_ad(box)]}),
    "pause_keyword": _ads(_keyword),
    "remove_keywords": _ads(_keyword),
    "remove_negative_keywords": _ads(_negative),
    "set_keyword_bid": _ads(_dearer),
    "submit_sitemap": _sitemap,
    "update_ad_group": _ads(
        lambda box: {"adGroupId": str(_group(box).ad_group_id), "name": _name()}
    ),
    "update_budget": _ads(
        lambda box: {
            "budgetId": _budget(box)[0],
            "newDailyAmountDollars": _budget(box)[1] - 1,
        }
    ),
    "update_campaign": _ads(
        lambda box: {"campaignId": str(_campaign(box).campaign_id), "name": _name()}
    ),
    "update_campaign_status": _ads(
        lambda box: {"campaignIds": [str(_campaign(box).campaign_id)], "status": "PAUSED"}
    ),
}
"""By tool; from a sandbox to the parameters of a call that its practitioner may make."""
