"""Notices become messages: one for each person, cleaned, strict, and small enough for the queue."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.support.notices import ADMIN, CHANGE, MANAGER, facts, notice
from wpp_mcp.notifications.messages import (
    MOST_CHANGES,
    Message,
    NotAMessageError,
    Notice,
    NoticeKind,
    OperationFacts,
)

MOST_BYTES = 192 * 1024
HOSTILE = "Aster\r\nBcc: x@evil.example\u202e\u200b\x1b[31m"


def one(**other: Any) -> Message:
    (message,) = notice(**other).messages()
    return message


def body(**other: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(one().dumps())
    return {**read, **other}


def test_each_recipient_gets_a_message_of_their_own() -> None:
    messages = list(notice(MANAGER, ADMIN).messages())
    assert [message.to for message in messages] == [MANAGER, ADMIN]
    assert len({message.notice_id for message in messages}) == 1


def test_spellings_of_one_address_are_one_recipient() -> None:
    messages = list(notice(MANAGER.upper(), f" {MANAGER} ", MANAGER, MANAGER).messages())
    assert [message.to for message in messages] == [MANAGER]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a b@agency.example",
        "a@agency",
        "a@agency.example\r\nBcc: b@evil.example",
        "a@agency.example,b@evil.example",
        "Ann <a@agency.example>",
        "ä@agency.example",
        f"{'a' * 65}@agency.example",
        f"a@{'b' * 250}.example",
    ],
)
def test_what_is_no_address_holds_nobody_up(address: str) -> None:
    assert [message.to for message in notice(address, ADMIN).messages()] == [ADMIN]


@pytest.mark.parametrize("notice_id", ["", "a b", "a\nb", "x" * 201])
def test_a_notice_needs_an_id(notice_id: str) -> None:
    wrong = Notice(kind=NoticeKind.DECIDED, notice_id=notice_id, to=(MANAGER,), values=facts())
    with pytest.raises(ValueError, match="a notice has an id"):
        list(wrong.messages())


def test_a_message_reads_back() -> None:
    sent = one(decided_by="Max", note="Because.", status="APPROVED")
    assert Message.loads(sent.dumps()) == sent


@pytest.mark.parametrize("name", ["account_name", "requester_name", "note", "undo", "title"])
def test_texts_are_cleaned_when_they_go_in(name: str) -> None:
    assert getattr(facts(**{name: HOSTILE}), name) == "Aster Bcc: x@evil.example"


def test_texts_are_cleaned_when_they_come_out() -> None:
    """Somebody else may have put the message in."""
    given = body()
    given["values"]["accountName"] = HOSTILE
    given["values"]["changes"][0]["name"] = HOSTILE
    values = Message.loads(json.dumps(given)).values
    assert values.account_name == values.changes[0].name == "Aster Bcc: x@evil.example"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = facts(note=text)
    assert OperationFacts.model_validate(once.model_dump()) == once


def test_more_changes_than_fit_are_counted() -> None:
    values = facts(changes=[CHANGE] * (MOST_CHANGES + 7))
    assert (len(values.changes), values.more_changes) == (MOST_CHANGES, 7)
    assert Message.loads(one(changes=[CHANGE] * (MOST_CHANGES + 7)).dumps()).values == values


def test_the_largest_message_fits_into_the_queue() -> None:
    long = "\U0001f600" * 1000
    largest = one(
        changes=[dict.fromkeys(CHANGE, long)] * (MOST_CHANGES + 1),
        money=(long,) * 10,
        **dict.fromkeys(("tool", "title", "account", "account_name", "product", "undo"), long),
        **dict.fromkeys(("requester", "requester_name", "decided_by", "risk", "note"), long),
    )
    assert 100_000 < len(largest.dumps().encode()) < MOST_BYTES


@pytest.mark.parametrize(
    ("link", "fine"),
    [
        ("https://mcp.agency.example/console/operations/op_1", True),
        ("javascript:alert(1)", False),
        ("https://mcp.agency.example@evil.example/", False),
        ("https://mcp.agency.example/a?b=c", False),
        ('https://mcp.agency.example/"onclick=', False),
        ("https://mcp.agency.example", False),
        ("ftp://mcp.agency.example/", False),
        ("https://mcp.agency.example/\n", False),
    ],
)
def test_a_link_is_a_plain_address(link: str, fine: bool) -> None:
    if fine:
        assert facts(link=link).link == link
        return
    with pytest.raises(ValidationError):
        facts(link=link)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "no text"),
        ("", "not JSON"),
        ("[]", "missing or wrong"),
        ('{"version":1,"version":1}', "duplicate key"),
        (json.dumps(body(version=2)), "version"),
        (json.dumps(body(kind="lottery")), "kind"),
        (json.dumps(body(to="nobody")), "to"),
        (json.dumps(body(secret="hunter2")), "?"),
        (json.dumps(body(values={})), "values.accountName"),
        (json.dumps(body(values={**body()["values"], "at": "yesterday"})), "values.at"),
    ],
)
def test_what_is_no_message_is_named_without_its_content(text: object, says: str) -> None:
    with pytest.raises(NotAMessageError) as caught:
        Message.loads(text)
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "secret" not in str(caught.value)
