"""The way in: one name, one stage, nothing said that a function has to say."""

import json
from typing import Any

import pytest

from stacks.entry import BURST, RATE_PER_SECOND
from stacks.environments import Edge
from stacks.functions import FUNCTIONS, MOST_RESERVED
from tests.infrastructure.conftest import Synthesised
from wpp_mcp.functions import TRIGGERED, Function


def only(synthesised: Synthesised, kind: str) -> dict[str, Any]:
    (found,) = synthesised.of_type(kind, "entry").values()
    return found


def test_the_api_is_reached_by_our_name_alone(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    api = only(synthesised, "ApiGatewayV2::Api")
    assert environment.domain is not None
    behind = environment.edge is not Edge.NONE
    host = environment.domain.origin if behind else environment.domain.name

    assert api["Name"] == f"{environment.prefix}api"
    assert api["ProtocolType"] == "HTTP"
    assert api["DisableExecuteApiEndpoint"] is True
    name = only(synthesised, "ApiGatewayV2::DomainName")
    assert name["DomainName"] == host
    (place,) = name["DomainNameConfigurations"]
    assert place["SecurityPolicy"] == "TLS_1_2"
    certificate = only(synthesised, "CertificateManager::Certificate")
    assert certificate["DomainName"] == host
    assert certificate["ValidationMethod"] == "DNS"
    records = synthesised.of_type("Route53::RecordSet", "entry").values()
    named = {(one["Name"], one["Type"]) for one in records}
    assert named == {(f"{host}.", "A"), (f"{host}.", "AAAA")}
    assert {one["HostedZoneId"] for one in records} == {environment.domain.zone_id}


def test_both_names_have_both_kinds_of_address(synthesised: Synthesised) -> None:
    (place,) = only(synthesised, "ApiGatewayV2::DomainName")["DomainNameConfigurations"]
    api = only(synthesised, "ApiGatewayV2::Api")
    assert api["IpAddressType"] == place["IpAddressType"] == "dualstack"


def test_cors_is_the_functions_to_say(synthesised: Synthesised) -> None:
    """API Gateway would put one configuration over what each of them answers."""
    assert "CorsConfiguration" not in only(synthesised, "ApiGatewayV2::Api")


def test_a_stage_throttles_and_logs(synthesised: Synthesised) -> None:
    stage = only(synthesised, "ApiGatewayV2::Stage")
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingBurstLimit": BURST,
        "ThrottlingRateLimit": RATE_PER_SECOND,
    }
    group = only(synthesised, "Logs::LogGroup")
    assert group["LogGroupName"] == f"/wpp-mcp/{synthesised.environment.name}/api-access"
    assert "KmsKeyId" in group
    assert group["RetentionInDays"] == synthesised.environment.log_retention_days


@pytest.mark.parametrize("secret", ["header", "query", "authorization", "cookie", "body"])
def test_a_line_of_the_access_log_holds_no_secret(synthesised: Synthesised, secret: str) -> None:
    line = json.loads(only(synthesised, "ApiGatewayV2::Stage")["AccessLogSettings"]["Format"])
    for name, value in line.items():
        assert value.startswith("$context."), name
        assert secret not in value.lower()
    assert {"requestId", "routeKey", "status", "sourceIp"} <= line.keys()


def test_the_throttle_takes_the_bursts_that_the_product_promises() -> None:
    """product.md §11: bursts of 500 calls, and 1,000 at once."""
    assert RATE_PER_SECOND >= 500
    assert BURST >= 1_000


def test_what_is_reserved_protects_the_account_from_a_burst() -> None:
    """Whatever comes through the API ends at a function's own ceiling: the rest is left alone."""
    behind = set(Function) - TRIGGERED
    assert [name for name in behind if FUNCTIONS[name].concurrency is None] == []
    assert sum(spec.concurrency or 0 for spec in FUNCTIONS.values()) <= MOST_RESERVED
    # Warm authorizers answer in 50 ms: those that are reserved serve a second of the rate at once.
    assert (FUNCTIONS[Function.AUTHORIZER].concurrency or 0) / 0.05 >= RATE_PER_SECOND


def test_the_address_is_told(synthesised: Synthesised) -> None:
    outputs = synthesised.template("entry")["Outputs"]
    assert synthesised.environment.domain is not None
    assert outputs["ApiUrl"]["Value"] == f"https://{synthesised.environment.domain.name}"
