"""Secrets of AWS Secrets Manager, each with a current and, while it rotates, a previous value.

Cached in the process for a bounded time (`Settings.secret_ttl_seconds`), so a value that was
rotated away stops working after that time at the latest.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wpp_mcp.config import ConfigurationError, Settings
from wpp_mcp.models import strict_json
from wpp_mcp.runtime import Runtime


class SecretName(StrEnum):
    """The secrets, by their name behind the environment's prefix."""

    ORIGIN_HEADER = "origin-header"
    OMA_API_KEY = "oma-api-key"
    OMA_SHARED_SECRET = "oma-mcp-shared-secret"  # noqa: S105 - a name
    ADS_DEVELOPER_TOKEN = "google-ads-dev-token"  # noqa: S105 - a name
    AUDIT_KEY = "audit-chain-key"
    SESSION_KEY = "session-key"
    GOOGLE_CLIENT_ID = "google-client-id"
    GOOGLE_CLIENT_SECRET = "google-client-secret"  # noqa: S105 - a name


class SecretUnavailableError(RuntimeError):
    """Secrets Manager did not answer; nothing that needs the secret may go on."""


@dataclass(frozen=True, slots=True)
class Rotating:
    """A secret's values. Their representation holds none of them."""

    current: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[str]:
        yield self.current
        if self.previous:
            yield self.previous

    def matches(self, offered: str) -> bool:
        """Compare with both values in constant time."""
        given = offered.encode("utf-8", "surrogatepass")
        results = [hmac.compare_digest(given, value.encode()) for value in self]
        return any(results)


class SecretStore:
    """Reads secrets through Powertools Parameters."""

    def __init__(self, runtime: Runtime, settings: Settings) -> None:
        self._runtime = runtime
        self._settings = settings
        self._provider: Any = None

    def get(self, name: SecretName) -> Rotating:
        """Return the secret: plain text, or JSON ``{"current": …, "previous": …}``.

        Raises
        ------
        SecretUnavailableError
            Secrets Manager refuses or does not answer.
        """
        text = self._read(self._settings.secret_prefix + name.value)
        if not text.startswith("{"):
            return _checked(name, text, None)
        try:
            value = strict_json.loads(text)
            return _checked(name, value["current"], value.get("previous"))
        except (ValueError, KeyError, AttributeError):
            raise ConfigurationError(f"secret {name.value} has no usable value") from None

    def _read(self, full_name: str) -> str:
        from aws_lambda_powertools.utilities.parameters import SecretsProvider
        from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

        if self._provider is None:
            self._provider = SecretsProvider(boto3_client=self._runtime.aws("secretsmanager"))
        try:
            value = self._provider.get(full_name, max_age=self._settings.secret_ttl_seconds)
        except GetParameterError as error:
            raise SecretUnavailableError(f"cannot read {full_name}") from error
        return str(value)


def _checked(name: SecretName, current: Any, previous: Any) -> Rotating:
    if not isinstance(current, str) or not current or not isinstance(previous, str | None):
        raise ConfigurationError(f"secret {name.value} has no usable value")
    return Rotating(current, previous or None)
