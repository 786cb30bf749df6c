import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.world import World, by_device, day_totals
from sandbox.world.traffic import Totals, part, total

START = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
TODAY = START.date().toordinal()
MANY = "1000000103"
HOSTILE = "1000000203"


def month(world: World, customer_id: str) -> list[Totals]:
    campaigns = world.accounts[customer_id].campaigns.values()
    return [day_totals(campaign, TODAY - day) for campaign in campaigns for day in range(30)]


def test_same_seed_same_world() -> None:
    one, other = World(seed=7, start=START), World(seed=7, start=START)
    assert one.accounts == other.accounts
    assert month(one, "1000000101") == month(other, "1000000101")
    assert month(World(seed=8, start=START), "1000000101") != month(one, "1000000101")


def test_later_start_changes_no_ids_or_names(world: World) -> None:
    later = World(start=START + timedelta(days=3))
    for customer_id, account in world.accounts.items():
        names = {key: value.name for key, value in account.campaigns.items()}
        assert names == {
            key: value.name for key, value in later.accounts[customer_id].campaigns.items()
        }


def test_fewer_clicks_than_impressions_fewer_conversions_than_clicks(world: World) -> None:
    sums = [day for account in world.client_accounts for day in month(world, account.customer_id)]
    assert all(s.conversions <= s.clicks * 100 for s in sums)
    assert all(s.clicks <= s.impressions for s in sums)
    assert sum(s.conversions for s in sums) < sum(s.clicks for s in sums) * 100
    assert sum(s.clicks for s in sums) < sum(s.impressions for s in sums)
    assert all((s.cost_micros == 0) == (s.clicks == 0) for s in sums)


def test_weekdays_and_seasons_show(world: World) -> None:
    campaigns = [
        c
        for account in world.client_accounts
        for c in account.campaigns.values()
        if c.last_active is None and c.start_date < date(2024, 11, 1)
    ]

    def impressions(first: date, days: range) -> int:
        start = first.toordinal()
        return sum(day_totals(c, start + day).impressions for c in campaigns for day in days)

    monday = date(2026, 6, 1)
    assert impressions(monday, range(5)) / 5 > 1.1 * impressions(monday, range(5, 7)) / 2
    assert impressions(date(2025, 11, 3), range(28)) > 1.2 * impressions(
        date(2025, 5, 5), range(28)
    )


def test_no_traffic_before_the_start_or_after_a_pause(world: World) -> None:
    campaigns = list(world.accounts["1000000101"].campaigns.values())
    paused = next(c for c in campaigns if c.status == "PAUSED")
    assert paused.last_active is not None
    assert day_totals(paused, paused.last_active.toordinal()).impressions > 0
    assert day_totals(paused, paused.last_active.toordinal() + 1) == Totals()
    assert day_totals(paused, paused.start_date.toordinal() - 1) == Totals()


@pytest.mark.parametrize("day", range(20))
def test_parts_add_up_to_the_whole(world: World, day: int) -> None:
    account = world.accounts["1000000101"]
    for campaign in account.campaigns.values():
        whole = day_totals(campaign, TODAY - 60 - day)
        assert total([sums for _, sums in by_device(whole)]) == whole
        groups = [g for g in account.ad_groups.values() if g.campaign_id == campaign.campaign_id]
        parts = [part(whole, group.share) for group in groups]
        assert not parts or total(parts) == whole
        for group, sums in zip(groups, parts, strict=True):
            keywords = [k for k in account.keywords.values() if k.ad_group_id == group.ad_group_id]
            below = [part(whole, keyword.share) for keyword in keywords]
            assert not below or total(below) == sums
            assert all(s.clicks <= s.impressions for s in below)
            assert all(s.conversions <= s.clicks * 100 for s in below)


def test_five_hundred_campaigns_stay_fast(world: World) -> None:
    assert len(world.accounts[MANY].campaigns) == 500
    begun = time.perf_counter()
    assert len(month(world, MANY)) == 15_000
    assert time.perf_counter() - begun < 1


