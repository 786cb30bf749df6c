"""Logs, metrics and the correlation id, the same for every function.

Logs are JSON through Powertools. A filter on every record removes what looks like a credential
and flattens control characters, so that neither a slip of ours nor a caller's text can put a
secret or a forged line into the log (threats.md H6, H8).
"""

import hmac
import logging
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, TextIO

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from wpp_mcp.errors import SPECS, ErrorCode
from wpp_mcp.models import strict_json

NAMESPACE: Final = "WppMcp"
SERVICE: Final = "wpp-mcp"
"""The dimension ``service``: one for all functions, since CloudWatch charges each combination."""

_SECRET_NAMES: Final = re.compile(
    r"authorization|api[-_]?key|token|secret|password|cookie|signature|credential", re.IGNORECASE
)
_SECRETS: Final = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"  # a JWT
    r"|ya29\.[\w.-]+|1//[\w-]{10,}"  # Google access and refresh tokens
    r"|(?i:bearer)\s+[\w.~+/=-]+"
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_HIDDEN: Final = "[hidden]"
_LONGEST: Final = 2_000


class Metric(StrEnum):
    """The metrics that alarms and dashboards are built on (``stacks.alarms``)."""

    CALLS = "Calls"
    BLOCKED = "BlockedCalls"
    ERRORS = "FailedCalls"
    LATENCY = "Latency"
    AUDIT_RETRIES = "AuditRetries"
    SERVER_ERRORS = "ServerErrors"
    AUTH_FAILURES = "AuthenticationFailures"
    ACCOUNT_NOT_AUTHORIZED = "AccountNotAuthorized"
    SEALED_LIST_INVALID = "SealedListInvalid"
    SAFETY_LIMIT_EXCEEDED = "SafetyLimitExceeded"
    FAILED_APPROVALS = "FailedApprovals"
    RATE_LIMITED = "RateLimited"
    ARCHIVED = "ArchivedEntries"
    ARCHIVE_REFUSED = "RefusedByArchive"
    AUDIT_TAMPERING = "AuditTampering"
    REFUSED_TOKENS = "RefusedTokens"
    ADDRESSES_BLOCKED = "AddressesBlocked"
    TRUSTED_FAILURES = "TrustedAddressFailures"
    SECRET_AGE = "SecretAgeDays"  # noqa: S105 - a name
    JOBS_DONE = "JobsDone"
    AUDIT_BROKEN = "AuditChainBroken"
    BUDGET_CHANGES = "BudgetChanges"
    HEALTH_PROBE = "HealthProbe"
    HEALTH_PROBE_LATENCY = "HealthProbeLatency"
    MAILS_NOT_SENT = "MailsNotSent"
    OUTCOME_UNKNOWN = "OutcomesUnknown"


OF_CODE: Final[Mapping[ErrorCode, Metric]] = {
    ErrorCode.UNAUTHENTICATED: Metric.AUTH_FAILURES,
    ErrorCode.ACCOUNT_NOT_AUTHORIZED: Metric.ACCOUNT_NOT_AUTHORIZED,
    ErrorCode.APPROVED_ACCOUNTS_INVALID: Metric.SEALED_LIST_INVALID,
    ErrorCode.SAFETY_LIMIT_EXCEEDED: Metric.SAFETY_LIMIT_EXCEEDED,
    ErrorCode.CONFIRMATION_INVALID: Metric.FAILED_APPROVALS,
    ErrorCode.SECOND_APPROVAL_REQUIRED: Metric.FAILED_APPROVALS,
    ErrorCode.RATE_LIMITED: Metric.RATE_LIMITED,
    ErrorCode.OUTCOME_UNKNOWN: Metric.OUTCOME_UNKNOWN,
}
"""Refusals that an alarm or the dashboard asks for by themselves."""

OF_TOOL: Final[Mapping[str, Metric]] = {"update_budget": Metric.BUDGET_CHANGES}
"""Tools whose calls are counted by themselves, however they end."""

_SERVER_ERROR: Final = 500


def clean(text: str) -> str:
    """Return text that is safe in a log line: no credential, no control character, bounded."""
    text = _SECRETS.sub(_HIDDEN, text)
    text = _CONTROL.sub(" ", text)
    if len(text) <= _LONGEST:
        return text
    # Both ends: a traceback tells at its end what went wrong.
    half = _LONGEST // 2
    return f"{text[: half - 1]} … {text[2 - half :]}"


