"""C11, H1: the page of an operation, as a browser opens and sends it."""

from datetime import timedelta

import pytest

from sandbox.browsing import Person
from sandbox.settings import OMA_ORIGIN
from tests.security.deciding import code, decide, opened, page_of
from tests.security.signed_in import cookie
from tests.security.stored import entries, set_role
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.gateway.form_tokens import form_token
from wpp_mcp.models.caller import Role
from wpp_mcp.models.cookies import SESSION_COOKIE
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
