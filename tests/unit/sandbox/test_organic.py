from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.world import World
from sandbox.world.organic import organic_clicks
from sandbox.world.searches import PER_MILLE, day_of_cells, pages_of, split_of, spread

SEED = 7
MONDAY = date(2026, 6, 1)


def week(client: str, first: date, days: int, seed: int = SEED) -> int:
    return sum(organic_clicks(seed, client, first + timedelta(n))[1] for n in range(days))


def test_the_same_seed_gives_the_same_days_and_another_gives_others() -> None:
    assert organic_clicks(SEED, "aster", MONDAY) == organic_clicks(SEED, "aster", MONDAY)
    assert organic_clicks(8, "aster", MONDAY) != organic_clicks(SEED, "aster", MONDAY)
    assert organic_clicks(SEED, "birch", MONDAY) != organic_clicks(SEED, "aster", MONDAY)


@pytest.mark.parametrize("client", ["aster", "birch", "cedar", "dune"])
def test_fewer_clicks_than_impressions_on_every_day(client: str) -> None:
    for number in range(500):
        clicks, impressions = organic_clicks(SEED, client, MONDAY - timedelta(number))
        assert 0 < clicks < impressions


def test_weekdays_and_seasons_show() -> None:
    assert week("aster", MONDAY, 5) / 5 > 1.1 * week("aster", MONDAY + timedelta(5), 2) / 2
    assert week("aster", date(2025, 11, 3), 28) > 1.2 * week("aster", date(2025, 5, 5), 28)


@pytest.mark.parametrize("count", [0, 1, 7, 399, 100_000])
def test_parts_add_up_and_none_is_negative(count: int) -> None:
    parts = spread(count, (0, 5, 5, 6, 100))
    assert sum(parts) == count
    assert min(parts) >= 0
    assert parts[1] == 0


@pytest.mark.parametrize("search_type", PER_MILLE)
def test_the_cells_of_a_day_are_the_day(search_type: str) -> None:
    world = World(SEED, start=datetime(2026, 11, 21, tzinfo=UTC))
    for client in world.clients.values():
        clicks, others = day_of_cells(SEED, client, MONDAY, search_type)
        assert len(clicks) == len(others) == len(split_of(client).cells)
        whole_clicks, whole = organic_clicks(SEED, client.client_id, MONDAY)
        assert sum(clicks) == whole_clicks * PER_MILLE[search_type] // 1_000
        assert sum(others) == (whole - whole_clicks) * PER_MILLE[search_type] // 1_000


def test_the_hostile_client_has_hostile_queries_and_titles() -> None:
    world = World(SEED, start=datetime(2026, 11, 21, tzinfo=UTC))
    client = world.clients["dune"]
    texts = [cell.query.text for cell in split_of(client).cells]
    titles = [page.title for page in pages_of(client)]
    for sign in ("\u200b", "\u202e", "\x1b[", "![", '{"success"'):
        assert any(sign in text for text in texts)
        assert any(sign in title for title in titles)
    assert max(map(len, texts)) > 100_000
    assert all(page.url.isascii() for page in pages_of(client))
