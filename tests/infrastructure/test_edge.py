"""The edge: what CloudFront keeps, sends on and lets through. The firewall's rules: test_waf.py."""

import json
from typing import Any

import pytest

from stacks.constructs.edge_logs import FIELDS
from stacks.edge import CACHED_ERRORS
from stacks.environments import Edge
from tests.infrastructure.conftest import Synthesised, one
from tests.support.node import node
from wpp_mcp.edge.viewer import VIEWER_HEADER
from wpp_mcp.routes import FUNCTION_TIMEOUT_SECONDS, ROUTES

CLOUDFRONT_FIELDS = [
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(Referer)",
    "cs(User-Agent)",
    "cs-uri-query",
    "cs(Cookie)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "x-forwarded-for",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "fle-status",
    "fle-encrypted-fields",
    "c-port",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
    "sc-range-start",
    "sc-range-end",
    "timestamp(ms)",
    "origin-fbl",
    "origin-lbl",
    "asn",
    "c-country",
    "cache-behavior-path-pattern",
]
"""What standard logging (v2) knows: AmazonCloudFront/latest/DeveloperGuide."""


def distribution(edged: Synthesised) -> dict[str, Any]:
    found: dict[str, Any] = one(edged, "CloudFront::Distribution")["DistributionConfig"]
    return found


def test_only_an_environment_with_an_edge_has_one(synthesised: Synthesised) -> None:
    has = synthesised.environment.edge is not Edge.NONE
    assert ("edge" in synthesised.stacks) is has
    assert ("block-list" in synthesised.stacks) is has


