"""Messages get into the queue in batches that SQS takes, or the caller is told how many did not."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.unit.support.notices import ADMIN, CHANGE, MANAGER, notice
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.notifications.messages import Message
from wpp_mcp.notifications.outbox import MOST_BYTES, MOST_MESSAGES, Outbox, QueueError

QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/wpp-mcp-mail"
DOWN = ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "x"}}, "SendMessageBatch")


class Sqs:
    """Takes batches; ``answers`` says how each call goes: what fails, or what is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[list[str]] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> Any:  # noqa: N803
        assert QueueUrl == QUEUE
        bodies = [entry["MessageBody"] for entry in Entries]
        assert len({entry["Id"] for entry in Entries}) == len(Entries) <= MOST_MESSAGES
        assert sum(len(body.encode()) for body in bodies) <= MOST_BYTES
        self.calls.append([Message.loads(body).to for body in bodies])
        answer = self.answers.pop(0) if self.answers else ()
        if isinstance(answer, Exception):
            raise answer
        return {"Failed": [{"Id": str(place), "Code": "InternalError"} for place in answer]}


def outbox(around: Surroundings, sqs: Sqs) -> Outbox:
    return Outbox(around.runtime(aws=lambda service: {"sqs": sqs}[service]), QUEUE)


def people(count: int) -> list[str]:
    return [f"p{number}@agency.example" for number in range(count)]


def test_every_address_is_told_once(around: Surroundings) -> None:
    sqs = Sqs()
    two = [notice(MANAGER, ADMIN), notice(ADMIN, operation_id="op_2")]
    assert outbox(around, sqs).send(two) == (MANAGER, ADMIN)
    assert sqs.calls == [[MANAGER, ADMIN, ADMIN]]


def test_nothing_to_tell_calls_nobody(around: Surroundings) -> None:
    sqs = Sqs()
    assert outbox(around, sqs).send([]) == ()
    assert outbox(around, sqs).send([notice("nobody")]) == ()
    assert sqs.calls == []


def test_a_batch_holds_ten(around: Surroundings) -> None:
    sqs = Sqs()
    everybody = people(23)
    assert outbox(around, sqs).send([notice(*everybody)]) == tuple(everybody)
    assert [len(call) for call in sqs.calls] == [10, 10, 3]


def test_large_messages_share_no_batch_that_is_too_large(around: Surroundings) -> None:
    sqs = Sqs()
    large = notice(*people(4), changes=[dict.fromkeys(CHANGE, "\U0001f600" * 500)] * 50)
    outbox(around, sqs).send([large])
    assert [len(call) for call in sqs.calls] == [1, 1, 1, 1]


def test_what_fails_alone_is_tried_again_alone(around: Surroundings) -> None:
    sqs = Sqs([1], [0])
    assert outbox(around, sqs).send([notice(MANAGER, ADMIN)]) == (MANAGER, ADMIN)
    assert sqs.calls == [[MANAGER, ADMIN], [ADMIN], [ADMIN]]
    assert len(around.sleeps) == 2


def test_a_partial_failure_says_how_many_and_who_was_queued(around: Surroundings) -> None:
    sqs = Sqs([1], [0], [0])
    with pytest.raises(
        QueueError, match="1 messages are not in the queue: InternalError"
    ) as caught:
        outbox(around, sqs).send([notice(MANAGER, ADMIN)])
    assert (caught.value.unsent, caught.value.queued) == (1, (MANAGER,))


@pytest.mark.parametrize("error", [DOWN, EndpointConnectionError(endpoint_url="x")])
def test_a_queue_that_is_away_is_said_to_be(around: Surroundings, error: Exception) -> None:
    sqs = Sqs(error, error, error)
    with pytest.raises(QueueError) as caught:
        outbox(around, sqs).send([notice(MANAGER, ADMIN)])
    assert (caught.value.unsent, caught.value.queued) == (2, ())
    assert MANAGER not in str(caught.value)


def test_a_batch_that_fails_does_not_hold_the_next(around: Surroundings) -> None:
    sqs = Sqs(DOWN, DOWN, DOWN)
    everybody = people(12)
    with pytest.raises(QueueError) as caught:
        outbox(around, sqs).send([notice(*everybody)])
    assert caught.value.queued == tuple(everybody[10:])
