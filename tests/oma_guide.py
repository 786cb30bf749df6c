"""The generated parts of docs/oma-integration.md: its code blocks, answers and tables.

A code block stands between ``<!-- sample:FILE:begin -->`` and its end, and is the file of that
name in docs/samples/oma/; ``FILE#region`` is what stands between ``region`` and ``endregion``.
"""

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from types import ModuleType
from typing import Any, Final

from tests.markdown import ROOT, markdown
from wpp_mcp import routes
from wpp_mcp.access import sealed
from wpp_mcp.audit import query
from wpp_mcp.errors import SPECS, ErrorCode
from wpp_mcp.gateway import answers, decision, endpoints
from wpp_mcp.storage import idempotency
from wpp_mcp.storage.policies import Policy
from wpp_mcp.tools import inputs

PAGE: Final = ROOT / "docs/oma-integration.md"
SAMPLES: Final = ROOT / "docs/samples/oma"

_MARK: Final = re.compile(r"<!-- (sample:([\w./-]+)(?:#([\w-]+))?):begin -->")
_REGION: Final = re.compile(r" *(?:#|//) (region ([\w-]+)|endregion)")
_LANGUAGES: Final = {
    ".json": "json",
    ".py": "python",
    ".sh": "sh",
    ".ts": "typescript",
    ".txt": "text",
}

ADVICE: Final[Mapping[ErrorCode, str]] = {
    ErrorCode.INVALID_REQUEST: "Give message and `details` to the model, which names the wrong"
    " fields; call again only with other parameters. Of a body that OMA builds: mend OMA.",
    ErrorCode.UNAUTHENTICATED: "Renew the user's token once and repeat; then let the user sign in."
    " Where every user gets it: API key or client id are wrong.",
    ErrorCode.FORBIDDEN: "Show the message. Where `requiredScope` is there: sign in with that"
    " scope.",
    ErrorCode.ACCOUNT_NOT_AUTHORIZED: 'Show "request access" for `requestedAccount` of `api`, and'
    " offer `approvedAccounts`. The grant or the sealed list lacks it, or it ended.",
    ErrorCode.APPROVED_ACCOUNTS_INVALID: "Seal a fresh list and repeat once. Then report: secret,"
    " clock or `userId` are wrong, or the policy wants a list and none came.",
    ErrorCode.SAFETY_LIMIT_EXCEEDED: "Show the figures of `details`; ask for a smaller change.",
    ErrorCode.CONFIRMATION_INVALID: "Preview again and show the new preview to the user.",
    ErrorCode.SECOND_APPROVAL_REQUIRED: "Say who has to approve, and wait for it.",
    ErrorCode.OPERATION_EXPIRED: "Preview again and show the new preview to the user.",
    ErrorCode.OPERATION_IN_PROGRESS: "Repeat the same confirmation after `retryAfterSeconds`.",
    ErrorCode.CONFLICT: "Use a new `omaRequestId` for a new request. Of an operation: show the"
    " message, it is decided already.",
    ErrorCode.STATE_CHANGED: "Show both values; preview again.",
    ErrorCode.WRITES_DISABLED: "Show the message; reads go on.",
    ErrorCode.NOT_FOUND: "Mend OMA: no route of this name, or no operation that this user may see.",
    ErrorCode.METHOD_NOT_ALLOWED: "Mend OMA: the header `Allow` names the method.",
    ErrorCode.PAYLOAD_TOO_LARGE: "Send less: fewer parameters, a shorter sealed list.",
    ErrorCode.RATE_LIMITED: "Wait `retryAfterSeconds`, then repeat.",
    ErrorCode.GOOGLE_QUOTA_EXCEEDED: "Wait `retryAfterSeconds`, then repeat; a long wait is shown.",
    ErrorCode.GOOGLE_AUTH_EXPIRED: "Where OMA sent a Google token: send a fresh one, or none if the"
    " user has connected Google. Else show `action`: it names the connect page, or says to call"
    " again first.",
    ErrorCode.GOOGLE_ACCESS_DENIED: "Show it: the account's owner has to let this user in at"
    " Google. A request in OMA does not help.",
    ErrorCode.GOOGLE_INVALID_REQUEST: "Give `details.google` to the model; call again only with"
    " other parameters.",
    ErrorCode.GOOGLE_UNAVAILABLE: "Repeat after some seconds: the server has tried three times.",
    ErrorCode.DEADLINE_EXCEEDED: "Ask for less: fewer days, fields or rows. The same call would"
    " take as long.",
    ErrorCode.AUDIT_UNAVAILABLE: "Repeat after some seconds. Nothing was changed.",
    ErrorCode.STORAGE_UNAVAILABLE: "Repeat after some seconds. Nothing was changed.",
    ErrorCode.OUTCOME_UNKNOWN: "Show the operation as open. It is settled by the server or a"
    " person, never by a second call.",
    ErrorCode.INTERNAL: "Report `correlationId`. A read may be called again by the user.",
}

