"""Each role holds what its function's code calls: no less, and no more.

What the code calls is seen, not read: the journeys of `tests.support.journeys` go through the
front door of a sandbox that notes every call to AWS, and which function makes it. A function of
another kind adds a journey there, one that AWS calls a trigger in `tests.support.triggers`.
"""

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sandbox.box import Options, Sandbox
from sandbox.functions import AwsCall
from stacks.permissions import THROUGH
from stacks.secret_specs import AGED
from tests.infrastructure.conftest import Synthesised
from tests.support.api import Api
from tests.support.iam_actions import Names, Need, needs
from tests.support.journeys import JOURNEYS
from tests.support.templates import Statement, function_named, resources, statements_of, text_of
from tests.support.triggers import DISTRIBUTION_PARAMETER, TRIGGERS
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.storage.tables import Table

ENVIRONMENT = "prod"
PLACED = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}
TRACED = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
WITHOUT_A_RESOURCE = {"dynamodb:ListExports", "dynamodb:ListStreams"}
"""Beside those: what DynamoDB lists for an account or not at all."""
LOGGED = {"logs:CreateLogStream", "logs:PutLogEvents"}


@pytest.fixture(scope="module")
def prod(assemblies: dict[str, Synthesised]) -> Synthesised:
    return assemblies[ENVIRONMENT]


@pytest.fixture(scope="module")
def called(prod: Synthesised) -> Mapping[Function, frozenset[Need]]:
    """What each function needed on all journeys, by the names of prod."""
    noted: list[AwsCall] = []
    options = Options(
        log=io.StringIO(),
        emit=lambda _: None,
        sleep=lambda _: None,
        environ={
            "WPP_ENVIRONMENT": ENVIRONMENT,
            "WPP_DISTRIBUTION_PARAMETER": DISTRIBUTION_PARAMETER,
            "WPP_AGED_SECRETS": ",".join(AGED),
        },
        observe=noted.append,
    )
    with Sandbox(options) as box, Api(box) as api:
        for journey in JOURNEYS:
            box.clock.advance(timedelta(minutes=2))
            journey(api)
        for trigger in TRIGGERS:
            trigger(box)
        names = Names(
            table_prefix=box.table_prefix,
            secret_prefix=box.environ()["WPP_SECRET_PREFIX"],
            token_key=box.token_key.key_id,
            environment=prod.environment,
            token_key_arn=key_arn(prod),
        )
    found: defaultdict[Function, set[Need]] = defaultdict(set)
    for call in noted:
        found[call.function] |= needs(call, names)
    return {function: frozenset(found[function] | by_aws(prod, function)) for function in Function}


def by_aws(templates: Synthesised, function: Function) -> set[Need]:
    """What AWS itself does with a function's role: reads its source, keeps what failed."""
    found = function_named(templates, function)
    needed = set()
    if function is Function.ROTATE_SECRET:
        # CloudFront looks whether its caller may read the web ACL of the configuration.
        e = templates.environment
        acl = f"arn:aws:wafv2:us-east-1:{e.account}:global/webacl/{e.prefix}edge/1"
        needed.add(Need("wafv2:GetWebACL", acl))
    for kind in ("Lambda::EventInvokeConfig", "Lambda::EventSourceMapping"):
        for one in resources(templates, kind):
            if one.part != found.part or one.properties["FunctionName"] != {"Ref": found.name}:
                continue
            source = one.properties.get("EventSourceArn")
            if source is not None and "Queue" in source.get("Fn::GetAtt", [""])[0]:
                # lambda/latest/dg/with-sqs.html, "Configuring the execution role".
                queue = queue_arn(templates, found.part, source)
                reads = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
                needed |= {Need(f"sqs:{action}", queue) for action in reads}
                continue
            failed = one.properties["DestinationConfig"]["OnFailure"]["Destination"]
            needed.add(Need("sqs:SendMessage", queue_arn(templates, found.part, failed)))
            if source is not None:
                # lambda/latest/dg/with-ddb.html, "Execution role permissions".
                table = Table.AUDIT_LOGS.value
                place = f"{templates.environment.region}:{templates.environment.account}"
                stream = (
                    f"arn:aws:dynamodb:{place}:table/{templates.environment.prefix}{table}/stream/1"
                )
                reads = ("DescribeStream", "GetRecords", "GetShardIterator")
                needed |= {Need(f"dynamodb:{action}", stream) for action in reads}
                needed.add(Need("dynamodb:ListStreams", "*"))
    return needed


