"""The settings of environments: those in cdk.json are good, and a wrong one stops everything."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.environments import (
    CDK_JSON,
    Edge,
    Egress,
    NoSecondRegionError,
    UnknownEnvironmentError,
    load,
)
from tests.infrastructure.providers import OIDC, SAML


def changed(tmp_path: Path, **changes: Any) -> Path:
    """A cdk.json whose prod differs."""
    body = json.loads(CDK_JSON.read_text())
    body["context"]["environments"]["prod"].update(changes)
    path = tmp_path / "cdk.json"
    path.write_text(json.dumps(body))
    return path


def test_the_environments_are_the_guides() -> None:
    dev, staging, prod = load("dev"), load("staging"), load("prod")

    assert [one.log_retention_days for one in (dev, staging, prod)] == [7, 30, 90]
    assert [one.nat_gateways for one in (dev, staging, prod)] == [0, 1, 3]
    assert [one.edge for one in (dev, staging, prod)] == [Edge.NONE, Edge.BASIC, Edge.FULL]
    assert dev.egress is Egress.IPV6
    assert [one.guard_duty for one in (dev, staging, prod)] == [False, False, True]
    assert len({one.account for one in (dev, staging, prod)}) == 3
    assert [one.prefix for one in (dev, prod)] == ["wpp-mcp-dev-", "wpp-mcp-"]
    assert [one.secret_prefix for one in (dev, prod)] == ["wpp-mcp/dev/", "wpp-mcp/"]


@pytest.mark.parametrize("provider", [SAML, OIDC], ids=lambda provider: provider["kind"])
def test_a_provider_is_read_as_its_kind(tmp_path: Path, provider: dict[str, Any]) -> None:
    federation = load("prod", changed(tmp_path, federation=provider)).federation
    assert federation is not None
    assert federation.model_dump(by_alias=True) == provider


def test_a_domain_may_be_a_zone_of_its_own(tmp_path: Path) -> None:
    zone = {"name": "mcp.wpp.com", "zone": "mcp.wpp.com", "zoneId": "Z1"}
    domain = load("prod", changed(tmp_path, domain=zone)).domain
    assert domain is not None
    assert domain.zone == domain.name


@pytest.mark.parametrize("name", [None, "", "production", "DEV", 7])
def test_an_environment_has_to_be_named(name: object) -> None:
    with pytest.raises(UnknownEnvironmentError, match="dev, staging, prod"):
        load(name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"account": "12345"}, "account"),
        ({"natGateways": 0}, "natGateways"),
        ({"egress": "ipv6"}, "natGateways"),
        ({"egress": "proxy"}, "egress"),
        ({"availabilityZones": ["us-east-1a", "us-east-1b"]}, "availabilityZones"),
        ({"availabilityZones": ["eu-west-1a", "us-east-1b", "us-east-1c"]}, "region"),
        ({"domain": None}, "domain"),
        ({"edge": "none"}, "only dev"),
        ({"secondRegion": "us-east-1"}, "another region"),
        ({"secondRegion": None}, "secondAvailabilityZones"),
        ({"secondAvailabilityZones": []}, "secondAvailabilityZones"),
        ({"secondAvailabilityZones": ["us-east-1a"] * 3}, "secondAvailabilityZones"),
        ({"isStandby": True}, "isStandby is no setting"),
        ({"omaAddresses": ["192.0.2.1/24"]}, "omaAddresses"),
        ({"alarmMails": ["nobody"]}, "alarmMails"),
        ({"domain": {"name": "mcp.other.com", "zone": "wpp.com", "zoneId": "Z1"}}, "zone"),
        ({"logRetentionDays": "90"}, "logRetentionDays"),
        ({"unknownSetting": True}, "unknownSetting"),
        ({"omaOrigin": "http://oma.wpp.com"}, "omaOrigin"),
        ({"omaCallbacks": []}, "omaCallbacks"),
        ({"omaCallbacks": ["https://oma.wpp.com.evil.example/callback"]}, "omaCallbacks"),
        ({"omaCallbacks": ["http://oma.wpp.com/callback"]}, "omaCallbacks"),
        ({"federation": SAML | {"kind": "ldap"}}, "federation"),
        ({"federation": {n: v for n, v in SAML.items() if n != "verifiedAttribute"}}, "verified"),
        ({"federation": SAML | {"metadataUrl": "http://login.agency.example"}}, "metadataUrl"),
        ({"federation": SAML | {"clientId": "x"}}, "clientId"),
        ({"federation": SAML | {"name": "a b"}}, "name"),
        ({"federation": OIDC | {"issuer": "https://login.agency.example/"}}, "issuer"),
        ({"federation": OIDC | {"clientSecret": "x"}}, "clientSecret"),
        ({"federation": OIDC | {"secretName": "wpp-mcp/x"}}, "secretName"),
        ({"repository": "wpp/*"}, "repository"),
        ({"githubProviderExists": "no"}, "githubProviderExists"),
    ],
)
def test_a_wrong_setting_stops_the_synthesis_and_is_named(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        load("prod", changed(tmp_path, **changes))


def test_a_standby_is_the_environment_in_its_second_region() -> None:
    prod, standby = load("prod"), load("prod").standby()

    assert (standby.region, standby.is_standby) == (prod.second_region, True)
    assert standby.availability_zones == prod.second_availability_zones
    assert (standby.prefix, standby.secret_prefix) == (prod.prefix, prod.secret_prefix)
    assert standby.nat_gateways == 1
    assert standby.second_region is None
    moved = {"region", "is_standby", "availability_zones", "nat_gateways"}
    moved |= {"second_region", "second_availability_zones"}
    assert standby.model_dump(exclude=moved) == prod.model_dump(exclude=moved)


@pytest.mark.parametrize("name", ["dev", "staging"])
def test_without_a_second_region_there_is_no_standby(name: str) -> None:
    with pytest.raises(NoSecondRegionError, match=name):
        load(name).standby()