WRITES_ONLY: Final = frozenset(
    {
        ErrorCode.SAFETY_LIMIT_EXCEEDED,
        ErrorCode.CONFIRMATION_INVALID,
        ErrorCode.SECOND_APPROVAL_REQUIRED,
        ErrorCode.OPERATION_EXPIRED,
        ErrorCode.OPERATION_IN_PROGRESS,
        ErrorCode.STATE_CHANGED,
        ErrorCode.WRITES_DISABLED,
        ErrorCode.OUTCOME_UNKNOWN,
    }
)
"""What no read answers (docs/governed-writes.md)."""

_STEPS: Final = {
    "ask-for-less": "the call or change has to be smaller",
    "ask-owner": "a person outside OMA has to give access at Google",
    "correct": "the same call would fail again; the model or OMA has to change it",
    "never-repeat": "whether it was done is not known",
    "preview-again": "what the user agreed to is over or has changed",
    "reconnect-google": "the user's Google token is missing or no longer good",
    "repeat": "the same call, with the same `omaRequestId`, after the wait; three times at most",
    "report": "a person who runs OMA or the server has to look",
    "request-access": "a manager has to approve the account for this user",
    "seal-again": "once, with a list that is sealed anew",
    "show": "the user reads the message; nothing else helps",
    "sign-in": "the user's token has to be renewed",
    "wait-for-approval": "a second person decides",
}


def sample(name: str, region: str | None = None) -> str:
    """Return a file of docs/samples/oma/, or a region of it, as a fenced block."""
    language = _LANGUAGES[name[name.rindex(".") :]]
    return f"```{language}\n{excerpt((SAMPLES / name).read_text(encoding='utf-8'), region)}\n```\n"


def excerpt(text: str, region: str | None) -> str:
    """Return a region of a text, or all of it; without the lines that mark regions.

    Raises
    ------
    ValueError
        There is no such region.
    """
    kept, inside = [], region is None
    for line in text.splitlines():
        mark = _REGION.fullmatch(line)
        if mark is None:
            kept += [line] if inside else []
        elif region is not None:
            inside = mark[2] == region
    if not kept:
        raise ValueError(f"there is no region {region}")
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(kept)).strip()


