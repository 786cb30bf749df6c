"""Each alarm tells whom it is for, the runbook says what to do, and a probe asks from outside."""

import re
from pathlib import Path

import pytest

from stacks.alarm_specs import RUNBOOK, AlarmSpec, Severity, Topic
from stacks.alarms import alarms_of
from stacks.environments import load
from tests.infrastructure.conftest import Synthesised
from tests.infrastructure.observability_parts import PART, alarms
from tests.markdown import ROOT


def test_every_alarm_tells_its_topic_when_it_begins_and_when_it_ends(
    synthesised: Synthesised,
) -> None:
    topics = {
        name: topic["TopicName"].removeprefix(synthesised.environment.prefix)
        for name, topic in synthesised.of_type("SNS::Topic", PART).items()
    }
    specs = {spec.name: spec for spec in alarms_of(synthesised.environment)}
    found = alarms(synthesised)
    assert found.keys() == specs.keys()
    for name, alarm in found.items():
        told = {topics[action["Ref"]] for action in alarm["AlarmActions"]}
        assert alarm["AlarmActions"] == alarm["OKActions"]
        assert specs[name].topic.value in told
        if specs[name].severity is Severity.P0:
            assert Topic.ALARMS.value in told
        assert alarm["AlarmDescription"].startswith(f"{specs[name].severity.value}: ")


def headings(path: Path) -> set[str]:
    found = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", one.lower()).strip().replace(" ", "-") for one in found}


def every_alarm() -> list[AlarmSpec]:
    return [spec for name in ("dev", "staging", "prod") for spec in alarms_of(load(name))]


@pytest.mark.parametrize("spec", every_alarm(), ids=lambda spec: spec.name)
def test_the_runbook_says_what_to_do_about_each_alarm(spec: AlarmSpec) -> None:
    assert spec.description.endswith(f"{RUNBOOK}#{spec.anchor}")
    assert spec.anchor in headings(ROOT / RUNBOOK)


def test_topics_are_encrypted_and_take_messages_of_this_account_alone(
    synthesised: Synthesised,
) -> None:
    environment = synthesised.environment
    topics = synthesised.of_type("SNS::Topic", PART)
    names = {topic["TopicName"] for topic in topics.values()}
    assert names == {f"{environment.prefix}alarms", f"{environment.prefix}security"}
    assert all("data" in str(topic["KmsMasterKeyId"]).lower() for topic in topics.values())
    policies = synthesised.of_type("SNS::TopicPolicy", PART)
    assert len(policies) == len(topics)
    for policy in policies.values():
        denied, *allowed = policy["PolicyDocument"]["Statement"]
        assert denied["Effect"] == "Deny"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in allowed:
            assert statement["Action"] == "sns:Publish"
            assert set(statement["Principal"]) == {"Service"}
            account = statement["Condition"]["StringEquals"]["aws:SourceAccount"]
            assert account == environment.account


def test_mails_go_to_whom_the_settings_name(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    mails = {
        (subscription["TopicArn"]["Ref"], subscription["Endpoint"])
        for subscription in synthesised.of_type("SNS::Subscription", PART).values()
        if subscription["Protocol"] == "email"
    }
    told = {("Alarms" if "Alarms" in topic else "Security", address) for topic, address in mails}
    assert told == {("Alarms", mail) for mail in environment.alarm_mails} | {
        ("Security", mail) for mail in environment.security_mails
    }


def test_only_what_cannot_wait_reaches_the_pager(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    pagers = [
        subscription
        for subscription in synthesised.of_type("SNS::Subscription", PART).values()
        if subscription["Protocol"] == "https"
    ]
    assert bool(pagers) is environment.pager_duty
    for pager in pagers:
        assert pager["Endpoint"].startswith(
            f"{{{{resolve:secretsmanager:{environment.secret_prefix}pagerduty-url:"
        )
        assert "Alarms" in pager["TopicArn"]["Ref"]
        assert pager["FilterPolicyScope"] == "MessageBody"
        (rule,) = pager["FilterPolicy"]["AlarmDescription"]
        paged = {
            name
            for name, alarm in alarms(synthesised).items()
            if alarm["AlarmDescription"].startswith(rule["prefix"])
        }
        assert paged == {"errors", "unhealthy", "audit-tampering"}


def test_the_probe_asks_every_minute_from_outside(synthesised: Synthesised) -> None:
    (schedule,) = synthesised.of_type("Scheduler::Schedule", PART).values()
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule.get("State", "ENABLED") == "ENABLED"
    assert "HealthProbe" in str(schedule["Target"]["Arn"])
    probe = synthesised.of_type("Lambda::Function", PART)["HealthProbe" + suffix(synthesised)]
    url = probe["Environment"]["Variables"]["WPP_HEALTH_URL"]
    assert url.startswith("https://")
    assert url.endswith("/health")


def suffix(synthesised: Synthesised) -> str:
    names = synthesised.of_type("Lambda::Function", PART)
    return next(n for n in names if n.startswith("HealthProbe")).removeprefix("HealthProbe")
