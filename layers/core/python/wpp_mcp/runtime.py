"""What a function works with beside its settings: time, chance, AWS clients, endpoints.

Everything that a test replaces comes in through here, by constructor; no
environment variable can point a deployed function elsewhere.
"""

import os
import random
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TextIO

from wpp_mcp.config import ConfigurationError
from wpp_mcp.models.time import Clock, system_clock

_GOOGLE_HOST: Final = re.compile(r"[a-z0-9-]+\.googleapis\.com", re.ASCII)
_MAX_DOCUMENT: Final = 256 * 1024
_FETCH_TIMEOUT_SECONDS: Final = 2.0
_GOOGLE_URL: Final = re.compile(r"https://[a-z0-9-]+\.googleapis\.com")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the outside services are.

    Parameters
    ----------
    google_ads
        ``host`` or ``host:port`` of the Google Ads API.
    search_console
        The base URL of the Search Console API, without a slash at the end.
    google_analytics_data, google_analytics_admin
        The same of the Analytics Data API and the Analytics Admin API.
    issuer
        Replaces the user pool's issuer. Only loopback: see `check_production`.
    google_token
        Google's OAuth token endpoint.
    """

    google_ads: str = "googleads.googleapis.com"
    search_console: str = "https://searchconsole.googleapis.com"
    google_analytics_data: str = "analyticsdata.googleapis.com"
    google_analytics_admin: str = "analyticsadmin.googleapis.com"
    issuer: str | None = None
    google_token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

    def check_production(self) -> None:
        """Refuse anything but Google's own hosts and the configured pool.

        Raises
        ------
        ConfigurationError
            Names the endpoint that is not allowed.
        """
        for name in ("google_ads", "google_analytics_data", "google_analytics_admin"):
            if not _GOOGLE_HOST.fullmatch(getattr(self, name)):
                raise ConfigurationError(f"{name} must be a host of googleapis.com")
        if not _GOOGLE_URL.fullmatch(self.search_console):
            raise ConfigurationError("search_console must be https on a host of googleapis.com")
        if not self.google_token.startswith("https://oauth2.googleapis.com/"):
            raise ConfigurationError("google_token must be Google's token endpoint")
        if self.issuer is not None:
            raise ConfigurationError("issuer must be that of the user pool")


def fetch(url: str) -> bytes:
    """Return the document at an address of ours: 2 s, 256 KB, no redirects.

    Raises
    ------
    OSError
        Not reachable, not 200, or too large.
    """
    # Without the handler of redirects: an answer that points elsewhere is an error.
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - an address of ours
    with opener.open(request, timeout=_FETCH_TIMEOUT_SECONDS) as answer:
        body: bytes = answer.read(_MAX_DOCUMENT + 1)
    if len(body) > _MAX_DOCUMENT:
        raise OSError("document too large")
    return body


@cache
def _client(service: str) -> Any:
    # boto3 is slow to import and in the Lambda runtime: loaded by the first call that needs it.
    import boto3
    from botocore.config import Config

    # Short, so that a slow call is retried well inside the work budget of 25 s.
    settings = Config(
        connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 3, "mode": "standard"}
    )
    return boto3.client(service, config=settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """The surroundings of one function.

    Parameters
    ----------
    environ
        Environment variables; `config` reads settings from them.
    clock
        Aware UTC time.
    chance
        Source of ids and jitter; a cryptographic one in production.
    sleep
        Waits so many seconds, between retries.
    aws
        Returns a boto3 client by service name.
    fetch
        Returns the bytes of a document (signing keys).
    emit
        Takes one line of metrics (CloudWatch embedded metric format).
    log
        Where log lines go; Lambda collects standard output.
    """

    environ: Mapping[str, str]
    clock: Clock = system_clock
    chance: random.Random = field(default_factory=random.SystemRandom)
    sleep: Callable[[float], None] = time.sleep
    aws: Callable[[str], Any] = _client
    fetch: Callable[[str], bytes] = fetch
    endpoints: Endpoints = Endpoints()
    emit: Callable[[str], None] = print
    log: TextIO = sys.stdout

    @classmethod
    def production(cls) -> "Runtime":
        """Return the surroundings of a deployed function."""
        runtime = cls(environ=dict(os.environ))
        runtime.endpoints.check_production()
        return runtime