def python_sample(name: str) -> ModuleType:
    """Return a Python sample as a module."""
    spec = importlib.util.spec_from_file_location(f"oma_sample_{name}", SAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their annotations
    spec.loader.exec_module(module)
    return module


def errors_table() -> str:
    """Return every code and what OMA does about it; the step is the sample's."""
    steps = python_sample("next_step").STEPS
    rows = (
        [
            f"`{code.value}`",
            str(spec.status),
            f"`{steps[code.value]}`",
            ADVICE[code],
            "yes" if code in WRITES_ONLY else "",
        ]
        for code, spec in SPECS.items()
    )
    return markdown(["Code", "HTTP", "Step", "What OMA does", "Writes only"], rows)


def steps_table() -> str:
    """Return what the steps mean."""
    rows = ([f"`{step}`", meaning] for step, meaning in _STEPS.items())
    return markdown(["Step", "Because"], rows)


def limits_table() -> str:
    """Return the limits that a caller meets, from the constants."""
    policy = Policy()
    rows = {
        "work on one call; then `DEADLINE_EXCEEDED`": f"{routes.WORK_BUDGET_SECONDS:g} s",
        "a call as a whole; let OMA wait a little longer": f"{routes.FUNCTION_TIMEOUT_SECONDS:g} s",
        "body of a request": f"{routes.MAX_BODY_BYTES:,} bytes",
        "calls of one user": f"{policy.calls_per_minute} a minute,"
        f" {policy.calls_per_second} a second",
        "previews of one user": f"{policy.previews_per_minute} a minute",
        "calls on one account, of all users": f"{policy.account_calls_per_minute} a minute",
        "accounts that one call names": str(decision.MAX_ACCOUNTS),
        "`pageSize`": f"{inputs.MAX_PAGE:,}",
        "rows of one answer, as JSON": f"{answers.MAX_CHARACTERS:,} characters",
        "tools on one page of the list": str(endpoints.PAGE),
        "audit entries on one page": str(query.MAX_PAGE),
        "`omaRequestId` is remembered": _hours(idempotency.LIFETIME),
        "life of a sealed list": f"{sealed.LONGEST_LIFE.seconds} s,"
        f" with {sealed.SKEW.seconds} s of skew",
        "a sealed list, inflated": f"{sealed.MAX_INFLATED:,} bytes",
    }
    return markdown(["Limit", "Value"], ([what, value] for what, value in rows.items()))


def _hours(time: timedelta) -> str:
    return f"{time.total_seconds() / 3600:g} hours"


def vector() -> dict[str, Any]:
    """Return the first published vector, with the keys of its secret."""
    file = json.loads((SAMPLES.parent / "sealed-accounts.json").read_text(encoding="utf-8"))
    first: dict[str, Any] = file["vectors"][0]
    (keys,) = (keys for keys in file["keys"] if keys["secret"] == first["secret"])
    return {**first, "keys": keys}


def vector_values(*names: str) -> str:
    """Return values of the first vector as a block, one below the other."""
    found = vector()
    keys = found["keys"]
    values = {
        "secret": found["secret"],
        "key id": keys["keyId"],
        "encryption": keys["encryptionKey"],
        "mac": keys["macKey"],
        "document": found["document"],
        "deflated": found["deflated"],
        "head": "01" + keys["keyId"],
        "nonce": found["nonce"],
        "data": found["sealed"]["data"],
        "signature": found["sealed"]["signature"],
    }
    width = max(map(len, names))
    shown = (f"{name:{width}}  {line}" for name in names for line in _folded(values[name], width))
    lines, seen = [], set()
    for line in shown:
        name = line[:width]
        lines.append(" " * width + line[width:] if name in seen else line)
        seen.add(name)
    return "```text\n" + "\n".join(lines) + "\n```\n"


def _folded(value: str, width: int) -> list[str]:
    size = 98 - width
    return [value[start : start + size] for start in range(0, len(value), size)]


def parts() -> Mapping[str, Callable[[], str]]:
    """Return what writes each marked part of the page."""
    found: dict[str, Callable[[], str]] = {
        "errors": errors_table,
        "steps": steps_table,
        "limits": limits_table,
        "vector-keys": partial(vector_values, "secret", "key id", "encryption", "mac"),
        "vector-document": partial(vector_values, "document"),
        "vector-deflated": partial(vector_values, "deflated"),
        "vector-data": partial(vector_values, "head", "nonce", "data"),
        "vector-signature": partial(vector_values, "signature"),
    }
    for mark, name, region in _MARK.findall(PAGE.read_text(encoding="utf-8")):
        found[mark] = partial(sample, name, region or None)
    return found
