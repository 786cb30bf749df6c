"""What a function works with beside its settings: time, chance, AWS clients, endpoints.

Everything that a test replaces comes in through here, by constructor; no
environment variable can point a deployed function elsewhere.
"""

import os
import random
import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, TextIO

from wpp_mcp.config import ConfigurationError
from wpp_mcp.http_client import Answer, fetch, get, post_form, post_json
from wpp_mcp.models.time import Clock, system_clock
from wpp_mcp.public_documents import PublicDocuments

_GOOGLE_HOST: Final = re.compile(r"[a-z0-9-]+\.googleapis\.com", re.ASCII)
_GOOGLE_OAUTH: Final = {
    "google_token": "https://oauth2.googleapis.com",
    "google_revoke": "https://oauth2.googleapis.com",
    "google_authorize": "https://accounts.google.com",
}
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
    google_token, google_authorize, google_revoke
        Google's OAuth endpoints: tokens, consent page, revocation.
    pool
        Replaces the address of the user pool's sign-in pages. Only loopback, as `issuer`.
    """

    google_ads: str = "googleads.googleapis.com"
    search_console: str = "https://searchconsole.googleapis.com"
    google_analytics_data: str = "analyticsdata.googleapis.com"
    google_analytics_admin: str = "analyticsadmin.googleapis.com"
    issuer: str | None = None
    google_token: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    google_authorize: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_revoke: str = "https://oauth2.googleapis.com/revoke"
    pool: str | None = None

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
        for name, origin in _GOOGLE_OAUTH.items():
            if not getattr(self, name).startswith(f"{origin}/"):
                raise ConfigurationError(f"{name} must be Google's own")
        for name in ("issuer", "pool"):
            if getattr(self, name) is not None:
                raise ConfigurationError(f"{name} must be that of the user pool")


_REGIONS: Final = {"wafv2": "us-east-1"}
"""Where a service is at home, if not in the function's region: WAF's part of CloudFront."""


_ONCE: Final = frozenset({"sesv2"})
"""Services whose calls do what cannot be done twice: the client waits longer, and never calls
again by itself. A mail that SES has taken would otherwise be sent anew when the answer is late."""

ONCE_SECONDS: Final = 10
"""How long such a call may take."""


@cache
def _client(service: str) -> Any:
    # boto3 is slow to import and in the Lambda runtime: loaded by the first call that needs it.
    import boto3
    from botocore.config import Config

    # Short, so that a slow call is retried well inside the work budget of 25 s.
    once = service in _ONCE
    settings = Config(
        connect_timeout=1,
        read_timeout=ONCE_SECONDS if once else 3,
        retries={"total_max_attempts": 1 if once else 3, "mode": "standard"},
    )
    return boto3.client(service, region_name=_REGIONS.get(service), config=settings)


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
        Returns the bytes of a document of ours (signing keys).
    fetch_public
        Returns the bytes of a document of somebody else's (`wpp_mcp.public_documents`).
    post
        Sends a form to an address of ours.
    get
        Asks an address of ours; every status is an answer.
    post_json
        Sends a text of JSON, with headers, to an address of ours.
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
    fetch_public: Callable[[str], bytes] = field(default_factory=PublicDocuments)
    post: Callable[[str, Mapping[str, str]], Answer] = post_form
    get: Callable[[str], Answer] = get
    post_json: Callable[[str, str, Mapping[str, str]], Answer] = post_json
    endpoints: Endpoints = Endpoints()
    emit: Callable[[str], None] = print
    log: TextIO = sys.stdout

    @classmethod
    def production(cls) -> "Runtime":
        """Return the surroundings of a deployed function."""
        runtime = cls(environ=dict(os.environ))
        runtime.endpoints.check_production()
        return runtime
