"""``python -m sandbox serve | headers | environment | demo | invoke``."""

import argparse
import json
import logging
import shlex
import signal
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sandbox.roles import ROLES

DEFAULT_PORT: Final = 8787
DEFAULT_URL: Final = f"http://127.0.0.1:{DEFAULT_PORT}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run until SIGINT or SIGTERM")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT)
    serve.add_argument("--state", type=Path, help="a folder that keeps the state")
    headers = commands.add_parser("headers", help="print the headers that a call as a role needs")
    headers.add_argument("--as", dest="role", choices=sorted(ROLES), required=True)
    headers.add_argument("--url", default=DEFAULT_URL)
    environment = commands.add_parser(
        "environment", help="print the variables of docs/samples/oma, for eval in a shell"
    )
    environment.add_argument("--as", dest="role", choices=sorted(ROLES), required=True)
    environment.add_argument("--url", default=DEFAULT_URL)
    commands.add_parser("demo", help="start, play the main job, stop")
    invoke = commands.add_parser("invoke", help="send a built function one event")
    invoke.add_argument("--function", required=True)
    invoke.add_argument("--event", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.command == "serve":
        return _serve(options.port, options.state)
    if options.command == "headers":
        return _told("headers", options, json.dumps)
    if options.command == "environment":
        return _told("environment", options, _exports)
    if options.command == "invoke":
        from sandbox.invoke import invoke as run

        return run(options.function, options.event)
    from sandbox.demo import play

    return play()


def _serve(port: int, state: Path | None) -> int:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    from sandbox.box import Options, Sandbox

    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    try:
        box = Sandbox(Options(port=port, state=state))
    except (OSError, ValueError) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    with box:
        print(f"ready {box.url}", flush=True)
        ended.wait()
    return 0


def _told(what: str, options: argparse.Namespace, shown: Callable[[Mapping[str, str]], str]) -> int:
    url = f"{options.url}/_sandbox/{what}?as={options.role}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the developer's own sandbox
            print(shown(json.load(answer)))
    except (urllib.error.URLError, ValueError) as error:
        problem = f"no sandbox answers at {options.url}: {error}. Start one with `make dev`."
        print(problem, file=sys.stderr)
        return 1
    return 0


def _exports(variables: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(v)}" for name, v in variables.items())


if __name__ == "__main__":
    sys.exit(main())
