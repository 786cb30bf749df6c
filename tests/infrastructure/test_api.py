"""The routes of the code are the routes of the API, and each leads where the code says."""

from typing import Any

import pytest

from stacks.environments import Edge, Environment
from stacks.functions import FUNCTIONS, TRACED
from tests.infrastructure.conftest import Synthesised
from tests.support.templates import function_named, resources, text_of
from wpp_mcp.config import NO_EDGE, PublicSettings
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.models.time import system_clock
from wpp_mcp.routes import BY_KEY, Credentials
from wpp_mcp.sign_in.clients import Clients

BEHIND = sorted(set(Function) - TRIGGERED)
ROUTES = "ApiGatewayV2::Route"


def alias_of(synthesised: Synthesised, function: Function) -> dict[str, Any]:
    """The alias that calls of a function go to."""
    found = function_named(synthesised, function)
    (alias,) = (
        one
        for one in synthesised.template(found.part)["Resources"].values()
        if one["Type"] == "AWS::Lambda::Alias"
        and one["Properties"]["FunctionName"] == {"Ref": found.name}
    )
    alias_: dict[str, Any] = alias
    return alias_


def reached(synthesised: Synthesised, alias: Any) -> str:
    """The function's logical id that an alias' reference leads to."""
    resource = synthesised.template("api")["Resources"][alias["Ref"]]
    assert resource["Type"] == "AWS::Lambda::Alias"
    assert resource["Properties"]["Name"] == "live"
    return str(resource["Properties"]["FunctionName"]["Ref"])


def test_the_routes_are_those_of_the_code(synthesised: Synthesised) -> None:
    found = [one["RouteKey"] for one in synthesised.of_type(ROUTES).values()]
    assert sorted(found) == sorted(BY_KEY)


def test_a_route_leads_to_its_functions_alias(synthesised: Synthesised) -> None:
    integrations = synthesised.of_type("ApiGatewayV2::Integration", "api")
    for route in synthesised.of_type(ROUTES, "api").values():
        _, target = route["Target"]["Fn::Join"][1]
        integration = integrations[target["Ref"]]
        wanted = function_named(synthesised, BY_KEY[route["RouteKey"]].function)
        assert reached(synthesised, integration["IntegrationUri"]) == wanted.name
        assert integration["PayloadFormatVersion"] == "2.0"
        assert integration["IntegrationType"] == "AWS_PROXY"


def test_only_what_the_code_leaves_open_has_no_authorizer(synthesised: Synthesised) -> None:
    for route in synthesised.of_type(ROUTES, "api").values():
        if BY_KEY[route["RouteKey"]].credentials is Credentials.NONE:
            assert "AuthorizerId" not in route
            assert route["AuthorizationType"] == "NONE"
        else:
            assert route["AuthorizerId"] == {"Ref": "Decision"}
            assert route["AuthorizationType"] == "CUSTOM"


def test_the_authorizer_decides_about_every_call_anew(synthesised: Synthesised) -> None:
    (authorizer,) = synthesised.of_type("ApiGatewayV2::Authorizer").values()
    assert authorizer["IdentitySource"] == []
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert authorizer["EnableSimpleResponses"] is True
    parts = authorizer["AuthorizerUri"]["Fn::Join"][1]
    own = function_named(synthesised, Function.AUTHORIZER).name
    assert reached(synthesised, parts[1]) == own
    assert parts[2] == "/invocations"


def test_only_this_api_may_call_and_only_the_alias(synthesised: Synthesised) -> None:
    for permission in resources(synthesised, "Lambda::Permission"):
        if permission.part != "api":
            continue
        assert permission.properties["Principal"] == "apigateway.amazonaws.com"
        assert reached(synthesised, permission.properties["FunctionName"])
        source = text_of(permission.properties["SourceArn"], synthesised, "api")
        environment = synthesised.environment
        place = f"arn:aws:execute-api:{environment.region}:{environment.account}:<entry.Api"
        assert source.startswith(place)


KEY = "arn:aws:kms:us-east-1:111111111111:key/1-2"
REFERENCES = {
    "WPP_GOOGLE_TOKEN_KEY": ("<keys.Tokens", KEY),
    "WPP_ARCHIVE_KEY": ("<keys.Data", KEY),
    "WPP_USER_POOL_ID": ("<identity.", "us-east-1_Pool"),
    "WPP_ARCHIVE_REFUSED": ("<archive.AuditStreamRefused", "https://sqs.us-east-1.amazonaws.com/q"),
}
"""What only a deployment knows: what it refers to, and what it could look like."""


def is_there(function: Function, environment: Environment) -> bool:
    """Whether an environment has a function: some belong to what not every one has."""
    if function is Function.BLOCK_ADDRESSES:
        return environment.edge is not Edge.NONE
    return function is not Function.FORWARD_FINDINGS or environment.guard_duty


