"""The Inspector's command line, signing a person in as it would in a terminal.

It signs in interactively only where somebody seems to sit: here its input is a pseudo-terminal.
It prints the authorization URL, opens no browser, listens for the return itself, and keeps what
it was given below its home, so that a later run needs nobody. Without a ``person`` it never asks.
"""

import contextlib
import json
import os
import pty
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.clients.signing_in import LIMIT, Person
from tests.support.node import packages, started

AUTH_REQUIRED: Final = 3
"""Exit code for want of somebody who signs in."""

_ADDRESS: Final = re.compile(r"Please navigate to: (\S+)")
_MORE: Final = "needs additional"
"""In the line before it asks whether to go on; the question itself ends no line."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What one run printed: its exit code, the answer, and everything else it said."""

    code: int
    said: dict[str, Any]
    complaints: str
    authorizations: list[str] = field(default_factory=list)

    @property
    def result(self) -> dict[str, Any]:
        """What the server answered."""
        result: dict[str, Any] = self.said["result"]
        return result


@dataclass(frozen=True, slots=True)
class Inspector:
    """The command line for one server; ``home`` is where it keeps tokens between its runs."""

    url: str
    home: Path
    client_id: str | None = None
    client_metadata_url: str | None = None
    era: str = "legacy"

    def run(self, *arguments: str, person: Person | None = None) -> Inspected:
        """Run one method, such as ``("--method", "tools/list")``."""
        with _terminal() as (keyboard, terminal):
            process = started(
                packages() / "@modelcontextprotocol/inspector/clients/launcher/build/index.js",
                *("--cli", "--server-url", self.url, "--transport", "http"),
                *("--protocol-era", self.era, "--format", "json"),
                *(("--stored-auth-only",) if person is None else ()),
                *self._client(),
                *arguments,
                env=self._environ(),
                stdin=terminal,
                stderr=subprocess.PIPE,
            )
            watch = threading.Timer(LIMIT, process.kill)
            watch.start()
            try:
                return _followed(process, keyboard, person)
            finally:
                watch.cancel()
                process.kill()
                process.communicate()

    def _client(self) -> list[str]:
        arguments = ["--callback-url", f"http://127.0.0.1:{_free_port()}/callback"]
        if self.client_id is not None:
            arguments += ["--client-id", self.client_id]
        if self.client_metadata_url is not None:
            arguments += ["--client-metadata-url", self.client_metadata_url]
        return arguments

    def _environ(self) -> dict[str, str]:
        return {
            "HOME": str(self.home),
            "MCP_STORAGE_DIR": str(self.home / "storage"),
            "MCP_INSPECTOR_SECRET_STORE": "file",
            "MCP_AUTO_OPEN_ENABLED": "false",
        }


def _followed(process: subprocess.Popen[str], keyboard: int, person: Person | None) -> Inspected:
    assert process.stdout is not None
    assert process.stderr is not None
    answer: list[str] = []
    reading = threading.Thread(target=lambda: answer.extend(process.stdout or ()))
    reading.start()
    complaints, authorizations = "", []
    for line in process.stderr:
        complaints += line
        if found := _ADDRESS.search(line):
            authorizations.append(found[1])
            assert person is not None
            person(found[1])
        if _MORE in line:
            os.write(keyboard, b"y\n")
    reading.join()
    code = process.wait()
    text = "".join(answer)
    return Inspected(code, json.loads(text) if text else {}, complaints, authorizations)


@contextlib.contextmanager
def _terminal() -> Iterator[tuple[int, int]]:
    keyboard, terminal = pty.openpty()
    try:
        yield keyboard, terminal
    finally:
        os.close(keyboard)
        os.close(terminal)


def _free_port() -> int:
    # The Inspector wants to be told where to listen.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
