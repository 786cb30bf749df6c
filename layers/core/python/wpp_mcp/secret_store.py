"""Secrets of AWS Secrets Manager: a current value, and those before and after it.

Cached in the process for a bounded time (`Settings.secret_ttl_seconds`), so a value that was
rotated away stops working after that time at the latest. For as long, functions differ in what
they know: that is why a value is known as the next one before anything uses it.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from wpp_mcp.config import ConfigurationError, Settings
from wpp_mcp.models import strict_json
from wpp_mcp.runtime import Runtime


class SecretName(StrEnum):
    """The secrets, by their name behind the environment's prefix."""

    ORIGIN_HEADER = "origin-header"
    OMA_API_KEY = "oma-api-key"
    OMA_SHARED_SECRET = "oma-mcp-shared-secret"  # noqa: S105 - a name
    OMA_WEBHOOK_KEY = "oma-webhook-key"
    ADS_DEVELOPER_TOKEN = "google-ads-dev-token"  # noqa: S105 - a name
    AUDIT_KEY = "audit-chain-key"
    SESSION_KEY = "session-key"
    REQUEST_STATE_KEY = "request-state-key"
    GOOGLE_CLIENT_ID = "google-client-id"
    GOOGLE_CLIENT_SECRET = "google-client-secret"  # noqa: S105 - a name


ROTATED: Final = frozenset(
    {SecretName.ORIGIN_HEADER, SecretName.REQUEST_STATE_KEY, SecretName.SESSION_KEY}
)
"""Those that nobody outside knows: they rotate by themselves (`wpp_mcp.rotation`)."""


class SecretUnavailableError(RuntimeError):
    """Secrets Manager did not answer; nothing that needs the secret may go on."""


@dataclass(frozen=True, slots=True)
class Rotating:
    """A secret's values. Their representation holds none of them.

    Parameters
    ----------
    current
        What is sent, signed and sealed with.
    previous
        What was current before; still accepted.
    following
        What will be current; accepted already, so that no function meets it as a stranger.
    """

    current: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)
    following: str | None = field(default=None, repr=False)

    @classmethod
    def of_text(cls, name: str, text: str) -> "Rotating":
        """Read plain text, or JSON ``{"current": …, "previous": …, "next": …}``.

        Raises
        ------
        ConfigurationError
            There is no usable value.
        """
        if not text.startswith("{"):
            return _checked(name, text, None, None)
        try:
            value = strict_json.loads(text)
            return _checked(name, value["current"], value.get("previous"), value.get("next"))
        except (ValueError, KeyError, AttributeError):
            raise _unusable(name) from None

    def text(self) -> str:
        """Return the JSON that `of_text` reads."""
        known = {"current": self.current, "previous": self.previous, "next": self.following}
        return strict_json.dumps({name: value for name, value in known.items() if value})

    def __iter__(self) -> Iterator[str]:
        yield self.current
        if self.previous:
            yield self.previous
        if self.following:
            yield self.following

    def matches(self, offered: str) -> bool:
        """Compare with every value in constant time."""
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
        """Return the secret's values.

        Raises
        ------
        SecretUnavailableError
            Secrets Manager refuses or does not answer, or nobody has put a value in yet.
        ConfigurationError
            The value cannot be used.
        """
        return Rotating.of_text(name, self._read(self._settings.secret_prefix + name.value))

    def _read(self, full_name: str) -> str:
        from aws_lambda_powertools.utilities.parameters import SecretsProvider
        from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

        if self._provider is None:
            self._provider = SecretsProvider(boto3_client=self._runtime.aws("secretsmanager"))
        try:
            value = self._provider.get(full_name, max_age=self._settings.secret_ttl_seconds)
        except GetParameterError as error:
            if _code(error.__cause__) == "ResourceNotFoundException":
                # A secret that others issue is made without a value (stacks/secret_specs.py).
                raise SecretUnavailableError(f"{full_name} has no value yet") from error
            raise SecretUnavailableError(f"cannot read {full_name}") from error
        return str(value)


def _code(error: BaseException | None) -> str:
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))


def _checked(name: str, current: Any, previous: Any, following: Any) -> Rotating:
    others = (previous, following)
    if not isinstance(current, str) or not current:
        raise _unusable(name)
    if not all(isinstance(value, str | None) for value in others):
        raise _unusable(name)
    return Rotating(current, previous or None, following or None)


def _unusable(name: str) -> ConfigurationError:
    return ConfigurationError(f"secret {name} has no usable value")
