"""Mails: a queue that loses nothing, a sender that can be nobody else, and alarms that see both."""

from typing import Any

import pytest

from sandbox.mail import MOST_DELIVERIES
from stacks.environments import CDK_JSON, load
from stacks.mail import AT_ONCE, TRIES
from stacks.variables import mail_queue_url
from tests.infrastructure.conftest import Synthesised
from tests.infrastructure.test_environments import changed
from tests.support.templates import statements_of
from wpp_mcp.routes import Function
from wpp_mcp.storage.sent_mails import KEPT, LEASE

PART = "mail"


def queues(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    """Each queue, by its name without the prefix, with its logical id."""
    prefix = synthesised.environment.prefix
    found = synthesised.of_type("SQS::Queue", PART).items()
    return {one["QueueName"].removeprefix(prefix): {**one, "id": name} for name, one in found}


def function(synthesised: Synthesised) -> dict[str, Any]:
    (found,) = synthesised.of_type("Lambda::Function", PART).values()
    return found


def source(synthesised: Synthesised) -> dict[str, Any]:
    (found,) = synthesised.of_type("Lambda::EventSourceMapping", PART).values()
    return found


def test_what_nobody_can_send_is_kept_aside(synthesised: Synthesised) -> None:
    made = queues(synthesised)
    mails, dead = made["mail"], made["mail-dead-letters"]
    redrive = mails["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead["id"], "Arn"]}
    assert redrive["maxReceiveCount"] == TRIES == MOST_DELIVERIES
    assert (mails["MessageRetentionPeriod"], dead["MessageRetentionPeriod"]) == (345600, 1209600)
    hours = TRIES * mails["VisibilityTimeout"] / 3600
    assert 3 < hours < mails["MessageRetentionPeriod"] / 3600


def test_queues_are_encrypted_and_closed_to_plain_text(synthesised: Synthesised) -> None:
    for queue in queues(synthesised).values():
        assert "Data" in str(queue["KmsMasterKeyId"])
    policies = synthesised.of_type("SQS::QueuePolicy", PART).values()
    assert len(policies) == len(queues(synthesised))
    for policy in policies:
        (denied,) = policy["PolicyDocument"]["Statement"]
        assert denied["Effect"] == "Deny"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_claim_ends_between_a_killed_run_and_the_next_delivery(synthesised: Synthesised) -> None:
    timeout = function(synthesised)["Timeout"]
    hidden = queues(synthesised)["mail"]["VisibilityTimeout"]
    assert hidden >= 6 * timeout
    assert timeout < LEASE.total_seconds() < hidden


def test_an_outcome_outlives_every_delivery(synthesised: Synthesised) -> None:
    made = queues(synthesised)
    assert KEPT.total_seconds() >= max(one["MessageRetentionPeriod"] for one in made.values())


def test_the_queue_calls_the_function_a_few_at_a_time(synthesised: Synthesised) -> None:
    found, queue = source(synthesised), queues(synthesised)["mail"]["id"]
    assert found["EventSourceArn"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["BatchSize"] == AT_ONCE
    assert found["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_only_one_address_can_be_sent_from(synthesised: Synthesised) -> None:
    environment, mail = synthesised.environment, synthesised.environment.mail
    own = f"arn:aws:ses:{environment.region}:{environment.account}"
    sends = [
        one
        for one in statements_of(synthesised, Function.SEND_MAIL)
        if "ses:SendEmail" in one.actions
    ]
    assert {place for one in sends for place in one.resources} == {
        f"{own}:identity/{mail.sender_domain}",
        f"{own}:configuration-set/{environment.prefix}mail",
    }
    for one in sends:
        assert one.actions == {"ses:SendEmail"}
        assert one.conditions == {"StringEquals": {"ses:FromAddress": mail.sender}}


def test_nobody_else_sends_mails(synthesised: Synthesised) -> None:
    for one in Function:
        if one is not Function.SEND_MAIL:
            actions = {a for s in _statements(synthesised, one) for a in s.actions}
            assert not [action for action in actions if action.startswith("ses:")]


def _statements(synthesised: Synthesised, name: Function) -> list[Any]:
    try:
        return statements_of(synthesised, name)
    except LookupError:  # not in every environment
        return []


def test_mails_travel_encrypted_under_their_own_configuration(synthesised: Synthesised) -> None:
    (made,) = synthesised.of_type("SES::ConfigurationSet", PART).values()
    assert made["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    variables = function(synthesised)["Environment"]["Variables"]
    assert variables["WPP_MAIL_CONFIGURATION"] == made["Name"]


def test_the_function_is_told_who_mails_whom(synthesised: Synthesised) -> None:
    mail = synthesised.environment.mail
    variables = function(synthesised)["Environment"]["Variables"]
    assert variables["WPP_MAIL_SENDER"] == mail.sender
    assert variables["WPP_MAIL_DOMAINS"].split(",") == mail.domains


def test_the_senders_domain_is_verified_by_records_of_our_zone(synthesised: Synthesised) -> None:
    domain, mail = synthesised.environment.domain, synthesised.environment.mail
    assert domain is not None
    ((name, identity),) = synthesised.of_type("SES::EmailIdentity", PART).items()
    assert identity["EmailIdentity"] == mail.sender_domain
    records = synthesised.of_type("Route53::RecordSet", PART).values()
    assert len(records) == 3
    for number, record in enumerate(records, 1):
        assert (record["Type"], record["HostedZoneId"]) == ("CNAME", domain.zone_id)
        assert record["Name"] == {"Fn::GetAtt": [name, f"DkimDNSTokenName{number}"]}
        assert record["ResourceRecords"] == [{"Fn::GetAtt": [name, f"DkimDNSTokenValue{number}"]}]


def test_a_standby_says_its_records_and_writes_none(standby: Synthesised) -> None:
    outputs = standby.template(PART)["Outputs"]
    told = {f"Dkim{what}{number}" for what in ("Name", "Value") for number in (1, 2, 3)}
    assert told <= outputs.keys()
    assert standby.of_type("Route53::RecordSet", PART) == {}


def test_the_queues_address_follows_from_its_name(synthesised: Synthesised) -> None:
    """Functions of other stacks are told it before the queue is there."""
    environment = synthesised.environment
    name = f"{environment.prefix}mail"
    assert mail_queue_url(environment) == (
        f"https://sqs.{environment.region}.amazonaws.com/{environment.account}/{name}"
    )
    assert queues(synthesised)["mail"]["QueueName"] == name


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "Marketing <a@mcp.wpp.com>"},
        {"sender": "A@mcp.wpp.com"},
        {"domains": ["*"]},
        {"domains": ["other.example"]},
        {"admin": "nobody"},
        {"replyTo": "a@wpp.com"},
    ],
)
def test_a_wrong_setting_stops_the_synthesis(tmp_path: Any, wrong: dict[str, Any]) -> None:
    fine = load("prod", CDK_JSON).mail.model_dump(by_alias=True)
    assert load("prod", changed(tmp_path, mail=fine)).mail.sender == fine["sender"]
    with pytest.raises(ValueError, match="validation error"):
        load("prod", changed(tmp_path, mail={**fine, **wrong}))