def test_hostile_texts_are_there(world: World) -> None:
    account = world.accounts[HOSTILE]
    names = [campaign.name for campaign in account.campaigns.values()]
    names += [group.name for group in account.ad_groups.values()]
    names += [keyword.text for keyword in account.keywords.values()]
    names += [term.text for term in account.search_terms]
    everything = "".join(names)
    for sign in ("\u200b", "\ufeff", "\u202e", "\u2066", "\x1b[", "\n", "![", '{"success"'):
        assert sign in everything
    assert "Ignore all previous instructions" in everything
    assert max(len(campaign.name) for campaign in account.campaigns.values()) > 100_000
    assert [t for t in account.search_terms if len(t.text) == 1024 * 1024]
    assert "\n" in account.name


def test_currencies_and_hierarchy(world: World) -> None:
    assert len(world.client_accounts) == 8
    assert {account.currency for account in world.client_accounts} == {"USD", "EUR", "JPY"}
    assert all(len(key) == 10 and key.isascii() and key.isdigit() for key in world.accounts)
    assert world.manager_account.manager
    assert not any(account.manager for account in world.client_accounts)
    assert {len([c for c in world.clients.values() if c.agency == a]) for a in world.agencies} == {
        2
    }


def test_google_shows_more_than_is_granted(world: World) -> None:
    for key in ("practitioner", "other-practitioner"):
        email = world.users[key].email
        ads = [grant for grant in world.grants_of(email) if grant.api == "Google Ads"]
        granted = {grant.account_id for grant in ads}
        assert granted < world.visible_customers(email)
        assert world.manager_account.customer_id not in granted
    products = [grant.api for grant in world.grants_of("practitioner@north.example")]
    assert products == ["Google Ads"] * 3 + ["Analytics", "GSC"]
    south = {a.customer_id for a in world.client_accounts if a.agency == "south"}
    assert world.visible_customers("other-practitioner@south.example") == south
    assert world.visible_customers("auditor@north.example") == frozenset()
    assert world.visible_customers("nobody@north.example") == frozenset()


def test_login_customer_follows_the_level_of_access(world: World) -> None:
    manager = world.manager_account.customer_id
    for grant in world.grants_of("practitioner@north.example"):
        assert grant.login_customer_id == (manager if grant.api == "Google Ads" else None)
    for grant in world.grants_of("other-practitioner@south.example"):
        own = grant.account_id if grant.api == "Google Ads" else None
        assert grant.login_customer_id == own
    assert world.login_customer_id("auditor@north.example", "1000000101") is None


def test_grants_run_around_the_start(world: World) -> None:
    for grant in world.grants:
        assert grant.approved_at < world.start < grant.expires_at
        assert grant.approved_by == world.users["manager"].email or grant.agency == "south"


def test_tokens(world: World) -> None:
    token = world.google_token("practitioner")
    assert token == "sandbox-google-token-practitioner"
    assert world.google_user(token) == "practitioner@north.example"
    for unknown in ("", "practitioner", "sandbox-google-token-", "sandbox-google-token-x"):
        assert world.google_user(unknown) is None
    assert world.is_expired_token("sandbox-google-expired-practitioner")
    assert not world.is_expired_token(token)


def test_outsider_is_no_employee(world: World) -> None:
    outsiders = [u for u in world.users.values() if not u.employee_id.startswith("WPP-")]
    assert [u.key for u in outsiders] == ["outsider"]
    assert not outsiders[0].in_directory
    assert all(u.email == u.email.lower() for u in world.users.values())


def test_description_is_json_without_tokens(world: World) -> None:
    text = json.dumps(world.describe(), allow_nan=False)
    assert "sandbox-google" not in text
    described = json.loads(text)
    people = {user["key"]: user for user in described["users"]}
    assert [grant["accountId"] for grant in people["practitioner"]["granted"]] == [
        "1000000101",
        "1000000102",
        "1000000103",
        "300000001",
        "sc-domain:aster.example",
    ]
    assert len(people["practitioner"]["visible"]) == 9


def test_first_day_of_data() -> None:
    assert World.first_day(date(2026, 11, 21)) == date(2024, 11, 21)
    assert World.first_day(date(2028, 2, 29)) == date(2026, 2, 28)


def test_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        World(start=datetime(2026, 11, 21))  # noqa: DTZ001
