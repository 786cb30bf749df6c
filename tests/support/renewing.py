"""Calls with a connection whose access token is near its end."""

import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.box import Sandbox
from sandbox.google_oauth import TARGET
from tests.support.api import USD, Api
from tests.support.connecting import NO_TOKEN, record
from wpp_mcp.models.time import parse_iso


class Waiting:
    """How the functions wait: the clock goes on instead, and what a test ordered happens."""

    def __init__(self) -> None:
        self.box: Sandbox | None = None
        self.waits: list[float] = []
        self.until: threading.Event | None = None
        self.when: tuple[int, Callable[[], None]] = (0, lambda: None)
        self.meanwhile: list[Callable[[], Any]] = []

    def __call__(self, seconds: float) -> None:
        if self.until is not None and sys._getframe(1).f_code.co_name != "_after_waiting":
            return  # the audit's own retries
        self.waits.append(seconds)
        assert self.box is not None
        if self.until is not None:
            number, act = self.when
            if len(self.waits) == number:
                act()
            assert self.until.wait(20)
            return
        self.box.clock.advance(timedelta(seconds=seconds))
        if self.meanwhile:
            self.meanwhile.pop(0)()


def ask(api: Api) -> str:
    """Call a tool with the connection; return ``done`` or the error's code."""
    body = api.execute("list_budgets", {"customerId": USD}, headers=NO_TOKEN).json()
    return "done" if body["success"] else str(body["error"]["code"])


def until(api: Api, left: timedelta) -> None:
    """Put the clock forward until so much of the access token's life is left, for the next call."""
    ends = parse_iso(record(api.box)["accessExpiresAt"])
    api.box.clock.advance(ends - left - api.box.clock() - timedelta(seconds=1))


def renewals(api: Api) -> int:
    """How often Google's token endpoint was asked."""
    return api.calls(TARGET).get(TARGET, 0)
