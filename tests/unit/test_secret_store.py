import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parameters import base
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.aws import ENVIRON, Aws, Scripted, refusal
from tests.unit.support.surroundings import Surroundings
from wpp_mcp.config import ConfigurationError, Settings
from wpp_mcp.secret_store import Rotating, SecretName, SecretStore, SecretUnavailableError

KEY = SecretName.OMA_API_KEY


def store(around: Surroundings, aws: Any, ttl: int = 0) -> SecretStore:
    settings = Settings.load(ENVIRON | {"WPP_SECRET_TTL_SECONDS": str(ttl)})
    return SecretStore(around.runtime(aws=aws), settings)


def test_plain_text_is_the_current_value(aws: Aws, around: Surroundings) -> None:
    aws.put_secret("oma-api-key", "plain")
    assert store(around, aws).get(KEY) == Rotating("plain")


def test_a_rotating_secret_has_two_values(aws: Aws, around: Surroundings) -> None:
    aws.put_secret("oma-api-key", json.dumps({"current": "new", "previous": "old"}))
    found = store(around, aws).get(KEY)
    assert list(found) == ["new", "old"]
    assert [found.matches(offered) for offered in ("new", "old", "older")] == [True, True, False]


@pytest.mark.parametrize("previous", [None, ""])
def test_without_a_previous_value_there_is_one(
    aws: Aws, around: Surroundings, previous: str | None
) -> None:
    aws.put_secret("oma-api-key", json.dumps({"current": "new", "previous": previous}))
    found = store(around, aws).get(KEY)
    assert list(found) == ["new"]
    assert not found.matches("")


@pytest.mark.parametrize(
    "value",
    [
        "{",
        "{}",
        '{"current":""}',
        '{"current":null}',
        '{"current":7}',
        '{"current":"a","previous":7}',
        '{"current":"a","current":"b"}',
        '{"current":["a"]}',
    ],
)
def test_a_value_that_cannot_be_used_is_said_to_be(
    aws: Aws, around: Surroundings, value: str
) -> None:
    aws.put_secret("oma-api-key", value)
    with pytest.raises(ConfigurationError, match=r"^secret oma-api-key has no usable value$"):
        store(around, aws).get(KEY)


def test_a_secret_that_cannot_be_read(aws: Aws, around: Surroundings) -> None:
    with pytest.raises(SecretUnavailableError, match="wpp-mcp/oma-api-key"):
        store(around, aws).get(KEY)
    with pytest.raises(SecretUnavailableError):
        store(around, Scripted(refusal("ThrottlingException"))).get(KEY)


def test_a_value_is_kept_for_its_time_and_no_longer(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        moment = datetime.fromisoformat("2026-11-21")

        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return cls.moment

    monkeypatch.setattr(base, "datetime", Clock)
    client = Scripted({"SecretString": "old"}, {"SecretString": "new"})
    secrets = store(around, client, ttl=300)
    seen = []
    for _ in range(4):
        seen.append(secrets.get(KEY).current)
        Clock.moment += timedelta(seconds=150)
    assert seen[:2] == ["old", "old"]
    assert seen[3] == "new"
    assert len(client.calls) == 2


def test_without_a_time_to_keep_each_use_reads(around: Surroundings) -> None:
    client = Scripted({"SecretString": "old"}, {"SecretString": "new"})
    secrets = store(around, client)
    assert [secrets.get(KEY).current, secrets.get(KEY).current] == ["old", "new"]


@given(st.text(min_size=1), st.text())
def test_only_the_same_text_matches(value: str, offered: str) -> None:
    assert Rotating(value).matches(value)
    assert Rotating(value).matches(offered) is (value == offered)
    assert Rotating("other", value).matches(offered) is (offered in (value, "other"))


@pytest.mark.parametrize("offered", [chr(0xDC80), chr(0xD800), "a" + chr(0xDFFF)])
def test_text_that_is_no_text_does_not_match(offered: str) -> None:
    assert Rotating("value").matches(offered) is False


def test_the_representation_holds_no_value() -> None:
    assert repr(Rotating("swordfish", "herring")) == "Rotating()"