def queue_arn(templates: Synthesised, part: str, reference: Mapping[str, Any]) -> str:
    """The ARN of a queue that a template refers to, by the queue's name."""
    logical_id, _ = reference["Fn::GetAtt"]
    queue = templates.template(part)["Resources"][logical_id]["Properties"]["QueueName"]
    return f"arn:aws:sqs:{templates.environment.region}:{templates.environment.account}:{queue}"


def key_arn(templates: Synthesised) -> str:
    """The key of Google's tokens, as roles name it."""
    (key,) = (k for k in resources(templates, "KMS::Key") if k.name.startswith("Tokens"))
    return text_of({"Fn::GetAtt": [key.name, "Arn"]}, templates, key.part)


def code_of(statements: list[Statement]) -> Iterator[Statement]:
    """The statements that are about what the code calls."""
    for one in statements:
        implied = "kms:ViaService" in one.conditions.get("StringEquals", {})
        beside = PLACED | TRACED if one.resources == {"*"} else frozenset()
        actions = one.actions - beside
        if one.effect == "Allow" and not implied and actions and not actions <= LOGGED:
            yield replace(one, actions=actions)


@pytest.mark.parametrize("function", sorted(Function))
def test_a_role_allows_what_its_function_calls(
    prod: Synthesised, called: Mapping[Function, frozenset[Need]], function: Function
) -> None:
    statements = statements_of(prod, function)
    lacking = [
        f"{need.action} {need.resource}"
        for need in called[function]
        if not any(
            one.effect == "Allow" and one.covers(need.action, need.resource, dict(need.context))
            for one in statements
        )
    ]
    assert sorted(lacking) == []


@pytest.mark.parametrize("function", sorted(Function))
def test_a_role_allows_nothing_that_its_function_does_not_call(
    prod: Synthesised, called: Mapping[Function, frozenset[Need]], function: Function
) -> None:
    unused = [
        f"{action} {resource}"
        for one in code_of(statements_of(prod, function))
        for action in one.actions
        for resource in one.resources
        if not any(
            Statement("Allow", frozenset({action}), frozenset({resource})).covers(
                need.action, need.resource, {}
            )
            for need in called[function]
        )
    ]
    assert sorted(unused) == []


@pytest.mark.parametrize("function", sorted(Function))
def test_what_a_role_allows_beside_is_the_same_for_all(
    prod: Synthesised, function: Function
) -> None:
    """Its own log group, network interfaces of Lambda's, traces; keys only through services."""
    statements = statements_of(prod, function)
    (logs,) = (one for one in statements if one.actions <= LOGGED)
    (placed,) = (one for one in statements if one.actions >= PLACED | TRACED)
    (denied,) = (one for one in statements if one.effect == "Deny")
    name = f"{prod.environment.prefix}{function.value.replace('_', '-')}"

    (group,) = logs.resources
    part, _, rest = group.strip("<>").partition(".")
    properties = prod.template(part)["Resources"][rest.split(".")[0]]["Properties"]
    assert properties["LogGroupName"] == f"/aws/lambda/{name}"
    assert placed.resources == {"*"}
    assert placed.actions - PLACED - TRACED <= WITHOUT_A_RESOURCE
    assert denied.actions == PLACED
    own = denied.conditions["ArnEquals"]["lambda:SourceFunctionArn"]
    assert text_of(own, prod, part).endswith(f":function:{name}")
    through = [one for one in statements if "kms:ViaService" in str(one.conditions)]
    for one in through:
        service = one.conditions["StringEquals"]["kms:ViaService"]
        region = prod.environment.region
        assert service in {principal.format(region=region) for principal in THROUGH.values()}
        assert all(action.startswith("kms:") for action in one.actions)


@pytest.mark.parametrize("function", sorted(Function))
def test_the_key_of_google_tokens_opens_connections_of_here_alone(
    prod: Synthesised, function: Function
) -> None:
    key = key_arn(prod)
    for one in statements_of(prod, function):
        if key in one.resources:
            assert one.conditions == {
                "StringEquals": {
                    "kms:EncryptionContext:purpose": "google-connection",
                    "kms:EncryptionContext:environment": ENVIRONMENT,
                }
            }


def test_every_journey_needs_something(called: Mapping[Function, frozenset[Need]]) -> None:
    silent = [name for name in Function if name not in TRIGGERED and not called[name]]
    assert silent == []
