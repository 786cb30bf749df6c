"""How old each secret is said to be."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.unit.support.aws import ENVIRON, Aws, refusal
from tests.unit.support.surroundings import NOW, Surroundings
from wpp_mcp.rotation.ages import AgesUnknownError, SecretAges

DAY = timedelta(days=1)


class Listed:
    """Secrets Manager without any way to read a value."""

    def __init__(self, **secrets: Any) -> None:
        self._secrets = {f"wpp-mcp/{name.replace('_', '-')}": v for name, v in secrets.items()}

    def _of(self, full_name: str) -> Any:
        found = self._secrets[full_name]
        if isinstance(found, Exception):
            raise found
        return found

    def list_secret_version_ids(self, SecretId: str) -> dict[str, Any]:  # noqa: N803
        return {"Versions": self._of(SecretId)["versions"]}

    def describe_secret(self, SecretId: str) -> dict[str, Any]:  # noqa: N803
        return {"CreatedDate": self._of(SecretId)["made"]}


def version(days: float, *stages: str) -> dict[str, Any]:
    return {"CreatedDate": NOW - days * DAY, "VersionStages": list(stages)}


def ages(around: Surroundings, names: str, **secrets: Any) -> SecretAges:
    environ = {**ENVIRON, "WPP_AGED_SECRETS": names}
    clients = Aws({"secretsmanager": Listed(**secrets)})
    return SecretAges(around.runtime(environ, aws=clients))


def emitted(around: Surroundings) -> dict[str, float]:
    lines = [json.loads(line) for line in around.emitted]
    for line in lines:
        (metrics,) = line["_aws"]["CloudWatchMetrics"]
        assert metrics["Namespace"] == "WppMcp"
        assert {*metrics["Dimensions"][0]} == {"service", "environment", "secret"}
        assert (line["function"], line["environment"]) == ("secret_ages", "test")
    return {line["secret"]: line["SecretAgeDays"][0] for line in lines}


def test_the_age_is_that_of_the_current_value(around: Surroundings) -> None:
    told = ages(
        around,
        "oma-api-key,session-key",
        oma_api_key={"versions": [version(3, "AWSPREVIOUS"), version(91.5, "AWSCURRENT")]},
        session_key={"versions": [version(0.9, "AWSCURRENT"), version(0, "AWSPENDING")]},
    )({}, None)

    assert told == {"ages": {"oma-api-key": 91, "session-key": 0}}
    assert emitted(around) == told["ages"]


def test_a_secret_without_a_value_is_as_old_as_itself(around: Surroundings) -> None:
    told = ages(around, "crux-api-key", crux_api_key={"versions": [], "made": NOW - 12 * DAY})
    assert told({}, None) == {"ages": {"crux-api-key": 12}}
    assert "nobody has put a value in yet" in around.log.getvalue()


def test_one_that_cannot_be_looked_at_hides_no_other(around: Surroundings) -> None:
    told = ages(
        around,
        "a-key,oma-api-key",
        a_key=refusal("AccessDeniedException"),
        oma_api_key={"versions": [version(5, "AWSCURRENT")]},
    )
    with pytest.raises(AgesUnknownError, match=r"^not known: a-key$"):
        told({}, None)
    assert emitted(around) == {"oma-api-key": 5}
