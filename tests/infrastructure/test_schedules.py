"""The scheduled jobs: each one scheduled once, by who may start nothing else, and missed if not."""

import json
from typing import Any

import pytest

from stacks.environments import Edge
from tests.infrastructure.conftest import Synthesised
from wpp_mcp.functions import Function
from wpp_mcp.jobs.registry import JOBS, Job, JobName, jobs_of
from wpp_mcp.observability import NAMESPACE, SERVICE, Metric

PART = "schedules"
OWN = (Function.AUDIT_JOBS, Function.EXPORT_TABLES, Function.OPERATION_JOBS, Function.JOBS)


@pytest.fixture
def schedules(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    found = synthesised.of_type("Scheduler::Schedule", PART)
    by_name = {schedule["Name"]: schedule for schedule in found.values()}
    assert len(by_name) == len(found)
    return by_name


def is_on(job: Job, synthesised: Synthesised) -> bool:
    return job.built and (not job.only_with_edge or synthesised.environment.edge is not Edge.NONE)


def name_of(synthesised: Synthesised, function: Function) -> str:
    return f"{synthesised.environment.prefix}{function.value.replace('_', '-')}"


def function_of(synthesised: Synthesised, arn: Any) -> str:
    """The physical name behind the ARN of a function."""
    if isinstance(arn, str):
        return arn.rpartition(":")[2]
    logical = arn["Fn::GetAtt"][0]
    name: str = synthesised.of_type("Lambda::Function", PART)[logical]["FunctionName"]
    return name


def queue_of(synthesised: Synthesised) -> tuple[str, dict[str, Any]]:
    ((logical, queue),) = synthesised.of_type("SQS::Queue", PART).items()
    return logical, queue


def statements(synthesised: Synthesised, role: str) -> list[dict[str, Any]]:
    """What a role may do."""
    return [
        statement
        for policy in synthesised.of_type("IAM::Policy", PART).values()
        if policy["Roles"] == [{"Ref": role}]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def scheduler_role(synthesised: Synthesised) -> tuple[str, dict[str, Any]]:
    ((logical, role),) = (
        (name, role)
        for name, role in synthesised.of_type("IAM::Role", PART).items()
        if "scheduler.amazonaws.com" in str(role["AssumeRolePolicyDocument"])
    )
    return logical, role


def test_each_job_has_a_schedule_and_each_schedule_a_job(
    schedules: dict[str, dict[str, Any]],
) -> None:
    assert set(schedules) == {name.value for name in JobName}


@pytest.mark.parametrize("job", JOBS.values(), ids=lambda job: job.name.value)
def test_a_schedule_is_what_the_registry_says(
    synthesised: Synthesised, schedules: dict[str, dict[str, Any]], job: Job
) -> None:
    schedule = schedules[job.name.value]
    window = schedule["FlexibleTimeWindow"]
    target = schedule["Target"]

    assert schedule["State"] == ("ENABLED" if is_on(job, synthesised) else "DISABLED")
    assert schedule["ScheduleExpression"] == job.schedule
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    if job.window_minutes:
        assert window == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": job.window_minutes}
    else:
        assert window == {"Mode": "OFF"}
    assert json.loads(target["Input"]) == job.event
    assert target["RetryPolicy"] == {
        "MaximumRetryAttempts": job.retries,
        "MaximumEventAgeInSeconds": job.keep_minutes * 60,
    }
    function = job.function if is_on(job, synthesised) else Function.JOBS
    assert function_of(synthesised, target["Arn"]) == name_of(synthesised, function)


def test_a_schedule_is_encrypted_in_its_group_and_ends_in_the_queue(
    synthesised: Synthesised, schedules: dict[str, dict[str, Any]]
) -> None:
    (group,) = synthesised.of_type("Scheduler::ScheduleGroup").values()
    logical, _ = queue_of(synthesised)
    role, _ = scheduler_role(synthesised)
    assert group["Name"] == f"{synthesised.environment.prefix}jobs"
    for schedule in schedules.values():
        assert schedule["GroupName"] == group["Name"]
        assert "Data" in str(schedule["KmsKeyArn"])
        assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [logical, "Arn"]}}
        assert schedule["Target"]["RoleArn"] == {"Fn::GetAtt": [role, "Arn"]}


def test_only_the_scheduler_of_this_group_becomes_its_role(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    (statement,) = scheduler_role(synthesised)[1]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "scheduler.amazonaws.com"}
    group = f"schedule-group/{environment.prefix}jobs"
    place = f"arn:aws:scheduler:{environment.region}:{environment.account}"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": environment.account},
        "ArnEquals": {"aws:SourceArn": f"{place}:{group}"},
    }


