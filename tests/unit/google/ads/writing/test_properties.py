"""What holds for any change of any kind of thing, on the messages of the official package."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.google.ads.writing.test_life import everything
from tests.unit.support.ads import row
from tests.unit.support.ads_writing import ACCOUNT
from tests.unit.support.emulated_writes import NOW
from wpp_mcp.google.ads.mutate import request_of
from wpp_mcp.google.ads.resources import (
    AD_GROUPS,
    ADS,
    BUDGETS,
    CAMPAIGNS,
    IN_ORDER,
    KEYWORDS,
    LABELS,
    ResourceAdapter,
    adapter_of,
)
from wpp_mcp.google.ads.resources.campaigns import TARGETS
from wpp_mcp.google.ads.resources.codecs import (
    Amount,
    CustomParameters,
    Day,
    Plain,
    Ratio,
    Reference,
    Texts,
    Unwritten,
    Word,
)
from wpp_mcp.google.ads.resources.thing import Thing
from wpp_mcp.google.ads.rows import is_amount, plain_rows
from wpp_mcp.models import strict_json
from wpp_mcp.models.changes import Applied, Change, Locator, UndoKind, Verb, change_of
from wpp_mcp.models.money import from_micros

CHANGEABLE = (BUDGETS, CAMPAIGNS, AD_GROUPS, KEYWORDS, ADS, LABELS)
BOOLS = {"googleSearch", "searchNetwork", "contentNetwork", "partnerSearchNetwork"}
WORDS = {"status": ["ENABLED", "PAUSED"]}
AMOUNTS = st.integers(1, 10**15).map(from_micros)
VALUES = {
    Amount: AMOUNTS,
    Ratio: st.decimals("0.01", "1000", places=2),
    Day: st.dates().map(lambda day: day.isoformat()),
    CustomParameters: st.lists(st.sampled_from(["a=1", "b=", "c=d=e"]), min_size=1),
    Texts: st.lists(st.sampled_from(["https://a.example", "https://b.example/x"]), min_size=1),
    Reference: st.integers(1, 10**12).map(str),
}
TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80)
PLACES = {1: "12", 2: "12~34"}


def value_of(adapter: ResourceAdapter, name: str) -> st.SearchStrategy[Any]:
    codec = adapter.fields[name].codec
    if isinstance(codec, Word):
        return st.sampled_from(WORDS[name])
    if isinstance(codec, Plain):
        return st.booleans() if name in BOOLS else st.none() | TEXTS
    found = VALUES[type(codec)]
    return found if isinstance(codec, Reference) else st.none() | found


def contexts(adapter: ResourceAdapter) -> st.SearchStrategy[dict[str, Any]]:
    if adapter is BUDGETS:
        return st.sampled_from(["DAILY", "CUSTOM_PERIOD"]).map(lambda word: {"period": word})
    if adapter is CAMPAIGNS:
        words = sorted({word for paths in TARGETS.values() for word in paths})
        return st.sampled_from(words).map(lambda word: {"biddingStrategy": word})
    return st.just({})


def allowed(adapter: ResourceAdapter, context: Mapping[str, Any]) -> list[str]:
    names = [name for name, field in adapter.fields.items() if not field.fixed]
    strategy = context.get("biddingStrategy")
    return [n for n in names if n not in TARGETS or strategy in TARGETS[n]]


@st.composite
def updates(draw: st.DrawFn) -> tuple[Thing, dict[str, Any]]:
    """Return a thing and other values for some of its fields."""
    adapter = draw(st.sampled_from(CHANGEABLE))
    context = draw(contexts(adapter))
    possible = allowed(adapter, context)
    names = draw(st.lists(st.sampled_from(possible), min_size=1, unique=True))
    before = {n: draw(value_of(adapter, n)) for n in possible}
    after = {n: draw(value_of(adapter, n).filter(lambda v, now=before[n]: v != now)) for n in names}
    place = Locator(ACCOUNT, adapter.type, PLACES[len(adapter.ids)], "It")
    return Thing(adapter, place, context | before, "USD"), after


def operation(change: Change) -> Any:
    request = request_of(ACCOUNT, [change], partial=False, validate_only=False)
    (whole,) = request.mutate_operations
    return getattr(whole, str(whole.WhichOneof("operation")))


def leaf(message: Any, path: str) -> tuple[Any, str]:
    *parents, last = path.split(".")
    for parent in parents:
        message = getattr(message, parent)
    return message, last


def is_set(message: Any, path: str) -> bool:
    inner, last = leaf(message, path)
    field = inner.DESCRIPTOR.fields_by_name[last]
    return inner.HasField(last) if field.has_presence else bool(getattr(inner, last))


def read_back(adapter: ResourceAdapter, message: Any) -> dict[str, Any]:
    """Return what our reading makes of a message that was written."""
    whole = row()
    getattr(whole, adapter.resource).CopyFrom(message)
    paths = [p for p in dict.fromkeys(adapter._paths()) if p.startswith(f"{adapter.resource}.")]
    (found,) = plain_rows([whole], paths)
    return adapter.values_of(found)


@given(updates())
def test_the_mask_is_just_what_differs(given_: tuple[Thing, dict[str, Any]]) -> None:
    thing, after = given_
    change = thing.change(after)
    context = {**change.before, **change.after}
    written = operation(change)
    expected = {thing.adapter.path_of(name, context) for name in after}
    assert set(change.fields) == set(after)
    assert set(written.update_mask.paths) == expected
    assert len(written.update_mask.paths) == len(expected)
    listed = {path.partition(".")[0] for path in expected}
    assert {f.name for f, _ in written.update.ListFields()} <= listed | {"resource_name"}
    for name, value in after.items():
        path = thing.adapter.path_of(name, context)
        assert is_set(written.update, path) is (value is not None), name


@given(updates())
def test_what_is_written_reads_as_it_was_given(given_: tuple[Thing, dict[str, Any]]) -> None:
    thing, after = given_
    change = thing.change(after)
    message = operation(change).update
    if thing.adapter is BUDGETS:
        message.period = {"DAILY": 2, "CUSTOM_PERIOD": 5}[str(thing.values["period"])]
    if thing.adapter is CAMPAIGNS:
        field = message.DESCRIPTOR.fields_by_name["bidding_strategy_type"]
        strategy = str(thing.values["biddingStrategy"])
        message.bidding_strategy_type = field.enum_type.values_by_name[strategy].number
    there = read_back(thing.adapter, message)
    references = {n for n, f in thing.adapter.fields.items() if isinstance(f.codec, Reference)}
    for name in set(after) - references:
        assert there[name] == after[name], name
    if "budgetId" in after:
        assert message.campaign_budget.endswith(f"/campaignBudgets/{after['budgetId']}")


@given(updates())
def test_an_update_undone_is_as_before(given_: tuple[Thing, dict[str, Any]]) -> None:
    thing, after = given_
    change = thing.change(after)
    undo = thing.adapter.undo(change, Applied(id=change.locator.id), NOW)
    assert undo.change is not None
    day = any(change.before.get(name) for name in set(after) & {"startDate", "endDate"})
    assert undo.kind is (UndoKind.COMPENSATING if day else UndoKind.EXACT)
    assert (undo.change.before, undo.change.after) == (change.after, change.before)
    assert set(operation(undo.change).update_mask.paths) == set(operation(change).update_mask.paths)
    again = thing.adapter.undo(undo.change, Applied(id=change.locator.id), NOW).change
    assert again is not None
    assert operation(again) == operation(change)


@given(updates())
def test_a_stored_change_is_the_same_request(given_: tuple[Thing, dict[str, Any]]) -> None:
    thing, after = given_
    change = thing.change(after)
    stored = change_of(strict_json.loads(strict_json.dumps(change.wire())))
    assert operation(stored) == operation(change)


@pytest.mark.parametrize("change", everything(), ids=lambda change: change.locator.type.value)
def test_a_stored_creation_is_the_same_request(change: Change) -> None:
    stored = change_of(strict_json.loads(strict_json.dumps(change.wire())))
    assert operation(stored) == operation(change)


MONEY = [
    (adapter, name)
    for adapter in IN_ORDER
    for name, field in adapter.fields.items()
    if isinstance(field.codec, Amount)
]


@pytest.mark.parametrize(
    ("adapter", "name"), MONEY, ids=[f"{one.label}-{name}" for one, name in MONEY]
)
@given(AMOUNTS)
def test_money_makes_the_round_trip_to_micros(
    adapter: ResourceAdapter, name: str, amount: Decimal
) -> None:
    path = adapter.fields[name].path
    assert path.endswith("_micros")
    assert is_amount(f"{adapter.resource}.{path}")
    whole = row()
    message, last = leaf(getattr(whole, adapter.resource), path)
    Amount().write(message, last, amount, "")
    assert Decimal(getattr(message, last)) == amount * 1_000_000
    (found,) = plain_rows([whole], [f"{adapter.resource}.{path}"])
    (value,) = found.values()
    assert Amount().plain(value) == amount


def test_every_amount_of_ours_goes_through_the_one_place_that_knows_micros() -> None:
    known = {(adapter.type.value, name) for adapter, name in MONEY}
    for adapter in IN_ORDER:
        for name, field in adapter.fields.items():
            if field.path.endswith("_micros"):
                assert (adapter.type.value, name) in known
    assert {name for _, name in known} == {"amount", "cpcBid", "targetCpa", "cpcBidCeiling"}


@pytest.mark.parametrize("adapter", IN_ORDER, ids=lambda adapter: type(adapter).__name__)
def test_every_path_is_googles(adapter: ResourceAdapter) -> None:
    """Each field can be selected, and is one of the message that is written, or of the account."""
    plain_rows([row()], [*adapter.ids, *adapter._paths()])
    message = getattr(row(), adapter.resource)
    for field in adapter.fields.values():
        if isinstance(field.codec, Unwritten) and (field.read or "").startswith("customer."):
            continue
        inner, last = leaf(message, field.path)
        assert {last, f"{last}_"} & set(inner.DESCRIPTOR.fields_by_name)
    assert set(adapter.identity) <= set(adapter.fields)
    assert adapter.sought in adapter.identity


@pytest.mark.parametrize("adapter", IN_ORDER, ids=lambda adapter: type(adapter).__name__)
def test_what_is_fixed_cannot_be_changed(adapter: ResourceAdapter) -> None:
    for name, field in adapter.fields.items():
        if field.fixed:
            place = Locator(ACCOUNT, adapter.type, PLACES[len(adapter.ids)])
            change = Change(locator=place, verb=Verb.UPDATE, before={name: "a"}, after={name: "b"})
            with pytest.raises(ValueError, match=f"{name} cannot be changed"):
                adapter.operation_of(change, ACCOUNT.account_id)


def test_the_adapter_of_a_change_is_found_by_its_kind() -> None:
    assert [adapter_of(change) for change in everything()] == [
        *(BUDGETS, CAMPAIGNS, AD_GROUPS, KEYWORDS, *IN_ORDER[5:7], ADS, LABELS, IN_ORDER[8])
    ]
