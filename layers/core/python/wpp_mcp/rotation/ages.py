"""How long ago each secret changed: what alarms on forgotten rotations are built on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from wpp_mcp.config import SecretAgesSettings
from wpp_mcp.observability import CallMetrics, Metric, logger_for
from wpp_mcp.rotation.secret import CURRENT
from wpp_mcp.runtime import Runtime

_FUNCTION: Final = "secret_ages"


class AgesUnknownError(RuntimeError):
    """Some secrets could not be looked at; the message names them."""


class SecretAges:
    """Emits `Metric.SECRET_AGE` for each secret: days since its current value was put in.

    A secret that nobody has put a value into counts from when it was made. No value is read.
    """

    def __init__(self, runtime: Runtime) -> None:
        settings = SecretAgesSettings.load(runtime.environ)
        self._runtime = runtime
        self._settings = settings
        self._log = logger_for(_FUNCTION, settings.log_level, runtime.log)

    def __call__(self, _event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Look at every secret.

        Raises
        ------
        AgesUnknownError
            After all others were told.
        """
        ages: dict[str, int] = {}
        unknown: list[str] = []
        for name in sorted(self._settings.aged_secrets):
            try:
                ages[name] = self._days(self._changed(name))
            except (ClientError, BotoCoreError) as error:
                self._log.error("age is not known", extra={"subject": name, "reason": str(error)})
                unknown.append(name)
                continue
            self._emit(name, ages[name])
        if unknown:
            raise AgesUnknownError(f"not known: {', '.join(unknown)}")
        return {"ages": ages}

    def _changed(self, name: str) -> datetime:
        client, full_name = (
            self._runtime.aws("secretsmanager"),
            self._settings.secret_prefix + name,
        )
        # Versions without a label are not listed, so one page holds all that count.
        versions = client.list_secret_version_ids(SecretId=full_name).get("Versions", [])
        current = [v for v in versions if CURRENT in v.get("VersionStages", ())]
        if not current:
            self._log.warning("nobody has put a value in yet", extra={"subject": name})
        found = current[0] if current else client.describe_secret(SecretId=full_name)
        changed: datetime = found["CreatedDate"]
        return changed

    def _days(self, changed: datetime) -> int:
        return max(0, (self._runtime.clock() - changed).days)

    def _emit(self, name: str, days: int) -> None:
        metrics = CallMetrics(
            self._runtime.emit,
            function=_FUNCTION,
            environment=self._settings.environment,
            apart=("secret", name),
        )
        metrics.count(Metric.SECRET_AGE, days)
        metrics.flush()
