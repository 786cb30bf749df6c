import pytest

from wpp_mcp.config import ConfigurationError
from wpp_mcp.runtime import Endpoints, Runtime


def test_the_defaults_are_production() -> None:
    Endpoints().check_production()
    assert Runtime.production().endpoints == Endpoints()


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8080",
        "127.0.0.1",
        "googleapis.com.evil.example",
        "evilgoogleapis.com",
        "googleads.googleapis.com:8443",
        "",
        "evil.example/.googleapis.com",
        "evil.example#.googleapis.com",
        "user@evil.example:443/x.googleapis.com",
        "dns:///evil.example/.googleapis.com",
    ],
)
def test_other_hosts_are_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="google_ads"):
        Endpoints(google_ads=host).check_production()


@pytest.mark.parametrize("name", ["issuer", "pool"])
@pytest.mark.parametrize("address", ["", "http://127.0.0.1", "https://cognito-idp.example/pool"])
def test_another_pool_is_refused(name: str, address: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Endpoints(**{name: address}).check_production()


@pytest.mark.parametrize("name", ["google_token", "google_revoke", "google_authorize"])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com.evil.example/token",
        "https://oauth2.googleapis.com@evil.example/token",
        "https://accounts.google.com.evil.example/o",
        "https://accounts.google.com",
        "http://127.0.0.1:1/token",
    ],
)
def test_other_oauth_endpoints_are_refused(name: str, address: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Endpoints(**{name: address}).check_production()


@pytest.mark.parametrize(("service", "tries", "seconds"), [("dynamodb", 3, 3), ("sesv2", 1, 10)])
def test_a_call_that_cannot_be_done_twice_is_not_repeated_by_its_client(
    monkeypatch: pytest.MonkeyPatch, service: str, tries: int, seconds: int
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = Runtime(environ={}).aws(service).meta.config
    assert config.retries["total_max_attempts"] == tries
    assert config.read_timeout == seconds
