"""The settings of environments: those in cdk.json are good, and a wrong one stops everything."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.environments import CDK_JSON, Edge, Egress, UnknownEnvironmentError, load


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
        ({"omaAddresses": ["192.0.2.1/24"]}, "omaAddresses"),
        ({"alarmMails": ["nobody"]}, "alarmMails"),
        ({"domain": {"name": "mcp.other.com", "zone": "wpp.com", "zoneId": "Z1"}}, "zone"),
        ({"logRetentionDays": "90"}, "logRetentionDays"),
        ({"unknownSetting": True}, "unknownSetting"),
        ({"omaOrigin": "http://oma.wpp.com"}, "omaOrigin"),
        ({"repository": "wpp/*"}, "repository"),
        ({"githubProviderExists": "no"}, "githubProviderExists"),
    ],
)
def test_a_wrong_setting_stops_the_synthesis_and_is_named(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        load("prod", changed(tmp_path, **changes))
