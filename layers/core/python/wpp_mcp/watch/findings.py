"""Findings of GuardDuty, told to OMA's webhook: what kind, how bad, when, and nothing more.

A finding names addresses, roles and buckets; none of that leaves. Who looks into it reads the
finding where it lies, by its id. The message is signed, so that no credential of ours travels
(docs/oma-integration.md, "Security findings").
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wpp_mcp.config import FindingSettings
from wpp_mcp.functions import Function
from wpp_mcp.models import strict_json
from wpp_mcp.models.time import iso
from wpp_mcp.notices import signed
from wpp_mcp.observability import logger_for
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName, SecretStore

PATH: Final = "/mcp-security-finding"
_TAKEN: Final = range(200, 300)

# From 7.0 on a finding is high, from 9.0 on critical: guardduty_findings-severity.html.
_LEVELS: Final = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.0, "LOW"))


class NotAFindingError(ValueError):
    """The event is no finding of GuardDuty's; it goes to the dead letters as it is."""


class NotTakenError(RuntimeError):
    """OMA did not take the message; Lambda tries again, then keeps the event."""


class _Detail(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True, allow_inf_nan=False)

    id: str = Field(pattern=r"^[0-9a-f]{8,64}$")
    type: str = Field(pattern=r"^[\w:/.!-]{1,200}$")
    region: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    severity: Annotated[float, Field(ge=0, le=10)]
    updated_at: datetime = Field(alias="updatedAt", strict=False)


class _Event(BaseModel):
    model_config = ConfigDict(extra="ignore")

    detail: _Detail


class FindingForwarder:
    """Handler of the function, for EventBridge's event ``GuardDuty Finding``."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._settings = FindingSettings.load(runtime.environ)
        self._secrets = SecretStore(runtime, self._settings)
        name = Function.FORWARD_FINDINGS.value
        self._log = logger_for(name, self._settings.log_level, runtime.log)

    def __call__(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Tell OMA, and return ``{forwarded: id}``.

        Raises
        ------
        NotAFindingError, NotTakenError, SecretUnavailableError
            It was not told.
        """
        try:
            finding = _Event.model_validate(event).detail
        except ValidationError as error:
            places = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
            raise NotAFindingError(f"missing or wrong: {', '.join(places)}") from None
        body = strict_json.dumps(
            {
                "event": "security-finding",
                "environment": self._settings.environment,
                "id": finding.id,
                "type": finding.type,
                "severity": level(finding.severity),
                "region": finding.region,
                "at": iso(finding.updated_at),
            }
        )
        self._send(finding.id, body)
        self._log.info("finding forwarded", extra={"finding": finding.id, "type": finding.type})
        return {"forwarded": finding.id}

    def _send(self, event_id: str, body: str) -> None:
        key = self._secrets.get(SecretName.OMA_WEBHOOK_KEY).current
        headers = signed(key, at=self._runtime.clock(), event_id=event_id, body=body)
        try:
            answer = self._runtime.post_json(self._settings.oma_webhooks + PATH, body, headers)
        except OSError as error:
            raise NotTakenError(f"OMA does not answer: {type(error).__name__}") from error
        if answer.status not in _TAKEN:
            raise NotTakenError(f"OMA answers {answer.status}")


def level(severity: float) -> str:
    """Return GuardDuty's name for a severity from 0 to 10."""
    return next(name for least, name in _LEVELS if severity >= least)
