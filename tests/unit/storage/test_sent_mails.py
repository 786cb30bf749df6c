"""A mail is claimed by one, for a while, and its outcome stands."""

import pytest

from tests.unit.support.surroundings import NOW, FakeClock
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo
from wpp_mcp.storage.sent_mails import KEPT, LEASE, Claimed, Outcome, SentMails, claim_of

OURS = claim_of("op_1:decided", "a@agency.example", "one")
THEIRS = claim_of("op_1:decided", "a@agency.example", "two")
SECOND = LEASE / LEASE.total_seconds()


@pytest.fixture
def sent(dynamo: Dynamo) -> SentMails:
    return SentMails(dynamo)


def test_one_of_two_gets_the_claim(sent: SentMails) -> None:
    assert sent.claim(OURS, NOW) is Claimed.OURS
    assert sent.claim(THEIRS, NOW) is Claimed.BUSY


def test_who_claims_again_after_a_late_answer_has_the_claim(sent: SentMails) -> None:
    """The client of DynamoDB calls again by itself when an answer does not come."""
    assert sent.claim(OURS, NOW) is sent.claim(OURS, NOW) is Claimed.OURS


def test_a_claim_ends_with_its_lease(sent: SentMails) -> None:
    sent.claim(OURS, NOW)
    assert sent.claim(THEIRS, NOW + LEASE - SECOND) is Claimed.BUSY
    assert sent.claim(THEIRS, NOW + LEASE) is Claimed.OURS


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_stands_for_fourteen_days(sent: SentMails, outcome: Outcome) -> None:
    sent.claim(OURS, NOW)
    sent.settle(OURS, outcome, NOW)
    for later in (NOW, NOW + LEASE, NOW + KEPT - SECOND):
        assert sent.claim(THEIRS, later) is Claimed.DONE
    assert sent.claim(THEIRS, NOW + KEPT) is Claimed.OURS


def test_what_is_released_can_be_claimed_at_once(sent: SentMails) -> None:
    sent.claim(OURS, NOW)
    sent.release(OURS)
    assert sent.claim(THEIRS, NOW) is Claimed.OURS


def test_only_the_owner_ends_a_claim(sent: SentMails) -> None:
    sent.claim(OURS, NOW)
    with pytest.raises(ConditionFailedError):
        sent.release(THEIRS)
    with pytest.raises(ConditionFailedError):
        sent.settle(THEIRS, Outcome.SENT, NOW)
    assert sent.claim(THEIRS, NOW) is Claimed.BUSY


def test_an_outcome_is_not_taken_back(sent: SentMails, clock: FakeClock) -> None:
    """The lease of whoever sent has ended, somebody else has sent it since."""
    sent.claim(OURS, NOW)
    sent.claim(THEIRS, NOW + LEASE)
    sent.settle(THEIRS, Outcome.SENT, NOW + LEASE)
    with pytest.raises(ConditionFailedError):
        sent.release(OURS)


@pytest.mark.parametrize(
    ("notice_id", "recipient"),
    [
        ("op_1:decided", "b@agency.example"),
        ("op_2:decided", "a@agency.example"),
        ("op_1:decideda", "@agency.example"),
    ],
)
def test_another_mail_is_another_claim(sent: SentMails, notice_id: str, recipient: str) -> None:
    sent.claim(OURS, NOW)
    assert sent.claim(claim_of(notice_id, recipient, "two"), NOW) is Claimed.OURS


def test_the_key_tells_nobodys_address() -> None:
    assert "agency" not in OURS.key.partition
