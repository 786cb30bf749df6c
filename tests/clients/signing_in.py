"""The official clients, each signing a person in by itself.

``sign_in`` runs the clients in JavaScript, ``sign_in_with_python`` the one in Python; both take
the same task and give the same report. ``Inspector`` runs the Inspector's command line.

A task says ``url``, one of ``clientId`` and ``clientMetadataUrl``, ``calls``, and may say
``redirectPort`` (any free one otherwise), ``scope`` (that the client asks for where the server
names none), ``tokens`` (an answer of the token endpoint, kept from earlier) and ``mode`` (how the
SDK 2.x and the Python client settle the revision). A call is what ``tools/call`` takes, or
``{"pause": name}``, at which the pause of that name is called.

A report holds ``version``, ``tools``, ``results``, ``authorizations`` (what each authorization
request said), ``grants`` (what the token endpoint was asked for, and its status) and ``tokens``
(what came of it: scope, expiresIn, refreshable), and no secret.
"""

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.support.node import packages, started

HERE: Final = Path(__file__).parent
LIMIT: Final = 60.0
"""Seconds that a client has for everything."""

Person = Callable[[str], None]
"""Takes the authorization URL, and goes from there to the client's own address."""

Pauses = Mapping[str, Callable[[], None]]


class SignInError(RuntimeError):
    """The client gave up; the message is what it said about it."""


def sign_in(script: str, task: dict[str, Any], person: Person, pauses: Pauses = {}) -> Any:  # noqa: B006
    """Run ``sign_in_1.mjs`` or ``sign_in_2.mjs`` and return its report."""
    packages()
    with tempfile.TemporaryFile("w+") as complaints:
        process = started(HERE / script, stderr=complaints)
        watch = threading.Timer(LIMIT, process.kill)
        watch.start()
        try:
            report = _report(process, task, person, pauses)
            if report is None:
                process.wait()
                complaints.seek(0)
                raise SignInError(complaints.read())
            return report
        finally:
            watch.cancel()
            process.kill()
            process.communicate()


def _report(
    process: subprocess.Popen[str], task: dict[str, Any], person: Person, pauses: Pauses
) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None

    def tell(line: Any) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()

    tell(task)
    for line in process.stdout:
        said = json.loads(line)
        if "authorize" in said:
            person(said["authorize"])
        elif "paused" in said:
            pauses[said["paused"]]()
            tell("go on")
        else:
            return said["done"]
    return None
