"""Mails while the queue, SES or the tables fail: each comes later, and once (F10).

Each goes through the queue to the function that sends it, as its own service calls it.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from sandbox.box import Sandbox
from sandbox.faults import FaultKind
from sandbox.mail import MOST_DELIVERIES
from tests.support.api import USD, Api
from tests.support.logs import CapturedLog
from tests.unit.support.notices import notice
from wpp_mcp.notifications.messages import Notice, NoticeKind
from wpp_mcp.notifications.outbox import Outbox, QueueError
from wpp_mcp.storage.sent_mails import LEASE

SES = "sesv2:SendEmail"
QUEUE = "sqs:SendMessageBatch"
CLAIM = "dynamodb:PutItem"
AWAY = (FaultKind.UNAVAILABLE, FaultKind.THROTTLED, FaultKind.DENIED)
SILENT = (FaultKind.TIMEOUT, FaultKind.TIMEOUT_AFTER_APPLY)
NUMBERS = count()
MANAGER, ADMIN = "manager@agency.example", "global-admin@agency.example"


class Told:
    """Notices of one test, and the mails that came of them."""

    def __init__(self, box: Sandbox, log: CapturedLog) -> None:
        self.box = box
        self._operation = f"op_{next(NUMBERS)}"
        self._before = len(box.post.mails())
        self._log, self._logged = log, len(log.getvalue())

    def notice(self, *to: str, kind: NoticeKind = NoticeKind.WRITE_EXECUTED) -> Notice:
        link = f"{self.box.url}/console/operations/{self._operation}"
        return notice(*(to or (MANAGER,)), kind=kind, operation_id=self._operation, link=link)

    def queue(self, *to: str) -> tuple[str, ...]:
        outbox = Outbox(self.box.runtime(), self.box.environ()["WPP_MAIL_QUEUE"])
        return outbox.send([self.notice(*to)])

    def send(self, *to: str) -> None:
        self.queue(*to)
        self.box.post.deliver()

    @property
    def arrived(self) -> list[str]:
        return [mail["to"][0] for mail in self.box.post.mails()[self._before :]]

    @property
    def logged(self) -> str:
        """What the functions wrote in this test."""
        return self._log.getvalue()[self._logged :]

    def counts(self) -> dict[str, int]:
        """How many messages are in the queue, and among the dead letters."""
        sqs, found = self.box.aws.plain("sqs"), {}
        queues = self.box.post.queues
        for name, url in (("waiting", queues.mails), ("dead", queues.dead)):
            asked = ["ApproximateNumberOfMessages"]
            answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)
            found[name] = int(answer["Attributes"][asked[0]])
        return found


@pytest.fixture
def told(box: Sandbox, captured: CapturedLog) -> Iterator[Told]:
    yield Told(box, captured)
    for faults in (box.faults, box.post.faults):
        faults.clear()
    sqs = box.aws.plain("sqs")
    for url in (box.post.queues.mails, box.post.queues.dead):
        while found := sqs.receive_message(QueueUrl=url).get("Messages"):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=found[0]["ReceiptHandle"])


def test_a_mail_arrives_with_everything_that_it_says(told: Told) -> None:
    told.send()
    mail = told.box.post.mails()[-1]
    assert mail["from"] == "marketing-accounts@agency.example"
    assert mail["to"] == [MANAGER]
    assert mail["subject"].startswith("[sandbox] Changed: Update a daily budget")
    assert "amount: 100.00 USD → 250.00 USD" in mail["text"]
    assert "amount: 100.00 USD → 250.00 USD" in mail["html"]
    assert mail["at"].endswith("Z")
    assert told.counts() == {"waiting": 0, "dead": 0}


@pytest.mark.parametrize("kind", AWAY)
def test_a_queue_that_is_away_takes_the_notice_later_once(told: Told, kind: FaultKind) -> None:
    told.box.faults.arm(QUEUE, kind, 3)
    with pytest.raises(QueueError):
        told.send()
    assert told.arrived == []
    told.send()
    told.send()
    assert told.arrived == [MANAGER]


@pytest.mark.parametrize("kind", SILENT)
def test_a_queue_that_takes_it_without_an_answer_gives_one_mail(
    told: Told, kind: FaultKind
) -> None:
    told.box.faults.arm(QUEUE, kind, 2)
    told.send()
    assert told.arrived == [MANAGER]


@pytest.mark.parametrize("kind", AWAY)
def test_ses_away_for_a_while_sends_later_once(told: Told, kind: FaultKind) -> None:
    told.box.faults.arm(SES, kind, 3)
    told.send()
    for _ in range(2):
        told.box.post.deliver()
    assert told.arrived == []
    for _ in range(2):
        told.box.post.deliver()
        assert told.arrived == [MANAGER]
    assert told.counts()["waiting"] == 0


def test_ses_that_takes_a_mail_without_an_answer_gets_it_once(told: Told) -> None:
    told.box.faults.arm(SES, FaultKind.TIMEOUT_AFTER_APPLY)
    told.send()
    told.send()
    told.box.clock.advance(timedelta(days=1))
    told.send()
    assert told.arrived == [MANAGER]
    assert '"outcome":"UNKNOWN"' in told.logged
    assert "MailsNotSent" in told.logged


def test_a_mail_that_may_have_been_sent_is_not_sent_again(told: Told) -> None:
    told.box.faults.arm(SES, FaultKind.TIMEOUT)
    told.send()
    told.send()
    assert told.arrived == []
    assert told.counts() == {"waiting": 0, "dead": 0}


def test_a_message_that_comes_twice_is_one_mail(told: Told) -> None:
    told.queue()
    told.queue()
    told.box.post.deliver()
    told.box.post.deliver()
    assert told.arrived == [MANAGER]


def test_one_recipient_does_not_hold_up_another(told: Told) -> None:
    told.box.faults.arm(SES, FaultKind.UNAVAILABLE)
    told.send(MANAGER, ADMIN)
    assert told.arrived == [ADMIN]
    told.box.post.deliver()
    assert told.arrived == [ADMIN, MANAGER]


@pytest.mark.parametrize("kind", [*AWAY, *SILENT])
def test_no_claim_no_mail(told: Told, kind: FaultKind) -> None:
    told.box.post.faults.arm(CLAIM, kind)
    told.send()
    assert told.arrived == []
    # A claim that was written without an answer ends with its lease.
    told.box.clock.advance(LEASE)
    told.box.post.deliver()
    assert told.arrived == [MANAGER]


def test_a_function_that_was_killed_before_it_sent_is_made_up_for(told: Told) -> None:
    from wpp_mcp.storage.dynamo import Dynamo
    from wpp_mcp.storage.sent_mails import SentMails, claim_of

    runtime = told.box.runtime()
    sent = SentMails(Dynamo(runtime, told.box.table_prefix))
    killed = claim_of(told.notice().notice_id, MANAGER, "killed")
    sent.claim(killed, told.box.clock())
    told.send()
    assert told.arrived == []
    told.box.clock.advance(LEASE)
    told.box.post.deliver()
    assert told.arrived == [MANAGER]


@pytest.mark.parametrize("failures", [1, 3])
def test_a_mail_whose_mark_fails_is_sent_once(
    told: Told, failures: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.queue()
    monkeypatch.setattr(told.box.post.faults, "take", after_the_claim(failures))
    told.box.post.deliver()
    told.box.post.deliver()
    assert told.arrived == [MANAGER]
    assert told.counts()["waiting"] == 0
    assert ("not written down" in told.logged) is (failures == 3)


def after_the_claim(failures: int) -> Callable[[str], FaultKind | None]:
    """Let so many writes fail that follow the first, which is the claim."""
    writes = count()

    def take(target: str) -> FaultKind | None:
        fails = target == CLAIM and 1 <= next(writes) <= failures
        return FaultKind.UNAVAILABLE if fails else None

    return take


def test_a_message_that_is_not_ours_holds_nobody_up_and_ends_among_the_dead(told: Told) -> None:
    sqs, queues = told.box.aws.plain("sqs"), told.box.post.queues
    stranger = json.dumps({"version": 1, "to": "victim@evil.example", "body": "hunter2"})
    sqs.send_message(QueueUrl=queues.mails, MessageBody=stranger)
    told.send()
    assert told.arrived == [MANAGER]
    for _ in range(MOST_DELIVERIES):
        told.box.post.deliver()
    assert told.counts() == {"waiting": 0, "dead": 1}
    assert "not a mail of ours" in told.logged
    for hidden in ("victim", "hunter2", MANAGER):
        assert hidden not in told.logged


def test_a_mail_is_there_when_the_next_answer_is(told: Told, api: Api) -> None:
    """Whoever looks after a call finds the mails of that call."""
    told.queue()
    api.execute("list_budgets", {"customerId": USD})
    assert told.arrived == [MANAGER]
    answer = api.send("GET", "/_sandbox/outbox").json()
    assert answer["mails"][-1]["to"] == [MANAGER]


def test_mails_are_delivered_when_the_clock_goes_on(told: Told, api: Api) -> None:
    told.queue()
    api.send("POST", "/_sandbox/clock", json={"advance_seconds": 1})
    assert told.arrived == [MANAGER]


def test_sending_is_nobodys_storage_call(told: Told, api: Api) -> None:
    told.queue()
    before: dict[str, Any] = dict(told.box.calls.snapshot())
    told.box.post.deliver()
    after = dict(told.box.calls.snapshot())
    assert after.pop(SES) == before.pop(SES, 0) + 1
    assert after == before
