"""G2: what the page of an operation shows of texts and lists: all of them, and as texts."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.world import hostile
from tests.security.deciding import code, opened, page_of
from tests.security.stored import drop
from tests.security.test_e9_policies import asked
from tests.security.watched import POLICY, WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from tests.support.spare_writes import SpareWrites
from wpp_mcp.models.text import LONGEST_VALUE
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk

HIGH = {"risk": Risk.HIGH}


@pytest.fixture(autouse=True)
def as_it_was(attacker: Api, watched: WatchedSandbox) -> None:
    watched.seeder.world(watched.world)


HOSTILE = [
    *hostile.CAMPAIGN_NAMES[:11],
    *hostile.AD_GROUP_NAMES,
    "<script>alert(1)</script>",
    '"><form action="https://attacker.example"><button>Approve',
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_g2_texts_of_strangers_are_texts_on_the_page(watched: WatchedSandbox, text: str) -> None:
    record = operations.putting(
        watched,
        **HIGH,
        name=text,
        title=text,
        account_name=text,
        requester_name=text,
        preview=_hostile_preview(text),
    )
    harmless = operations.putting(watched, **HIGH)
    with opened(watched, harmless, "manager") as manager:
        usual = re.findall(r"<(\w+)", manager.html)
        manager.open(page_of(record))
        assert manager.status == 200
        assert set(re.findall(r"<(\w+)", manager.html)) <= {*usual, "ul", "li"}
        forms = [(f.action, len(f.buttons)) for f in manager.forms]
        assert forms == [(page_of(record), 2), ("/console/sign-out", 1)]
        for unseen in "\x00\x07\x08\x1b\u200b\u200c\u200d\u2060\ufeff\u202e\u2066\u061c":
            assert unseen not in manager.html
        assert "javascript:" not in "".join(manager.links)
        assert manager.headers["Content-Security-Policy"].startswith("default-src 'none'")
        manager.submit("Reject", note=text)
        assert manager.status == 200
        assert set(re.findall(r"<(\w+)", manager.html)) <= {*usual, "ul", "li"}
    with Api(watched) as client:
        shown = client.send("GET", f"/operations/{record.operation_id}", role="manager").text
        for unseen in ("\\u200b", "\\u001b", "\u200b", "\u202e", "\x1b"):
            assert unseen not in shown


def _hostile_preview(text: str) -> dict[str, object]:
    line = {"resource": text, "id": text, "name": text, "action": text, "field": text}
    return {
        "changes": [{**line, "before": text, "after": [text], "money": {"currency": text}}],
        "currency": text,
        "money": {"perDay": 1, "perMonth": 2, "currency": text},
        "warnings": [text],
        "riskReasons": [text],
        "undo": {"kind": text, "losses": [text]},
    }


def lists(record: OperationRecord, before: list[str] | None, after: list[str]) -> Mapping[str, Any]:
    """Return a preview in which a list of texts changes."""
    thing = {"resource": "ad", "id": "1~2", "name": "Ad", "action": "update", "field": "headlines"}
    line = {**thing, "after": after} | ({} if before is None else {"before": before})
    return {**record.preview, "changes": [line], "money": None}


def entries_of(person: Person) -> list[str]:
    """The entries of the lists in the table of changes, marks in front."""
    [table] = re.findall(r"(?s)<tbody>(.*?)</tbody>", person.html)
    found = re.findall(r"(?s)<li[^>]*>(.*?)</li>", table)
    return [re.sub(r"<[^>]*>", "", one).strip() for one in found]


CLIENTS = [f"client-{number:02}-{'a' * 26}" for number in range(12)]


def test_g2_no_entry_of_a_long_list_is_out_of_sight(attacker: Api, watched: WatchedSandbox) -> None:
    watched.seeder.put(POLICY, {"policyVersion": "9", "formElicitationClients": CLIENTS})
    record = asked(attacker, watched, {"formElicitationClients": [*CLIENTS[:11], "the-hidden-one"]})
    with opened(watched, record, "second-admin") as second:
        assert [e for e in entries_of(second) if e.startswith(("added", "removed"))] == [
            f"removed {CLIENTS[11]}",
            "added the-hidden-one",
        ]
        assert len(entries_of(second)) == 24
        assert "Form elicitation clients 1 added, 1 removed" in second.page
        assert "[cut]" not in second.page
    drop(watched, POLICY)
    # A mail is shorter, says so, and leads to the page.
    mails = attacker.control("GET", "/outbox")["mails"]
    [text] = [one["text"] for one in mails if record.operation_id in one["text"]]
    assert "[cut]" in text
    assert "where one is cut, the page shows all of" in text


def test_g2_each_headline_of_an_ad_is_seen(attacker: Api, watched: WatchedSandbox) -> None:
    writes = SpareWrites(attacker)
    place = next(iter(watched.world.accounts[writes.customer_id].ad_groups.values()))
    headlines = [f"Headline number {number:02} of 15" for number in range(14)]
    params = {
        "customerId": writes.customer_id,
        "adGroupId": str(place.ad_group_id),
        "headlines": [{"text": one} for one in [*headlines, "CALL US FOR FREE MONEY"]],
        "descriptions": [{"text": "One of them"}, {"text": "Another, with a comma"}],
        "finalUrl": "https://www.basalt.example/?" + "x" * 1_900 + "&to=elsewhere",
    }
    answer = attacker.execute("create_responsive_search_ad", params)
    assert answer.status_code == 202, answer.text
    assert "elsewhere" in answer.text
    record = writes.stored(answer.json()["operationId"])
    with opened(watched, record, "practitioner") as requester:
        for text in (*headlines, "CALL US FOR FREE MONEY", "Another, with a comma"):
            assert text in entries_of(requester)
        assert "x&to=elsewhere" in html.unescape(requester.html)
        assert "Approve" in requester.page
    shown = attacker.send("GET", f"/operations/{record.operation_id}", role="practitioner")
    assert shown.json()["operation"]["preview"]["changes"] == answer.json()["preview"]["changes"]


@pytest.mark.parametrize(
    ("before", "after", "seen", "said"),
    [
        (["a", "b"], ["b", "a"], ["a", "b", "b", "a"], "the same in another order"),
        (["a"], ["a", "a"], ["a", "added a"], "1 added, 0 removed"),
        (["a", "a"], ["a"], ["a", "removed a"], "0 added, 1 removed"),
        (["a"], ["b"], ["removed a", "added b"], "1 added, 1 removed"),
        (["a", "b"], [], ["a", "b"], ""),
        (None, ["a", "b"], ["a", "b"], ""),
    ],
)
def test_how_two_lists_differ_is_said(
    watched: WatchedSandbox, before: list[str] | None, after: list[str], seen: list[str], said: str
) -> None:
    made = operations.operation(watched)
    record = operations.put(watched, replace(made, preview=lists(made, before, after)))
    with opened(watched, record, "practitioner") as requester:
        assert entries_of(requester) == seen
        assert ("added" in requester.page or "order" in requester.page) == bool(said)
        assert said in requester.page


def test_what_could_not_be_shown_whole_is_not_previewed(
    attacker: Api, watched: WatchedSandbox
) -> None:
    writes = SpareWrites(attacker)
    one = next(iter(watched.world.accounts[writes.customer_id].campaigns.values()))
    name, one.name = one.name, "x" * (LONGEST_VALUE + 1)
    params = {
        "customerId": writes.customer_id,
        "campaignId": str(one.campaign_id),
        "name": "Short",
    }
    answer = attacker.execute("update_campaign", params)
    one.name = name
    assert (answer.status_code, code(answer)) == (400, "INVALID_REQUEST")
    assert "longer than the 4000 characters that are shown" in answer.json()["error"]["message"]
