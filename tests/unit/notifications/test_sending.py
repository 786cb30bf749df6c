"""What is handed to SES, and what each of its answers means for the message."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)

from tests.unit.support.aws import PREFIX, Aws
from tests.unit.support.notices import ADMIN, MANAGER, ORIGIN, notice
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.config import ConfigurationError
from wpp_mcp.notifications.sending import MailSender

ENVIRON = {
    "WPP_ENVIRONMENT": "prod",
    "AWS_REGION": "us-east-1",
    "WPP_TABLE_PREFIX": PREFIX,
    "WPP_MAIL_SENDER": "marketing-accounts@mcp.agency.example",
    "WPP_MAIL_DOMAINS": "agency.example,partner.example",
    "WPP_MAIL_CONFIGURATION": "wpp-mcp-mail",
    "WPP_PAGES_ORIGIN": ORIGIN,
}


def said(code: str, message: str = "x") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "SendEmail")


@dataclass
class Ses:
    """Takes mails, unless there is an answer of another kind."""

    answers: list[Exception] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)
    tried: int = 0

    def send_email(self, **given: Any) -> dict[str, str]:
        self.tried += 1
        if self.answers:
            raise self.answers.pop(0)
        self.mails.append(given)
        return {"MessageId": "m-1"}


@pytest.fixture
def ses() -> Ses:
    return Ses()


Handle = Callable[..., list[str]]


@pytest.fixture
def handle(tables: Aws, ses: Ses, around: Surroundings) -> Handle:
    """Hands messages over as Lambda does; returns which have to come again."""
    runtime = around.runtime(
        ENVIRON, aws=lambda service: ses if service == "sesv2" else tables(service)
    )
    sender = MailSender(runtime)

    def handled(*bodies: str, milliseconds: int = 60_000) -> list[str]:
        records = [{"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds)
        failed = sender({"Records": records}, context)["batchItemFailures"]
        return [one["itemIdentifier"] for one in failed]

    return handled


def body(to: str = MANAGER, **other: Any) -> str:
    (message,) = notice(to, **other).messages()
    return message.dumps()


def test_a_mail_is_handed_over_as_it_is_meant(handle: Handle, ses: Ses) -> None:
    assert handle(body()) == []
    (mail,) = ses.mails
    simple = mail["Content"]["Simple"]
    assert mail["FromEmailAddress"] == ENVIRON["WPP_MAIL_SENDER"]
    assert mail["Destination"] == {"ToAddresses": [MANAGER]}
    assert mail["ConfigurationSetName"] == "wpp-mcp-mail"
    assert simple["Headers"] == [{"Name": "Auto-Submitted", "Value": "auto-generated"}]
    parts = [simple["Subject"], simple["Body"]["Text"], simple["Body"]["Html"]]
    assert {part["Charset"] for part in parts} == {"UTF-8"}
    assert simple["Subject"]["Data"] == "Changed: Update a daily budget, Aster Shoes"


@pytest.mark.parametrize(
    "answer",
    [
        said("TooManyRequestsException"),
        said("SendingPausedException"),
        said("InternalServiceError"),
        said("AccessDeniedException"),
        said("MessageRejected", "Email address is not verified. The following identities failed"),
        ConnectTimeoutError(endpoint_url="x"),
        EndpointConnectionError(endpoint_url="x"),
        NoCredentialsError(),
    ],
    ids=str,
)
def test_what_ses_did_not_take_is_tried_again(
    handle: Handle, ses: Ses, around: Surroundings, answer: Exception
) -> None:
    ses.answers = [answer]
    assert handle(body()) == ["m0"]
    assert handle(body()) == []
    assert (len(ses.mails), ses.tried) == (1, 2)
    assert around.emitted == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (said("MessageRejected", "Local address contains control or whitespace"), "REFUSED"),
        (said("BadRequestException"), "REFUSED"),
        (ReadTimeoutError(endpoint_url="x"), "UNKNOWN"),
        (ConnectionClosedError(endpoint_url="x"), "UNKNOWN"),
    ],
    ids=str,
)
def test_what_is_refused_or_not_answered_is_counted_and_not_tried_again(
    handle: Handle, ses: Ses, around: Surroundings, answer: Exception, outcome: str
) -> None:
    ses.answers = [answer]
    assert handle(body()) == handle(body()) == []
    assert ses.tried == 1
    (line,) = around.emitted
    assert '"MailsNotSent":[1]' in line
    assert f'"outcome":"{outcome}"' in around.log.getvalue()


@pytest.mark.parametrize("address", ["a@evil.example", "a@sub.agency.example", "a@xagency.example"])
def test_people_of_other_domains_are_not_mailed(
    handle: Handle, ses: Ses, around: Surroundings, address: str
) -> None:
    assert handle(body(address)) == []
    assert ses.tried == 0
    assert len(around.emitted) == 1
    assert address not in around.log.getvalue()


@pytest.mark.parametrize("address", ["a@agency.example", "a@partner.example"])
def test_people_of_our_domains_are(handle: Handle, ses: Ses, address: str) -> None:
    assert handle(body(address)) == []
    assert ses.tried == 1


def test_only_what_failed_comes_again(handle: Handle, ses: Ses) -> None:
    ses.answers = [said("TooManyRequestsException")]
    assert handle(body(), "nonsense", body(ADMIN)) == ["m0", "m1"]
    assert [mail["Destination"]["ToAddresses"] for mail in ses.mails] == [[ADMIN]]


def test_no_mail_is_begun_that_the_function_might_not_end(handle: Handle, ses: Ses) -> None:
    assert handle(body(), milliseconds=17_999) == ["m0"]
    assert ses.tried == 0
    assert handle(body(), milliseconds=18_000) == []


def test_a_link_that_leads_elsewhere_is_not_mailed(handle: Handle, ses: Ses) -> None:
    assert handle(body(link="https://evil.example/console/operations/op_1")) == ["m0"]
    assert ses.tried == 0


def test_the_log_says_what_about_and_not_who(
    handle: Handle, ses: Ses, around: Surroundings
) -> None:
    ses.answers = [said("BadRequestException", f"no such address: {MANAGER}")]
    handle(body(), body(ADMIN), "x" * 5000)
    logged = around.log.getvalue()
    assert '"operation":"op_0123456789abcdef"' in logged
    assert '"kind":"write-executed"' in logged
    for hidden in (MANAGER, ADMIN, "practitioner@agency.example", "Aster", "xxx"):
        assert hidden not in logged


@pytest.mark.parametrize("missing", [name for name in ENVIRON if name != "WPP_MAIL_DOMAINS"])
def test_it_does_not_start_without_its_settings(around: Surroundings, missing: str) -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != missing}
    with pytest.raises(ConfigurationError, match=missing):
        MailSender(around.runtime(environ))
