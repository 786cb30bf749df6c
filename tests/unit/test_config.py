from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.aws import ENVIRON
from wpp_mcp.config import (
    AuthorizerSettings,
    ConfigurationError,
    ConsoleSettings,
    MetadataSettings,
    OAuthSettings,
    OperationSettings,
    Settings,
    StorageSettings,
    WriteSettings,
)

FULL = ENVIRON | {
    "WPP_USER_POOL_ID": "us-east-1_Test",
    "WPP_OMA_CLIENT_IDS": "b, a,,a",
    "WPP_CONSOLE_CLIENT_IDS": "c",
    "WPP_GOOGLE_TOKEN_KEY": "alias/wpp-mcp-google-tokens",
    "WPP_SIGN_IN_DOMAIN": "sign-in.agency.example",
    "WPP_SIGN_IN_CLIENT_ID": "c",
    "WPP_MAIL_QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/wpp-mcp-test-mail",
    "WPP_ADMIN_ADDRESS": "global-admin@agency.example",
}
KINDS = [
    Settings,
    AuthorizerSettings,
    StorageSettings,
    OperationSettings,
    WriteSettings,
    ConsoleSettings,
    MetadataSettings,
    OAuthSettings,
]
names = st.frozensets(st.from_regex(r"[a-z0-9.:/-]{1,12}", fullmatch=True), max_size=4)


@pytest.mark.parametrize("kind", KINDS)
def test_settings_write_the_variables_that_they_read(kind: type[Settings]) -> None:
    settings = kind.load(FULL | {"PATH": "/bin", "WPP_OTHER": "x"})
    environ = settings.environ()
    assert kind.load(environ) == settings
    assert tuple(environ) == kind.variables()
    assert all(isinstance(value, str) for value in environ.values())


@given(names, names, st.integers(0, 3600))
def test_any_settings_read_back_equal(hosts: Any, origins: Any, ttl: int) -> None:
    settings = StorageSettings.load(FULL).model_copy(
        update={"allowed_hosts": hosts, "allowed_origins": origins, "secret_ttl_seconds": ttl}
    )
    assert StorageSettings.load(settings.environ()) == settings


def test_a_list_is_split_at_commas() -> None:
    assert AuthorizerSettings.load(FULL).oma_client_ids == {"a", "b"}
    assert AuthorizerSettings.load(FULL).mcp_client_ids == frozenset()


@pytest.mark.parametrize("clients", ["", "one,two"])
def test_the_console_is_one_client(clients: str) -> None:
    assert ConsoleSettings.load(FULL).client_id == "c"
    with pytest.raises(ConfigurationError, match="WPP_CONSOLE_CLIENT_IDS"):
        ConsoleSettings.load(FULL | {"WPP_CONSOLE_CLIENT_IDS": clients})


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_names_what_is_missing(kind: type[Settings]) -> None:
    required = [field.alias for field in kind.model_fields.values() if field.is_required()]
    with pytest.raises(ConfigurationError) as caught:
        kind.load({})
    assert str(caught.value) == "missing or wrong: " + ", ".join(sorted(map(str, required)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WPP_ENVIRONMENT", "Prod"),
        ("WPP_ENVIRONMENT", ""),
        ("WPP_ENVIRONMENT", "prod\n"),
        ("AWS_REGION", "us east"),
        ("WPP_RESOURCE_URL", "https://mcp.agency.example/mcp/"),
        ("WPP_RESOURCE_URL", "ftp://mcp.agency.example/mcp"),
        ("WPP_SECRET_TTL_SECONDS", "3601"),
        ("WPP_SECRET_TTL_SECONDS", "-1"),
        ("WPP_SECRET_TTL_SECONDS", "soon"),
        ("WPP_TABLE_PREFIX", "other-"),
        ("WPP_TABLE_PREFIX", "wpp-mcp-dev"),
    ],
)
def test_an_error_names_what_is_wrong_and_holds_no_value(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        StorageSettings.load(FULL | {name: value})
    assert str(caught.value) == f"missing or wrong: {name}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("seconds", ["59", "86401"])
def test_the_age_of_signing_keys_is_bounded(seconds: str) -> None:
    with pytest.raises(ConfigurationError, match="WPP_JWKS_MAX_AGE_SECONDS"):
        AuthorizerSettings.load(FULL | {"WPP_JWKS_MAX_AGE_SECONDS": seconds})


def test_no_variable_names_google_or_an_issuer() -> None:
    variables = {name for kind in KINDS for name in kind.variables()} - {"WPP_GOOGLE_TOKEN_KEY"}
    assert not [name for name in variables if "GOOGLE" in name or "ISSUER" in name]


@pytest.mark.parametrize(
    "key",
    [
        "https://kms.attacker.example/key",
        "alias/x y",
        "",
        "arn:aws:s3:::bucket",
        "alias/wpp\n",
        "12345678-1234-1234-1234-123456789012 ",
    ],
)
def test_the_key_of_google_tokens_is_a_key_of_kms(key: str) -> None:
    for good in (
        "alias/wpp-mcp/google-tokens",
        "12345678-1234-1234-1234-123456789012",
        "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    ):
        assert WriteSettings.load(FULL | {"WPP_GOOGLE_TOKEN_KEY": good}).google_token_key == good
    with pytest.raises(ConfigurationError, match="WPP_GOOGLE_TOKEN_KEY"):
        WriteSettings.load(FULL | {"WPP_GOOGLE_TOKEN_KEY": key})
