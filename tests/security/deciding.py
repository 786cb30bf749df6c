"""Decisions as people send them: over HTTP with OMA's client, and with a page's form."""

from typing import Any, Final

import httpx2

from sandbox.browsing import Person
from tests.security.watched import WatchedSandbox
from tests.support import operations
from tests.support.api import Api
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.risk import Risk

HIGH: Final = {"risk": Risk.HIGH}


def decide(
    api: Api, record: OperationRecord, role: str, decision: str = "APPROVED", **changes: Any
) -> httpx2.Response:
    """Post a decision as a role; changes are members of the body, or ``headers``."""
    headers = changes.pop("headers", None)
    body = {"decision": decision, "digest": record.digest, **changes}
    path = f"/operations/{record.operation_id}/decision"
    return api.send("POST", path, role=role, headers=headers, json=body)


def code(answer: httpx2.Response) -> str:
    """The error code of an answer; empty where it went well."""
    return str(answer.json().get("error", {}).get("code", ""))


def untouched(box: WatchedSandbox, record: OperationRecord) -> bool:
    """Whether nothing of an operation has changed."""
    return operations.read(box, record) == record


def page_of(record: OperationRecord) -> str:
    """The path of an operation's page."""
    return f"/console/operations/{record.operation_id}"


def opened(box: WatchedSandbox, record: OperationRecord, role: str) -> Person:
    """Return a role's user with a browser of their own, signed in, at the operation's page."""
    return Person(box.url).open(page_of(record)).submit(role)
