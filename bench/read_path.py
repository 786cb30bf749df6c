"""What a warm governed read costs: calls, our own part of the time, and imports.

``make bench``. Times are compared with a bare request over loopback on the same machine: the
ratios say something elsewhere, the milliseconds do not. Storage and Google are emulated in this
process; their time is taken out of "our own part".
"""

import io
import os
import platform
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx2

from sandbox.box import Options, Sandbox
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.storage.dynamo import Dynamo

WARM_UP: Final = 30
CALLS: Final = 300
STARTS: Final = 9
ROOT: Final = Path(__file__).resolve().parent.parent
READ: Final = {"tool": "list_budgets", "params": {"customerId": "1000000101"}}
FUNCTIONS: Final = ("authorizer", "mcp_endpoint", "execute_tool")


class Stopwatch:
    """Adds up the time spent in methods, by name."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def around(self, name: str, owner: type[Any], method: str) -> Iterator[None]:
        """Time each call of a method while the context is open."""
        original = getattr(owner, method)

        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return original(*arguments, **named)
            finally:
                self.spent[name] += time.perf_counter() - begun

        setattr(owner, method, timed)
        try:
            yield
        finally:
            setattr(owner, method, original)


def main() -> int:
    """Print the report as Markdown."""
    say(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.\n")
    with Sandbox(Options(log=io.StringIO())) as box, httpx2.Client(base_url=box.url) as http:
        report_calls(box, http)
        report_times(box, http)
    report_imports()
    return 0


def read(box: Sandbox, http: httpx2.Client, headers: dict[str, str]) -> None:
    """Make one governed read, a second of the sandbox's time after the last."""
    box.clock.advance(timedelta(seconds=1))
    http.post("/mcp/execute-tool", json=READ, headers=headers).raise_for_status()


def report_calls(box: Sandbox, http: httpx2.Client) -> None:
    """Print which calls one warm read makes."""
    headers = box.headers("practitioner")
    for _ in range(WARM_UP):
        read(box, http, headers)
    box.calls.clear()
    read(box, http, headers)
    say("| Call of one warm read | Times |\n| --- | --- |")
    for target, count in box.calls.snapshot().items():
        say(f"| `{target}` | {count} |")


def report_times(box: Sandbox, http: httpx2.Client) -> None:
    """Print where the time of a warm read goes, beside a bare request."""
    headers = box.headers("practitioner")
    watch = Stopwatch()
    bare: list[float] = []
    parts: dict[str, list[float]] = defaultdict(list)
    with (
        watch.around("storage", Dynamo, "_call"),
        watch.around("Google", GoogleAds, "search"),
    ):
        for _ in range(CALLS):
            bare.append(seconds(lambda: http.get("/_sandbox/faults")))
            watch.spent.clear()
            whole = seconds(lambda: read(box, http, headers))
            parts["storage, emulated"].append(watch.spent["storage"])
            parts["Google, emulated, with its client"].append(watch.spent["Google"])
            parts["our own part: the rest"].append(whole - sum(watch.spent.values()))
            parts["the whole read"].append(whole)
    say(f"\n| {CALLS} warm reads | p50 ms | p99 ms | p50 to bare | p99 to bare |")
    say("| --- | --- | --- | --- | --- |")
    for name, times in {"bare request over loopback": bare, **parts}.items():
        p50, p99 = quantile(times, 50), quantile(times, 99)
        ratios = p50 / quantile(bare, 50), p99 / quantile(bare, 99)
        say(f"| {name} | {p50 * 1000:.1f} | {p99 * 1000:.1f} | {ratios[0]:.1f} | {ratios[1]:.1f} |")


def report_imports() -> None:
    """Print how long a process takes that only loads a function's handler."""
    commands = {"`import json` only": ["-c", "import json"]}
    for name in FUNCTIONS:
        commands[f"`{name}`"] = [f"lambdas/{name}/handler.py"]
    times: dict[str, list[float]] = defaultdict(list)
    for _ in range(STARTS):
        for name, command in commands.items():
            times[name].append(seconds(lambda command=command: start(command)))  # type: ignore[misc]
    base = statistics.median(times["`import json` only"])
    say(f"\n| Process that loads the handler, median of {STARTS} | ms | to `import json` |")
    say("| --- | --- | --- |")
    for name, found in times.items():
        median = statistics.median(found)
        say(f"| {name} | {median * 1000:.0f} | {median / base:.1f} |")


def start(command: list[str]) -> None:
    """Run Python with arguments, from the root of the repository."""
    environ = {**os.environ, "PYTHONPATH": "layers/core/python"}
    subprocess.run([sys.executable, *command], cwd=ROOT, env=environ, check=True)  # noqa: S603 - our own files


def seconds(work: Callable[[], Any]) -> float:
    """Return how long something takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def quantile(times: list[float], percent: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def say(line: str) -> None:
    """Write a line of the report."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
