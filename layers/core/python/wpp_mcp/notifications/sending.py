"""Sends the mails that lie in the queue; called as Lambda calls it for a queue of SQS.

Each message goes out once, however often it comes. It is claimed before it is handed to SES, and
what became of it is written down afterwards (`wpp_mcp.storage.sent_mails`). What SES did not take
comes again, as does what nobody could claim; what SES refuses for good, or took without an answer,
is not tried again by itself, and is counted (threats.md F10).
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from wpp_mcp.config import MailSettings
from wpp_mcp.functions import Function
from wpp_mcp.notifications.mail import Mail, mail_of
from wpp_mcp.notifications.messages import Message, NotAMessageError
from wpp_mcp.observability import CallMetrics, Metric, logger_for
from wpp_mcp.runtime import ONCE_SECONDS, Runtime
from wpp_mcp.storage.dynamo import ConditionFailedError, Dynamo, StorageError
from wpp_mcp.storage.sent_mails import Claimed, MailClaim, Outcome, SentMails, claim_of

_REFUSALS: Final = frozenset({"BadRequestException", "MessageRejected"})
"""What SES says of what it will never send: ses/latest/APIReference-V2/API_SendEmail.html."""

_UNVERIFIED: Final = "not verified"
"""The sender (or, before SES lets us write to everybody, the recipient) is not set up: people can
mend that."""

_SETTLE_TRIES: Final = 3
_RESERVE_SECONDS: Final = ONCE_SECONDS + 8
"""What a mail takes at the longest, with its claim and its mark."""


class NotSentError(RuntimeError):
    """SES did not take the mail: it can be sent later. The message names the reason."""


class RefusedError(RuntimeError):
    """SES, or we, will never send the mail. The message names the reason."""


class UnansweredError(RuntimeError):
    """SES was handed the mail and did not answer: it may have been sent."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """What belongs to one invocation."""

    metrics: CallMetrics
    seconds_left: Callable[[], float]
    owner: str


class MailSender:
    """Handler of the function.

    Answers with ``batchItemFailures``: the messages that have to come again
    (lambda/latest/dev/services-sqs-errorhandling.html).
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = MailSettings.load(runtime.environ)
        self._log = logger_for(Function.SEND_MAIL.value, self._settings.log_level, runtime.log)
        self._sent = SentMails(Dynamo(runtime, self._settings.table_prefix))

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Send one batch of the queue."""
        batch = _Batch(
            metrics=CallMetrics(
                self._runtime.emit,
                function=Function.SEND_MAIL.value,
                environment=self._settings.environment,
            ),
            seconds_left=lambda: context.get_remaining_time_in_millis() / 1000,
            owner=f"{self._runtime.chance.getrandbits(128):032x}",
        )
        again = [
            str(record["messageId"]) for record in event["Records"] if not self._done(record, batch)
        ]
        batch.metrics.flush()
        return {"batchItemFailures": [{"itemIdentifier": one} for one in again]}

    def _done(self, record: Mapping[str, Any], batch: _Batch) -> bool:
        """Handle one message; return whether it is done with."""
        if batch.seconds_left() < _RESERVE_SECONDS:
            return False
        try:
            message = Message.loads(record.get("body"))
            mail = mail_of(
                message,
                environment=self._settings.environment,
                pages_origin=self._settings.pages_origin,
            )
        except NotAMessageError as error:
            # It stays until the queue puts it aside, where people look at it.
            self._log.error("not a mail of ours", extra={"reason": str(error)})
            return False
        facts = {"kind": message.kind.value, "operation": message.values.operation_id}
        claim = claim_of(message.notice_id, message.to, batch.owner)
        try:
            claimed = self._sent.claim(claim, self._runtime.clock())
        except StorageError as error:
            self._log.error("mail not claimed", extra={**facts, "reason": str(error)})
            return False
        if claimed is not Claimed.OURS:
            self._log.info("mail not sent again", extra={**facts, "claimed": claimed.value})
            return claimed is Claimed.DONE
        return self._handed_over(message, mail, claim, batch, facts)

    def _handed_over(
        self, message: Message, mail: Mail, claim: MailClaim, batch: _Batch, facts: dict[str, str]
    ) -> bool:
        try:
            self._send(message.to, mail)
        except NotSentError as error:
            self._log.warning("mail not sent yet", extra={**facts, "reason": str(error)})
            # Where this fails too, the lease ends by itself.
            with suppress(StorageError, ConditionFailedError):
                self._sent.release(claim)
            return False
        except RefusedError as error:
            outcome, reason = Outcome.REFUSED, str(error)
        except UnansweredError as error:
            outcome, reason = Outcome.UNKNOWN, str(error)
        else:
            self._log.info("mail sent", extra=facts)
            self._settle(claim, Outcome.SENT, facts)
            return True
        batch.metrics.count(Metric.MAILS_NOT_SENT)
        self._log.error(
            "mail not sent", extra={**facts, "outcome": outcome.value, "reason": reason}
        )
        self._settle(claim, outcome, facts)
        return True

    def _settle(self, claim: MailClaim, outcome: Outcome, facts: dict[str, str]) -> None:
        """Write the outcome down; where that fails, the message is done with all the same."""
        for attempt in range(_SETTLE_TRIES):
            if attempt:
                self._runtime.sleep(self._runtime.chance.uniform(0, 0.05 * 2**attempt))
            try:
                self._sent.settle(claim, outcome, self._runtime.clock())
                return
            except (StorageError, ConditionFailedError) as error:
                reason = type(error).__name__
        self._log.error("outcome of a mail not written down", extra={**facts, "reason": reason})

    def _send(self, recipient: str, mail: Mail) -> None:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            ConnectTimeoutError,
            EndpointConnectionError,
            HTTPClientError,
        )

        if not self._may_mail(recipient):
            raise RefusedError("the recipient's domain is not one that is mailed to")
        try:
            self._runtime.aws("sesv2").send_email(**self._arguments(recipient, mail))
        except ClientError as error:
            said = error.response.get("Error", {})
            code = str(said.get("Code", "unknown"))
            final = code in _REFUSALS and _UNVERIFIED not in str(said.get("Message", ""))
            raise (RefusedError if final else NotSentError)(code) from None
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise NotSentError(type(error).__name__) from None
        except HTTPClientError as error:
            raise UnansweredError(type(error).__name__) from None
        except BotoCoreError as error:
            raise NotSentError(type(error).__name__) from None

    def _may_mail(self, recipient: str) -> bool:
        known = self._settings.mail_domains
        return not known or recipient.rpartition("@")[2] in known

    def _arguments(self, recipient: str, mail: Mail) -> dict[str, Any]:
        def utf8(text: str) -> dict[str, str]:
            return {"Data": text, "Charset": "UTF-8"}

        return {
            "FromEmailAddress": self._settings.mail_sender,
            "Destination": {"ToAddresses": [recipient]},
            "ConfigurationSetName": self._settings.mail_configuration,
            "Content": {
                "Simple": {
                    "Subject": utf8(mail.subject),
                    "Body": {"Text": utf8(mail.text), "Html": utf8(mail.html)},
                    # RFC 3834: holiday notes do not answer it.
                    "Headers": [{"Name": "Auto-Submitted", "Value": "auto-generated"}],
                }
            },
        }
