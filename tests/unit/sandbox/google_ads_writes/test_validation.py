"""Validating and doing agree, for operations that nobody thought of."""

from copy import deepcopy
from typing import Any, Final

from google.ads.googleads.v26.services.types.google_ads_service import MutateGoogleAdsRequest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.google_ads.failures import NotPlayed, Refusal
from sandbox.google_ads.mutate import Mutations
from sandbox.world import World
from tests.unit.support.emulated_writes import (
    NOW,
    US,
    campaign,
    create,
    name,
    remove,
    search_ad,
    update,
)

_WORLD: Final = World(start=NOW)
_ACCOUNT: Final = deepcopy(_WORLD.accounts[US])
_AMOUNTS: Final = st.sampled_from([-10_000, 10_005, 50_000_000, 60_000_000, 70_000_000])
_STATUSES: Final = st.sampled_from(["ENABLED", "PAUSED", "REMOVED", "UNSPECIFIED"])
_TEXTS: Final = st.sampled_from(["", "New", "Always on", "Brand boots", "boots price", "a!b", "ü"])


def _ids(*ids: int) -> st.SearchStrategy[int]:
    return st.sampled_from([*ids, *ids, -1, -2, 9])


_BUDGETS: Final = _ids(1000001, 1000002, 1000062).map(lambda n: name("campaignBudgets", n))
_CAMPAIGNS: Final = _ids(1000003, 1000025, 1000063).map(lambda n: name("campaigns", n))
_GROUPS: Final = _ids(1000004, 1000009, 1000026).map(lambda n: name("adGroups", n))
_LABELS: Final = _ids(1000080, 1000081).map(lambda n: name("labels", n))
_KEYWORDS: Final = st.sampled_from(
    [name("adGroupCriteria", 1000004, n) for n in (1000005, 1000006, 1000089, -1, 9)]
)
_ADS: Final = st.sampled_from([name("adGroupAds", 1000004, n) for n in (1000068, -2, 9)])
_PHRASES: Final = st.builds(
    lambda text, kind: {"text": text, "match_type": kind},
    _TEXTS,
    st.sampled_from(["EXACT", "BROAD", "PHRASE"]),
)


def _created(kind: str, names: st.SearchStrategy[str], **fields: Any) -> st.SearchStrategy[Any]:
    values = st.fixed_dictionaries({}, optional={"resource_name": names, **fields})
    return values.map(lambda chosen: create(kind, **chosen))


def _changed(kind: str, names: st.SearchStrategy[str], **fields: Any) -> st.SearchStrategy[Any]:
    values = st.fixed_dictionaries({}, optional=fields)
    return st.builds(lambda named, chosen: update(kind, named, **chosen), names, values)


def _removed(kind: str, names: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return names.map(lambda named: remove(kind, named))


_BUDGET_FIELDS: Final[dict[str, Any]] = {
    "name": _TEXTS,
    "amount_micros": _AMOUNTS,
    "total_amount_micros": _AMOUNTS,
    "explicitly_shared": st.booleans(),
    "period": st.sampled_from(["DAILY", "CUSTOM_PERIOD"]),
}
_OPERATIONS: Final = st.one_of(
    _created("campaign_budget", _BUDGETS, **_BUDGET_FIELDS),
    _changed("campaign_budget", _BUDGETS, **_BUDGET_FIELDS),
    _removed("campaign_budget", _BUDGETS),
    st.builds(
        lambda budget, named, own: campaign(budget, name=named, resource_name=own),
        _BUDGETS,
        _TEXTS,
        _CAMPAIGNS,
    ),
    _changed("campaign", _CAMPAIGNS, name=_TEXTS, status=_STATUSES, campaign_budget=_BUDGETS),
    _removed("campaign", _CAMPAIGNS),
    _created("ad_group", _GROUPS, campaign=_CAMPAIGNS, name=_TEXTS, cpc_bid_micros=_AMOUNTS),
    _changed("ad_group", _GROUPS, name=_TEXTS, status=_STATUSES, cpc_bid_micros=_AMOUNTS),
    _removed("ad_group", _GROUPS),
    _created(
        "ad_group_criterion",
        _KEYWORDS,
        ad_group=_GROUPS,
        keyword=_PHRASES,
        negative=st.booleans(),
        cpc_bid_micros=_AMOUNTS,
    ),
    _changed("ad_group_criterion", _KEYWORDS, status=_STATUSES, cpc_bid_micros=_AMOUNTS),
    _removed("ad_group_criterion", _KEYWORDS),
    _created(
        "campaign_criterion",
        st.just(name("campaignCriteria", 1000003, -3)),
        campaign=_CAMPAIGNS,
        keyword=_PHRASES,
        negative=st.booleans(),
    ),
    _GROUPS.map(search_ad),
    _changed("ad_group_ad", _ADS, status=_STATUSES),
    _removed("ad_group_ad", _ADS),
    _created("label", _LABELS, name=_TEXTS),
    _changed("label", _LABELS, name=_TEXTS),
    _removed("label", _LABELS),
    st.builds(lambda c, one: create("campaign_label", campaign=c, label=one), _CAMPAIGNS, _LABELS),
)


def _outcome(world: World, operations: list[Any], **more: bool) -> Any:
    """Return what a request comes to: errors with their places, or names."""
    request = MutateGoogleAdsRequest.pb()(customer_id=US, **more)
    request.mutate_operations.extend(operations)
    mutations = Mutations(world, lambda: NOW)
    try:
        response = mutations.apply(world.accounts[US], request, "somebody@north.example")
    except Refusal as refusal:
        return [(one.kind, one.code, one.path, one.message) for one in (refusal, *refusal.also)]
    except NotPlayed as beyond:
        return str(beyond)
    return response


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.lists(_OPERATIONS, min_size=1, max_size=5), st.booleans())
def test_validating_and_doing_agree(operations: list[Any], partial: bool) -> None:
    world = _WORLD
    world.accounts[US] = deepcopy(_ACCOUNT)
    world.mutates.clear()

    said = _outcome(world, operations, validate_only=True, partial_failure=partial)
    assert world.accounts[US] == _ACCOUNT
    assert world.mutates == []
    done = _outcome(world, operations, partial_failure=partial)

    if isinstance(said, list | str):
        assert done == said
        assert world.accounts[US] == _ACCOUNT
        assert world.mutates == []
        return
    assert len(done.mutate_operation_responses) == len(operations)
    made = [one.WhichOneof("response") for one in done.mutate_operation_responses]
    assert said.HasField("partial_failure_error") == done.HasField("partial_failure_error")
    assert done.HasField("partial_failure_error") == (None in made)
    assert len(world.mutates) == any(made)
    assert partial or None not in made
    assert said.partial_failure_error.message == done.partial_failure_error.message