def test_no_answer_is_kept_not_even_an_error(edged: Synthesised) -> None:
    config = distribution(edged)
    disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's policy CachingDisabled
    assert config["DefaultCacheBehavior"]["CachePolicyId"] == disabled
    assert "CacheBehaviors" not in config
    errors = config["CustomErrorResponses"]
    assert {e["ErrorCode"] for e in errors} == set(CACHED_ERRORS)
    # As CloudFront's guide lists those that it keeps.
    assert set(CACHED_ERRORS) == {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    for error in errors:
        # Nor an answer of CloudFront's own in its place.
        assert error == {"ErrorCode": error["ErrorCode"], "ErrorCachingMinTTL": 0}


def test_every_way_is_https_and_tls_12_at_least(edged: Synthesised) -> None:
    config = distribution(edged)
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    certificate = config["ViewerCertificate"]
    assert certificate["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert certificate["SslSupportMethod"] == "sni-only"
    (origin,) = config["Origins"]
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]
    assert config["HttpVersion"] == "http2and3"


def test_the_origin_has_time_for_the_slowest_function(edged: Synthesised) -> None:
    (origin,) = distribution(edged)["Origins"]
    assert 30 <= origin["CustomOriginConfig"]["OriginReadTimeout"] <= 60
    assert origin["CustomOriginConfig"]["OriginReadTimeout"] > FUNCTION_TIMEOUT_SECONDS
    domain = edged.environment.domain
    assert domain is not None
    assert origin["DomainName"] == f"origin.{domain.name}"


def test_the_secret_header_is_a_reference_to_the_secrets_current_value(edged: Synthesised) -> None:
    (origin,) = distribution(edged)["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    secret = f"{edged.environment.secret_prefix}origin-header"
    assert header == {
        "HeaderName": "x-origin-verify",
        "HeaderValue": f"{{{{resolve:secretsmanager:{secret}:SecretString:current::}}}}",
    }


def test_what_a_viewer_sends_goes_on_but_for_its_host(edged: Synthesised) -> None:
    behavior = distribution(edged)["DefaultCacheBehavior"]
    all_but_host = "b689b0a8-53d0-40ab-baf2-68738e2966ac"  # AWS's AllViewerExceptHostHeader
    assert behavior["OriginRequestPolicyId"] == all_but_host
    assert {route.method for route in ROUTES} | {"OPTIONS"} <= set(behavior["AllowedMethods"])
    # Compressed, an answer tells by its length what is in it.
    assert behavior["Compress"] is False


def test_the_headers_of_a_function_count_before_those_of_the_edge(edged: Synthesised) -> None:
    policy = one(edged, "CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    headers = policy["SecurityHeadersConfig"]
    hsts = headers.pop("StrictTransportSecurity")
    assert hsts["AccessControlMaxAgeSec"] >= 365 * 86_400
    assert headers.pop("ContentTypeOptions") == {"Override": True}
    assert headers.keys() == {"ContentSecurityPolicy", "FrameOptions", "ReferrerPolicy"}
    assert {header["Override"] for header in headers.values()} == {False}
    assert "CorsConfig" not in policy


def test_the_name_leads_here_over_both_versions_of_ip(edged: Synthesised) -> None:
    domain, config = edged.environment.domain, distribution(edged)
    assert domain is not None
    assert (config["Aliases"], config["IPV6Enabled"]) == ([domain.name], True)
    records = edged.of_type("Route53::RecordSet", "edge").values()
    assert {(r["Type"], r["Name"], r["HostedZoneId"]) for r in records} == {
        ("A", f"{domain.name}.", domain.zone_id),
        ("AAAA", f"{domain.name}.", domain.zone_id),
    }
    certificate = one(edged, "CertificateManager::Certificate")
    assert certificate["ValidationMethod"] == "DNS"
    (validated,) = certificate["DomainValidationOptions"]
    assert validated == {"DomainName": domain.name, "HostedZoneId": domain.zone_id}


def test_the_distribution_is_behind_the_firewall(edged: Synthesised) -> None:
    (acl,) = edged.of_type("WAFv2::WebACL", "edge")
    assert distribution(edged)["WebACLId"] == {"Fn::GetAtt": [acl, "Arn"]}


# The function of CloudFront


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("198.51.100.7", {}),
        ("2001:db8::1", {VIEWER_HEADER: {"value": "203.0.113.9"}}),
        (
            "198.51.100.7",
            {
                VIEWER_HEADER: {
                    "value": "203.0.113.9",
                    "multiValue": [{"value": "203.0.113.9"}, {"value": "203.0.113.10"}],
                },
                "authorization": {"value": "Bearer x"},
            },
        ),
    ],
)
def test_the_viewers_address_is_written_over_what_the_viewer_says(
    edged: Synthesised, address: str, sent: dict[str, Any]
) -> None:
    ((name, function),) = edged.of_type("CloudFront::Function", "edge").items()
    (association,) = distribution(edged)["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    assert association["FunctionARN"] == {"Fn::GetAtt": [name, "FunctionARN"]}
    assert function["FunctionConfig"]["Runtime"] == "cloudfront-js-2.0"
    event = {
        "version": "1.0",
        "context": {"eventType": "viewer-request"},
        "viewer": {"ip": address},
        "request": {"method": "POST", "uri": "/mcp", "querystring": {}, "headers": sent},
    }
    told = f"console.log(JSON.stringify(handler({json.dumps(event)})))"
    done = node("-e", f"{function['FunctionCode']}\n{told}")
    assert done.returncode == 0, done.stderr
    wanted = {**event["request"], "headers": sent | {VIEWER_HEADER: {"value": address}}}  # type: ignore[dict-item]
    assert json.loads(done.stdout) == wanted


# Logs


def test_access_is_logged_without_what_a_sign_in_is_made_of(edged: Synthesised) -> None:
    fields = one(edged, "Logs::Delivery")["RecordFields"]
    assert fields == list(FIELDS)
    assert set(fields) <= set(CLOUDFRONT_FIELDS)
    assert not {"cs-uri-query", "cs(Cookie)", "cs(Referer)"} & set(fields)
    source = one(edged, "Logs::DeliverySource")
    assert source["LogType"] == "ACCESS_LOGS"
    (name,) = edged.of_type("CloudFront::Distribution", "edge")
    assert {"Ref": name} in source["ResourceArn"]["Fn::Join"][1]
    assert "Logging" not in distribution(edged)


def test_log_groups_of_the_edge_are_encrypted_kept_a_while_and_open_to_delivery(
    edged: Synthesised,
) -> None:
    groups = edged.of_type("Logs::LogGroup", "edge").values()
    names = {group["LogGroupName"] for group in groups}
    prefix, name = edged.environment.prefix, edged.environment.name
    assert names == {f"aws-waf-logs-{prefix}edge", f"/wpp-mcp/{name}/edge-access"}
    for group in groups:
        assert "KmsKeyId" in group
        assert group["RetentionInDays"] == edged.environment.log_retention_days
    policy = json.loads(one(edged, "Logs::ResourcePolicy")["PolicyDocument"])
    (statement,) = policy["Statement"]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": edged.environment.account
    }
    allowed = {arn.split(":log-group:")[1] for arn in statement["Resource"]}
    assert allowed == {f"{each}:log-stream:*" for each in names}
