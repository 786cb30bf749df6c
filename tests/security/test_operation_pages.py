"""C11, G2, H1: the page of an operation, as a browser opens and sends it."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.settings import OMA_ORIGIN
from sandbox.world import hostile
from tests.security.deciding import code, decide, opened, page_of
from tests.security.signed_in import cookie
from tests.security.stored import drop, entries, set_role
from tests.security.test_e9_policies import asked
from tests.security.watched import POLICY, WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from tests.support.spare_writes import SpareWrites
from wpp_mcp.gateway.form_tokens import form_token
from wpp_mcp.models.caller import Role
from wpp_mcp.models.cookies import SESSION_COOKIE
from wpp_mcp.models.text import LONGEST_VALUE
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk
from wpp_mcp.operations.states import Status

HIGH = {"risk": Risk.HIGH}


@pytest.fixture(autouse=True)
def as_it_was(attacker: Api, watched: WatchedSandbox) -> None:
    watched.seeder.world(watched.world)


def test_who_opens_the_page_without_a_session_comes_back_to_it(watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "manager") as manager:
        assert (manager.status, manager.url) == (200, watched.url + page_of(record))
        assert "Signed in as Mona North." in manager.page


@pytest.mark.parametrize(
    "path",
    [
        "/console/operations/",
        "/console/operations/x",
        "/console/operations/{operationId}",
        "/console/operations/op_20261121_093000_0123456789abcdef/",
        "/console/operations/op_20261121_093000_0123456789abcdeF",
        "/console/operations/op_20261121_093000_0123456789abcdef%0a",
        "/console/operations/op_20261121_093000_0123456789abcdef?a=1",
        "//attacker.example/console/operations/op_20261121_093000_0123456789abcdef",
        "https://attacker.example/console/operations/op_20261121_093000_0123456789abcdef",
        "/console/operations/../operations/op_20261121_093000_0123456789abcdef",
        "/console/operations/op_\u0662\u0660261121_093000_0123456789abcdef",
    ],
)
def test_a_sign_in_leads_to_no_other_address_that_looks_like_a_page(
    watched: WatchedSandbox, path: str
) -> None:
    with Person(watched.url) as victim:
        victim.open(f"/console/sign-in?next={path}").submit("practitioner")
        assert victim.url == f"{watched.url}/console/google/connect"


def test_c11_opening_the_page_changes_nothing(watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "manager") as manager:
        for query in ("", "?decision=APPROVED", f"?decision=APPROVED&digest={record.digest}"):
            for _ in range(2):
                manager.open(page_of(record) + query)
                assert manager.status == 200
    assert operations.read(watched, record) == record
    # Whoever follows the link of a forwarded mail is asked who they are, and told no more than
    # they may see.
    with opened(watched, record, "other-manager") as other:
        assert other.status == 404
        assert "Brand" not in other.html
    made = [e["tool"] for e in entries(watched) if e["operationId"] == record.operation_id]
    assert set(made) == {"operation_page"}


def test_the_second_person_sees_all_of_it_and_approves(watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "manager") as manager:
        for text in (
            "Change a daily budget",
            "Google Ads 1000000101 · Aster Outdoor US",
            "Paula North (practitioner@north.example), agency north",
            "Amount 50 USD 75 USD +25 USD a day +760 USD a month +50 %",
            "+760 USD a month at most",
            "High: a second person has to agree. the budget rises within the limits",
            "Google may spend twice as much on a day",
            "It can be undone exactly.",
            "As a manager of north you may decide.",
        ):
            assert text in manager.page
        manager.submit("Approve")
        assert (manager.status, manager.url) == (200, watched.url + page_of(record))
        assert "manager@north.example approved it as the second person" in manager.page
        assert manager.seen.forms[0].action == "/console/sign-out"
    stands = operations.read(watched, record)
    assert stands.status is Status.APPROVED
    assert stands.approval is not None
    assert stands.approval.via == "sandbox-console-client"
    assert stands.expires_at is not None
    assert stands.expires_at - stands.approval.at == timedelta(hours=24)
    assert stands.token_hashes == ()


def test_the_requester_is_told_why_not_and_may_reject(watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "practitioner") as requester:
        assert "You asked for this, so you cannot approve it." in requester.page
        assert "a manager of the agency north or an admin, who may decide until" in requester.page
        assert [b[0] for f in requester.forms for b in f.buttons if b[1]] == ["Reject"]
        form = next(f for f in requester.forms if "digest" in f.fields)
        requester.send("POST", page_of(record), {**form.fields, "decision": "APPROVED"})
        assert requester.status == 403
        assert "Nothing was decided." in requester.page
        assert operations.read(watched, record) == record
        requester.submit("Reject", note="not any more")
        assert "practitioner@north.example rejected it: “not any more”" in requester.page
    assert operations.read(watched, record).status is Status.REJECTED


def test_the_requester_agrees_and_goes_back_to_the_assistant(watched: WatchedSandbox) -> None:
    record = operations.putting(watched)
    with opened(watched, record, "practitioner") as requester:
        requester.submit("Approve")
        assert "Go back to your assistant" in requester.page
    stands = operations.read(watched, record)
    assert (stands.status, stands.expires_at) == (Status.APPROVED, record.expires_at)
    assert stands.consent is not None
    assert stands.token_hashes == record.token_hashes


def test_a_manager_is_told_that_the_requester_alone_decides(watched: WatchedSandbox) -> None:
    record = operations.putting(watched)
    with opened(watched, record, "manager") as manager:
        assert "Only Paula North, who asked for it, decides about this" in manager.page
        assert [f.action for f in manager.forms] == ["/console/sign-out"]


def test_d2_an_old_page_decides_about_nothing_else(watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "manager") as manager:
        manager.submit("Approve", digest="0" * 64)
        assert manager.status == 403
        assert "look at the changes below and decide again" in manager.page
    assert operations.read(watched, record) == record


def test_c3_who_comes_second_sees_who_was_first(watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "manager") as manager:
        with Api(watched) as client:
            assert decide(client, record, "admin", "REJECTED").status_code == 200
        manager.submit("Approve")
        assert manager.status == 409
        assert "admin@north.example rejected it on" in manager.page
        assert [f.action for f in manager.forms] == ["/console/sign-out"]


def test_c8_a_page_that_is_open_does_not_keep_a_role(watched: WatchedSandbox) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "manager") as manager:
        set_role(watched, "manager", Role.PRACTITIONER)
        manager.submit("Approve")
        assert manager.status == 404
        assert "Brand" not in manager.html
    assert operations.read(watched, record) == record


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


FORGED = [
    {"Origin": None},
    {"Origin": "https://attacker.example"},
    {"Origin": OMA_ORIGIN},
    {"Origin": "null"},
    {"Sec-Fetch-Site": None},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"X-WPP-Form-Token": None},
    {"X-WPP-Form-Token": ""},
    {"X-WPP-Form-Token": "of another"},
]


@pytest.mark.parametrize("forged", FORGED, ids=str)
def test_h1_a_cookie_alone_posts_no_decision(
    watched: WatchedSandbox, attacker: Api, forged: dict[str, str | None]
) -> None:
    record = operations.putting(watched, **HIGH)
    with opened(watched, record, "manager") as manager:
        own: dict[str, str | None] = {
            **cookie(manager),
            "Origin": watched.url,
            "Sec-Fetch-Site": "same-origin",
            "X-WPP-Form-Token": form_token(manager.cookies[SESSION_COOKIE]),
        }
    path = f"/operations/{record.operation_id}/decision"
    body = {"decision": "APPROVED", "digest": record.digest}

    answer = attacker.send("POST", path, headers={**own, **forged}, json=body)

    assert (answer.status_code, code(answer)) == (403, "FORBIDDEN")
    assert operations.read(watched, record) == record
    assert entries(watched, "manager@north.example")[-1]["result"] == "blocked"
    assert attacker.send("POST", path, headers=own, json=body).status_code == 200


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
