"""The queue of mails, what takes them out, and the mails that SES has taken.

The queue is drained after each invocation of a function, before its answer goes back, and when the
clock is put forward: who sees an answer sees its mails. The function that sends works with AWS
apart from the others, as the user pool's trigger does: its storage calls are nobody's who waits.
SES itself is the sandbox's, so that faults for it are ordered where all others are.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sandbox.aws import REGION, MemoryAws
from sandbox.faults import Calls, Faults
from sandbox.functions import Functions
from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.models import strict_json
from wpp_mcp.models.time import Clock, iso
from wpp_mcp.runtime import Runtime

_LOG: Final = logging.getLogger(__name__)

SENDER: Final = "marketing-accounts@agency.example"
CONFIGURATION: Final = "sandbox-mail"
MOST_DELIVERIES: Final = 40
"""After so many a message goes to the dead letters, as it does when deployed."""

_AT_ONCE: Final = 5
_HIDDEN_SECONDS: Final = 3600
_PUT: Final = "sqs:SendMessageBatch"
_SENT: Final = "sesv2:SendEmail"


@dataclass(frozen=True, slots=True)
class Queues:
    """The addresses of the queue and of its dead letters."""

    mails: str
    dead: str


def create_queues(aws: MemoryAws, prefix: str) -> Queues:
    """Create the queue, its dead letters, and the identity that mails are sent as."""
    sqs = aws.plain("sqs")
    dead = sqs.create_queue(QueueName=f"{prefix}mail-dead-letters")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    redrive = {
        "deadLetterTargetArn": attributes["Attributes"]["QueueArn"],
        "maxReceiveCount": MOST_DELIVERIES,
    }
    mails = sqs.create_queue(
        QueueName=f"{prefix}mail", Attributes={"RedrivePolicy": strict_json.dumps(redrive)}
    )["QueueUrl"]
    domain, sesv2 = SENDER.partition("@")[2], aws.plain("sesv2")
    known = [one["IdentityName"] for one in sesv2.list_email_identities()["EmailIdentities"]]
    if domain not in known:
        sesv2.create_email_identity(EmailIdentity=domain)
    return Queues(mails, dead)


class Mailbox:
    """Every mail that SES has taken, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._mails: list[dict[str, Any]] = []

    def take(self, given: dict[str, Any]) -> None:
        """Keep a mail, as it was handed to SES."""
        simple = given["Content"]["Simple"]
        mail = {
            "from": given["FromEmailAddress"],
            "to": list(given["Destination"]["ToAddresses"]),
            "subject": simple["Subject"]["Data"],
            "text": simple["Body"]["Text"]["Data"],
            "html": simple["Body"]["Html"]["Data"],
            "at": iso(self._clock()),
        }
        with self._lock:
            self._mails.append(mail)

    def list(self) -> list[dict[str, Any]]:
        """Return the mails: from, to, subject, text, html, at."""
        with self._lock:
            return [dict(mail) for mail in self._mails]


class Post:
    """The queue, the function behind it, and the mailbox that its mails are in.

    Attributes
    ----------
    faults, calls
        Of what the function calls beside SES.
    """

    def __init__(self, clock: Clock) -> None:
        self.faults, self.calls = Faults(), Calls()
        self._mailbox = Mailbox(clock)
        self._own = MemoryAws(self.faults, self.calls)
        self._lock = threading.Lock()
        self._waiting = False

    def applied(self, target: str, given: dict[str, Any]) -> None:
        """Note what AWS has taken (`sandbox.aws.Applied`)."""
        if target == _PUT:
            self._waiting = True
        elif target == _SENT:
            self._mailbox.take(given)

    def create(self, prefix: str) -> None:
        """Create the queue, its dead letters, and the identity that mails are sent as."""
        self.queues = create_queues(self._own, prefix)

    def start(
        self, runtime: Runtime, instead: Mapping[Function, LambdaEntry], observe: Any
    ) -> None:
        """Make the function; SES is that of the runtime."""
        shared = runtime.aws

        def aws(service: str) -> Any:
            return shared(service) if service == "sesv2" else self._own.client(service)

        apart = replace(runtime, aws=aws)
        self._functions = Functions(apart, instead=instead, observe=observe)

    def stop(self) -> None:
        """Let go of the function."""
        self._functions.stop()

    def close(self) -> None:
        """Give the account up."""
        self._own.stop()

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """Run the function."""
        return self._functions.invoke(Function.SEND_MAIL, event)

    def mails(self) -> list[dict[str, Any]]:
        """Return the mails that SES has taken: from, to, subject, text, html, at."""
        return self._mailbox.list()

    def deliver(self) -> None:
        """Deliver each message that waits once; what fails waits for the next time."""
        with self._lock:
            if not self._waiting:
                return
            self._waiting = False
            sqs, failed = MemoryAws.plain("sqs"), list[dict[str, Any]]()
            while records := _received(sqs, self.queues.mails):
                again = self._failed(records)
                failed += again
                for record in records:
                    if record not in again:
                        sqs.delete_message(
                            QueueUrl=self.queues.mails, ReceiptHandle=record["receiptHandle"]
                        )
            for record in failed:
                sqs.change_message_visibility(
                    QueueUrl=self.queues.mails,
                    ReceiptHandle=record["receiptHandle"],
                    VisibilityTimeout=0,
                )
            self._waiting |= bool(failed)

    def _failed(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Hand records to the function; return those that have to come again."""
        try:
            told = self.invoke({"Records": records})["batchItemFailures"]
        except Exception:  # noqa: BLE001 - as Lambda has it: a run that fails, fails for all
            _LOG.exception("the function failed")
            return records
        again = {one["itemIdentifier"] for one in told}
        return [record for record in records if record["messageId"] in again]


def _received(sqs: Any, queue: str) -> list[dict[str, Any]]:
    """Take messages out, as Lambda tells a function of them (with-sqs.html)."""
    answer = sqs.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=_AT_ONCE,
        VisibilityTimeout=_HIDDEN_SECONDS,
        AttributeNames=["All"],
    )
    return [
        {
            "messageId": one["MessageId"],
            "receiptHandle": one["ReceiptHandle"],
            "body": one["Body"],
            "attributes": one["Attributes"],
            "messageAttributes": {},
            "md5OfBody": one["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{REGION}:123456789012:{queue.rpartition('/')[2]}",
            "awsRegion": REGION,
        }
        for one in answer.get("Messages", ())
    ]