def loaded(synthesised: Synthesised, function: Function) -> Any:
    """A function's settings, from the variables that it is deployed with."""
    found = function_named(synthesised, function)
    environ = {
        name: text_of(value, synthesised, found.part)
        for name, value in found.properties["Environment"]["Variables"].items()
    }
    for name, (made, stand_in) in REFERENCES.items():
        if name in environ:
            assert environ[name].startswith(made), name
            environ[name] = stand_in
    settings = FUNCTIONS[function].settings
    assert environ.keys() - settings.variables() <= {"AWS_USE_DUALSTACK_ENDPOINT"}
    return settings.load({**environ, "AWS_REGION": synthesised.environment.region})


@pytest.mark.parametrize("function", BEHIND)
def test_a_function_starts_with_what_it_is_deployed_with(
    synthesised: Synthesised, function: Function
) -> None:
    settings, environment = loaded(synthesised, function), synthesised.environment
    assert environment.domain is not None
    assert isinstance(settings, PublicSettings)
    assert settings.environment == environment.name
    assert settings.origin == f"https://{environment.domain.name}"
    assert settings.allowed_origins == {environment.oma_origin, settings.origin}
    assert settings.secret_prefix == environment.secret_prefix
    assert settings.edge == (NO_EDGE if environment.name == "dev" else "")


@pytest.mark.parametrize("function", sorted(TRIGGERED))
def test_what_aws_calls_starts_with_what_it_is_deployed_with_too(
    synthesised: Synthesised, function: Function
) -> None:
    environment = synthesised.environment
    if not is_there(function, environment):
        with pytest.raises(LookupError):
            function_named(synthesised, function)
        return
    settings = loaded(synthesised, function)
    assert settings.environment == environment.name
    assert settings.secret_prefix == environment.secret_prefix


def test_what_mcp_takes_as_host_is_what_arrives(synthesised: Synthesised) -> None:
    name = synthesised.of_type("ApiGatewayV2::DomainName", "entry")
    (host,) = (one["DomainName"] for one in name.values())
    assert loaded(synthesised, Function.MCP_ENDPOINT).allowed_hosts == {host}


def test_the_clients_of_the_environment_are_read(synthesised: Synthesised) -> None:
    settings = loaded(synthesised, Function.SIGN_IN)
    assert settings.sign_in_client_id in settings.mcp_client_ids
    clients = Clients(settings, fetch=lambda _: b"", clock=system_clock)
    for client in synthesised.environment.mcp_clients:
        assert clients.allowed(client["clientId"])
    assert not clients.allowed("somebody-elses")


@pytest.mark.parametrize("function", BEHIND)
def test_a_new_version_takes_over_step_by_step_and_the_old_one_stays(
    synthesised: Synthesised, function: Function
) -> None:
    alias = alias_of(synthesised, function)
    template = synthesised.template("api")["Resources"]
    version = template[alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]]
    assert version["DeletionPolicy"] == "Retain"

    shift = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    group = template[shift["DeploymentGroupName"]["Ref"]]["Properties"]
    steps = "AllAtOnce" if synthesised.environment.name == "dev" else "Canary10Percent5Minutes"
    assert group["DeploymentConfigName"] == f"CodeDeployDefault.Lambda{steps}"
    rollback = group["AutoRollbackConfiguration"]
    assert set(rollback["Events"]) == {
        "DEPLOYMENT_FAILURE",
        "DEPLOYMENT_STOP_ON_ALARM",
        "DEPLOYMENT_STOP_ON_REQUEST",
    }
    alarms = group["AlarmConfiguration"]["Alarms"]
    watched = [template[one["Name"]["Ref"]]["Properties"] for one in alarms]
    own = {one["MetricName"]: one for one in watched if "MetricName" in one}
    assert own.keys() == {"Errors", "Duration"}
    assert own["Duration"]["ExtendedStatistic"] == "p99"
    for one in own.values():
        names = {dimension["Name"] for dimension in one["Dimensions"]}
        assert names == {"FunctionName", "Resource"}  # of the alias, not of the whole function
    assert [one for one in watched if "Metrics" in one]  # and what the API answers


def test_snapshots_and_reservations_are_the_environments_to_pay(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    for function, spec in FUNCTIONS.items():
        if not is_there(function, environment):
            continue
        deployed = function_named(synthesised, function).properties
        assert ("SnapStart" in deployed) is (spec.snap_start and environment.snap_start)
        reserved = spec.concurrency if environment.reserved_concurrency else None
        assert deployed.get("ReservedConcurrentExecutions") == reserved
        mode = "Active" if function in TRACED else "PassThrough"
        assert deployed["TracingConfig"] == {"Mode": mode}
    paid = {name for name, spec in FUNCTIONS.items() if spec.snap_start}
    assert paid == {Function.MCP_ENDPOINT, Function.EXECUTE_TOOL}