def test_the_scheduler_starts_the_jobs_functions_and_fills_their_queue(
    synthesised: Synthesised, schedules: dict[str, dict[str, Any]]
) -> None:
    logical, _ = queue_of(synthesised)
    allowed = {
        action: statement
        for statement in statements(synthesised, scheduler_role(synthesised)[0])
        for action in [statement["Action"]]
        if isinstance(action, str)
    }
    assert set(allowed) == {"lambda:InvokeFunction", "sqs:SendMessage", "kms:Decrypt"}
    resources = allowed["lambda:InvokeFunction"]["Resource"]
    invoked = {function_of(synthesised, arn) for arn in resources}
    wanted = {function_of(synthesised, s["Target"]["Arn"]) for s in schedules.values()}
    assert invoked == wanted
    assert allowed["sqs:SendMessage"]["Resource"] == {"Fn::GetAtt": [logical, "Arn"]}
    read = allowed["kms:Decrypt"]["Condition"]["StringEquals"]
    place = f":schedule/{synthesised.environment.prefix}jobs/"
    arns = read["kms:EncryptionContext:aws:scheduler:schedule:arn"]
    assert {arn.partition(place)[2] for arn in arns} == set(schedules)
    (through,) = (
        s
        for s in statements(synthesised, scheduler_role(synthesised)[0])
        if not isinstance(s["Action"], str)
    )
    assert through["Condition"] == {
        "StringEquals": {"kms:ViaService": f"sqs.{synthesised.environment.region}.amazonaws.com"}
    }


def test_the_queue_is_encrypted_private_and_patient(synthesised: Synthesised) -> None:
    logical, queue = queue_of(synthesised)
    (policy,) = synthesised.of_type("SQS::QueuePolicy", PART).values()
    assert queue["QueueName"] == f"{synthesised.environment.prefix}jobs-dead-letters"
    assert "Data" in str(queue["KmsMasterKeyId"])
    assert queue["MessageRetentionPeriod"] == 14 * 86_400
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert policy["Queues"] == [{"Ref": logical}]


@pytest.mark.parametrize("function", OWN)
def test_what_fails_is_tried_as_the_registry_says_and_then_put_aside(
    synthesised: Synthesised, function: Function
) -> None:
    logical, _ = queue_of(synthesised)
    (config,) = (
        config
        for config in synthesised.of_type("Lambda::EventInvokeConfig", PART).values()
        if synthesised.of_type("Lambda::Function", PART)[config["FunctionName"]["Ref"]][
            "FunctionName"
        ]
        == name_of(synthesised, function)
    )
    jobs = [JOBS[name] for name in jobs_of(function)]
    assert config["MaximumRetryAttempts"] == max((job.retries for job in jobs), default=0)
    assert config["MaximumEventAgeInSeconds"] == max(
        (60 * job.keep_minutes for job in jobs), default=60
    )
    destination = {"Destination": {"Fn::GetAtt": [logical, "Arn"]}}
    assert config["DestinationConfig"] == {"OnFailure": destination}


# Alarms


@pytest.fixture
def alarms(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    prefix = synthesised.environment.prefix
    found = synthesised.of_type("CloudWatch::Alarm", PART).values()
    return {alarm["AlarmName"].removeprefix(prefix): alarm for alarm in found}


def dimensions(alarm: dict[str, Any]) -> dict[str, Any]:
    return {each["Name"]: each["Value"] for each in alarm["Dimensions"]}


def test_a_job_that_does_not_go_well_is_missed(
    synthesised: Synthesised, alarms: dict[str, dict[str, Any]]
) -> None:
    for job in JOBS.values():
        alarm = alarms.get(f"job-overdue-{job.name.value}")
        if not is_on(job, synthesised) or job.function not in OWN:
            assert alarm is None
            continue
        assert alarm is not None
        assert (alarm["Namespace"], alarm["MetricName"]) == (NAMESPACE, Metric.JOBS_DONE)
        assert dimensions(alarm) == {
            "service": SERVICE,
            "environment": synthesised.environment.name,
            "job": job.name.value,
        }
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["ComparisonOperator"] == "LessThanThreshold"
        assert alarm["Period"] * alarm["EvaluationPeriods"] == job.overdue_hours * 3600


def test_failures_dead_letters_and_broken_chains_are_told_at_once(
    synthesised: Synthesised, alarms: dict[str, dict[str, Any]]
) -> None:
    wanted = {
        f"job-errors-{f.value.replace('_', '-')}": {"FunctionName": name_of(synthesised, f)}
        for f in OWN
    }
    logical, _ = queue_of(synthesised)
    wanted["job-dead-letters"] = {"QueueName": {"Fn::GetAtt": [logical, "QueueName"]}}
    wanted["audit-chain-broken"] = {
        "service": SERVICE,
        "environment": synthesised.environment.name,
    }
    assert set(wanted) == {name for name in alarms if not name.startswith("job-overdue-")}
    metrics = {
        "job-dead-letters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        "audit-chain-broken": (NAMESPACE, Metric.AUDIT_BROKEN.value),
    }
    for name, expected in wanted.items():
        alarm = alarms[name]
        metric = metrics.get(name, ("AWS/Lambda", "Errors"))
        assert (alarm["Namespace"], alarm["MetricName"]) == metric
        assert dimensions(alarm) == expected
        assert (alarm["Threshold"], alarm["EvaluationPeriods"]) == (1, 1)
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_every_alarm_goes_to_the_topic_and_what_is_security_to_that_too(
    synthesised: Synthesised, alarms: dict[str, dict[str, Any]]
) -> None:
    environment = synthesised.environment
    topics = f"arn:aws:sns:{environment.region}:{environment.account}:{environment.prefix}"
    for name, alarm in alarms.items():
        wanted = {f"{topics}alarms"}
        if name == "audit-chain-broken":
            wanted.add(f"{topics}security")
        assert set(alarm["AlarmActions"]) == set(alarm["OKActions"]) == wanted