def redact(value: Any, name: str = "") -> Any:
    """Return the value without credentials, by the name of a member and by the look of text."""
    if _SECRET_NAMES.search(name) and not isinstance(value, bool | int | float | None):
        return _HIDDEN
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(k)): redact(v, str(k)) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item, name) for item in value]
    if isinstance(value, bool | int | float | None):
        return value
    return clean(str(value))


_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class SecretFilter(logging.Filter):
    """Cleans message, arguments, extra fields and exception text of each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; never drops one."""
        structured = isinstance(record.msg, Mapping)
        record.msg = redact(record.msg) if structured else clean(record.getMessage())
        record.args = ()
        if record.exc_info:
            # As a field: the JSON formatter would print the original once more.
            record.exception = logging.Formatter().formatException(record.exc_info)
            record.exc_info = record.exc_text = None
        for name in set(vars(record)) - _STANDARD:
            setattr(record, name, redact(getattr(record, name), name))
        return True


def logger_for(service: str, level: str, stream: TextIO) -> Logger:
    """Return the function's logger, with the filter on its handler."""
    logger = Logger(service=service, level=level, utc=True, stream=stream)
    for handler in logger.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(stream)
        if not any(isinstance(f, SecretFilter) for f in handler.filters):
            handler.addFilter(SecretFilter())
    return logger


def adopt(library: str, logger: Logger) -> None:
    """Let a library log through ours: its lines may repeat what a caller sent."""
    theirs = logging.getLogger(library)
    theirs.handlers = list(logger.handlers)
    theirs.propagate = False


def pseudonym(key: bytes, user_id: str) -> str:
    """Return a stand-in for a person in logs and metrics, which hold no personal data.

    Keyed: whoever has a list of everybody's addresses but not the key cannot undo it.
    """
    return hmac.digest(key, f"wpp-mcp/log/person/{user_id}".encode(), sha256).hex()[:12]


class CallMetrics:
    """The metrics of one call, written as one line when it ends.

    The dimensions are the service and the environment and no more: each further combination is a
    metric that is paid for. What else is known is in the line, where Logs Insights finds it.

    Parameters
    ----------
    emit
        Takes the line.
    function
        The Lambda function.
    tool
        The tool, or the route for a call that is no tool's.
    apart
        A further dimension, name and value, where an alarm watches each value by itself: a job,
        a secret.
    """

    def __init__(
        self,
        emit: Callable[[str], None],
        *,
        function: str,
        environment: str,
        tool: str = "none",
        apart: tuple[str, str] | None = None,
    ) -> None:
        self._emit = emit
        self._metrics = EphemeralMetrics(namespace=NAMESPACE, service=SERVICE)
        self._metrics.add_dimension("environment", environment)
        if apart is not None:
            self._metrics.add_dimension(*apart)
        self.note("function", function)
        self.note("tool", tool)
        self._used = False

    def count(self, metric: Metric, value: float = 1) -> None:
        """Add to a count."""
        self._metrics.add_metric(metric.value, MetricUnit.Count, value)
        self._used = True

    def milliseconds(self, metric: Metric, value: float) -> None:
        """Record a duration."""
        self._metrics.add_metric(metric.value, MetricUnit.Milliseconds, value)
        self._used = True

    def call_of(self, tool: str) -> None:
        """Count a call of a tool that is watched by itself; of others, nothing."""
        if tool in OF_TOOL:
            self.count(OF_TOOL[tool])

    def error(self, code: ErrorCode) -> None:
        """Count an error by what alarms ask for; a mistake of the caller's counts for none."""
        self.note("code", code.value)
        if SPECS[code].status >= _SERVER_ERROR:
            self.count(Metric.SERVER_ERRORS)
        if code in OF_CODE:
            self.count(OF_CODE[code])

    def note(self, name: str, value: str) -> None:
        """Add a property that can be searched for, without a dimension's cost."""
        self._metrics.add_metadata(name, clean(value))

    def flush(self) -> None:
        """Write the line, if there is anything to say."""
        if self._used:
            self._emit(strict_json.dumps(self._metrics.serialize_metric_set()))
            self._metrics.clear_metrics()
            self._used = False
