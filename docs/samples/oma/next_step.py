"""What OMA does after an error: one step per code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STEPS = {
    "INVALID_REQUEST": "correct",
    "UNAUTHENTICATED": "sign-in",
    "FORBIDDEN": "show",
    "ACCOUNT_NOT_AUTHORIZED": "request-access",
    "APPROVED_ACCOUNTS_INVALID": "seal-again",
    "SAFETY_LIMIT_EXCEEDED": "ask-for-less",
    "CONFIRMATION_INVALID": "preview-again",
    "SECOND_APPROVAL_REQUIRED": "wait-for-approval",
    "OPERATION_EXPIRED": "preview-again",
    "OPERATION_IN_PROGRESS": "repeat",
    "CONFLICT": "correct",
    "STATE_CHANGED": "preview-again",
    "WRITES_DISABLED": "show",
    "NOT_FOUND": "report",
    "METHOD_NOT_ALLOWED": "report",
    "PAYLOAD_TOO_LARGE": "ask-for-less",
    "RATE_LIMITED": "repeat",
    "GOOGLE_QUOTA_EXCEEDED": "repeat",
    "GOOGLE_AUTH_EXPIRED": "reconnect-google",
    "GOOGLE_ACCESS_DENIED": "ask-owner",
    "GOOGLE_INVALID_REQUEST": "correct",
    "GOOGLE_UNAVAILABLE": "repeat",
    "DEADLINE_EXCEEDED": "ask-for-less",
    "AUDIT_UNAVAILABLE": "repeat",
    "STORAGE_UNAVAILABLE": "repeat",
    "OUTCOME_UNKNOWN": "never-repeat",
    "INTERNAL": "report",
}


# region next
@dataclass(frozen=True)
class Next:
    """The step, and after how many seconds."""

    step: str
    after_seconds: int = 0


def next_step(error: Mapping[str, Any], attempt: int = 1) -> Next:
    """Return what to do after an error object; ``attempt`` counts the calls made so far."""
    # A code that is not known here is newer than this table: show it, repeat nothing.
    step = STEPS.get(str(error["code"]), "show")
    if step == "show" and "requiredScope" in error:
        return Next("sign-in")
    if step == "seal-again" and attempt > 1:
        return Next("report")  # a fresh list is refused too: the secret or a clock is wrong
    if step == "repeat":
        wait = int(error.get("retryAfterSeconds", 2**attempt))
        # Waits longer than the user does are shown; so is what three repeats have not mended.
        return Next("repeat", wait) if attempt <= 3 and wait <= 60 else Next("show")
    return Next(step)


# endregion
