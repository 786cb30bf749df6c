"""Campaigns: what may be created, changed and removed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from sandbox.google_ads.failures import NotPlayed
from sandbox.google_ads.mutate import bidding, schedule
from sandbox.google_ads.mutate.budgets import users_of
from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.networks import NETWORKS, networks_of
from sandbox.google_ads.mutate.place import Place
from sandbox.google_ads.mutate.texts import check_name, is_taken
from sandbox.world import Budget, Campaign, Networks
from sandbox.world.records import NO_TRAFFIC

_ERROR: Final = "campaign_error"
_LONGEST_NAME: Final = 256
_CHANNELS: Final = frozenset({"SEARCH", "DISPLAY"})
_DAY: Final = timedelta(days=1)

FIELDS: Final = Fields(
    writable=frozenset(
        {
            "name",
            "status",
            "campaign_budget",
            "start_date_time",
            "end_date_time",
            "contains_eu_political_advertising",
        }
    )
    | bidding.PATHS
    | frozenset(NETWORKS),
    fixed=frozenset({"advertising_channel_type", "advertising_channel_sub_type"}),
    read_only=frozenset(
        {
            "id",
            "serving_status",
            "primary_status",
            "bidding_strategy_type",
            "labels",
            "base_campaign",
            "experiment_type",
            "optimization_score",
        }
    ),
    whole=frozenset(bidding.SCHEMES),
)


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Create a campaign and return its id.

    It has no traffic: what is new has never been shown.

    Raises
    ------
    Refusal
        With Google's error code.
    NotPlayed
        For a channel that takes more than the sandbox has.
    """
    if not message.HasField("name"):
        raise place.required("name")
    _check_name(draft, message.name, place)
    channel = _channel(message, place)
    strategy, held = bidding.chosen(message, draft.account.currency, place)
    if not message.HasField("campaign_budget"):
        raise place.required("campaign_budget")
    political = place.choice(message, "contains_eu_political_advertising")
    if not political:
        raise place.required("contains_eu_political_advertising")
    start, end = schedule.created(message, draft.today, place)
    budget = _budget(draft, message, place)
    _check_run(budget, end, place)
    networks = Networks(content=True)
    if channel == "DISPLAY":
        networks = Networks(google_search=False, search=False, content=True)
    if message.HasField("network_settings"):
        networks = networks_of(
            message, NETWORKS, Networks(google_search=False, search=False), place
        )
    campaign = Campaign(
        campaign_id=draft.new_id(),
        name=message.name.strip(),
        status=place.new_status(message, "ENABLED"),
        channel=channel,
        bidding_strategy=strategy,
        budget_id=budget.budget_id,
        start_date=start,
        last_active=None,
        pace=NO_TRAFFIC,
        noise=0,
        end_date=end,
        bidding=held,
        networks=networks,
        eu_political=political,
    )
    draft.account.campaigns[campaign.campaign_id] = campaign
    return (campaign.campaign_id,)


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Change a campaign.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    campaign = live(draft, ids[0], place)
    changed: dict[str, Any] = {}
    if "name" in paths:
        if not message.name:
            raise place.uncleared("name")
        _check_name(draft, message.name, place, but=campaign.campaign_id)
        changed["name"] = message.name.strip()
    if "contains_eu_political_advertising" in paths:
        political = place.choice(message, "contains_eu_political_advertising")
        if not political:
            raise place.uncleared("contains_eu_political_advertising")
        changed["eu_political"] = political
    if "campaign_budget" in paths:
        changed["budget_id"] = _next_budget(draft, campaign, message, place).budget_id
    changed |= schedule.updated(campaign, message, paths, draft.today, place)
    changed["bidding_strategy"], changed["bidding"] = bidding.changed(
        campaign.bidding_strategy,
        campaign.bidding,
        message,
        paths,
        place,
        draft.account.currency,
    )
    changed["networks"] = networks_of(message, paths, campaign.networks, place)
    if "status" in paths:
        changed |= _switched(campaign, place.next_status(message), draft.today)
    changed_campaign = replace(campaign, **changed)
    budget = draft.account.budgets[changed_campaign.budget_id]
    _check_run(budget, changed_campaign.end_date, place)
    draft.account.campaigns[campaign.campaign_id] = changed_campaign


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Remove a campaign; it stays readable, and its traffic of the past with it.

    Raises
    ------
    Refusal
        Where there is none, or it is removed already.
    """
    campaign = live(draft, ids[0], place)
    changed = _switched(campaign, "REMOVED", draft.today)
    draft.account.campaigns[campaign.campaign_id] = replace(campaign, **changed)


def live(draft: Draft, campaign_id: int, place: Place) -> Campaign:
    """Return a campaign that can be written to.

    Raises
    ------
    Refusal
        Where there is none, or it is removed.
    """
    campaign = draft.account.campaigns.get(campaign_id)
    if campaign is None:
        raise place.not_found()
    if campaign.status == "REMOVED":
        raise place.removed()
    return campaign


def _check_name(draft: Draft, name: str, place: Place, *, but: int = 0) -> None:
    bad = f"{_ERROR}.INVALID_CAMPAIGN_NAME"
    check_name(name, place, longest=_LONGEST_NAME, bad=bad)
    others = [c for c in draft.account.campaigns.values() if c.status != "REMOVED"]
    if is_taken(name, (c.name for c in others if c.campaign_id != but)):
        raise place.refusal(
            f"{_ERROR}.DUPLICATE_CAMPAIGN_NAME",
            "The name is already assigned to another active or paused campaign.",
            "name",
        )


def _channel(message: Any, place: Place) -> str:
    channel = place.choice(message, "advertising_channel_type")
    if not channel:
        raise place.required("advertising_channel_type")
    if channel == "SHOPPING":
        # A merchant's setting is nothing that the sandbox has, so there is never one.
        raise place.refusal(
            f"{_ERROR}.MISSING_SHOPPING_SETTING",
            "A ShoppingSetting was not found when creating a shopping campaign.",
            "shopping_setting",
        )
    if channel not in _CHANNELS or message.advertising_channel_sub_type:
        raise NotPlayed(f"Creating campaigns of {channel}")
    return channel


def _budget(draft: Draft, message: Any, place: Place, *, but: int = 0) -> Budget:
    at = place.below("campaign_budget")
    (budget_id,) = draft.ids("campaign_budget", message.campaign_budget, at)
    budget = draft.account.budgets.get(budget_id)
    if budget is None:
        raise at.not_found()
    if budget.status == "REMOVED":
        raise at.refusal(
            "campaign_budget_error.CAMPAIGN_BUDGET_REMOVED",
            "The requested campaign budget no longer exists.",
        )
    others = [one for one in users_of(draft, budget_id) if one != but]
    if others and not budget.explicitly_shared:
        raise at.refusal(
            "campaign_budget_error."
            "CANNOT_USE_IMPLICITLY_SHARED_CAMPAIGN_BUDGET_WITH_MULTIPLE_CAMPAIGNS",
            "Only explicitly shared campaign budgets can be used with multiple campaigns.",
        )
    return budget


def _next_budget(draft: Draft, campaign: Campaign, message: Any, place: Place) -> Budget:
    if not message.campaign_budget:
        raise place.uncleared("campaign_budget")
    budget = _budget(draft, message, place, but=campaign.campaign_id)
    if budget.period != draft.account.budgets[campaign.budget_id].period:
        raise place.refusal(
            f"{_ERROR}.CANNOT_CHANGE_BUDGET_PERIOD",
            "A budget with a different period cannot be assigned to the campaign.",
            "campaign_budget",
        )
    return budget


def _check_run(budget: Budget, end: date | None, place: Place) -> None:
    if budget.period == "CUSTOM_PERIOD" and end is None:
        raise place.refusal(
            f"{_ERROR}.END_DATE_TIME_REQUIRED_FOR_TOTAL_BUDGET",
            "Campaigns with total budgets must have end date/time specified.",
            "end_date_time",
        )


def _switched(campaign: Campaign, status: str, today: date) -> dict[str, Any]:
    """Return the new status, and on which days there was traffic until now.

    A campaign that stops keeps the day on which it did; one that goes on leaves a gap.
    """
    last = campaign.last_active
    if status != "ENABLED":
        return {"status": status, "last_active": last if last is not None else today}
    changed: dict[str, Any] = {"status": status, "last_active": None}
    if last is not None and last + _DAY <= today - _DAY:
        changed["gaps"] = (*campaign.gaps, (last + _DAY, today - _DAY))
    return changed
