"""Run the official MCP conformance suite: ``make conformance``.

Twice for each revision of the protocol: against the product as it is, and against the suite's own
tools, prompts and resources on the product's adapter (fixtures.py). What is expected to fail
stands, with the reason, in two files; a failure that is not there and an entry that passes both
fail the run.
"""

import json
import shutil
import sys
from pathlib import Path
from time import perf_counter
from typing import Final

from sandbox.box import Options, Sandbox
from tests.conformance import fixtures
from tests.conformance.proxy import SigningProxy
from tests.support.logs import CapturedLog, leaks
from tests.support.node import FOLDER, node, packages
from wpp_mcp.functions import Function

REVISIONS: Final = ("2026-07-28", "2025-11-25")
RESULTS: Final = FOLDER.parent.parent / "build" / "conformance"
UNSCORED: Final = {
    ("product", "2026-07-28"): ("http-header-validation",),
    ("fixtures", "2026-07-28"): (
        *("http-header-validation", "http-custom-header-server-validation"),
        "json-schema-2020-12",
    ),
    ("fixtures", "2025-11-25"): ("json-schema-2020-12",),
}
"""Scenarios that the suite runs without counting them, and that have to pass here."""

_SUMMARY: Final = "=== SUMMARY ==="


def conforms(url: str, revision: str, expected: Path, results: Path) -> bool:
    """Run one revision's scenarios, print the suite's summary, and say whether all is expected."""
    suite = packages() / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
    started = perf_counter()
    done = node(
        *(suite, "server", "--url", url, "--requirements", revision),
        *("--expected-failures", expected, "-o", results),
        timeout=600,
    )
    results.mkdir(parents=True, exist_ok=True)
    (results / "output.txt").write_text(done.stdout + done.stderr)
    _, found, summary = done.stdout.partition(_SUMMARY)
    print(summary.strip() if found else done.stdout, done.stderr.strip(), sep="\n")
    print(f"{perf_counter() - started:.1f} s, details in {results}\n")
    return done.returncode == 0 and bool(found)


def failing(results: Path, scenario: str) -> bool:
    """Say whether a scenario has a check that failed or warns, or did not run."""
    found = list(results.glob(f"server-{scenario}-2*/checks.json"))
    checks = [check for path in found for check in json.loads(path.read_text())]
    return not checks or any(check["status"] in ("FAILURE", "WARNING") for check in checks)


def serve_and_run(name: str, options: Options, log: CapturedLog, expected: Path) -> bool:
    """Run every revision against one server; its log must hold no secret."""
    with Sandbox(options) as box, SigningProxy(box) as proxy:
        good = True
        for revision in REVISIONS:
            print(f"=== {name}, MCP {revision} ===\n")
            results = RESULTS / name / revision
            good &= conforms(proxy.url, revision, expected, results)
            broken = [one for one in UNSCORED.get((name, revision), ()) if failing(results, one)]
            if broken:
                good = False
                print(f"These are not counted by the suite but have to pass: {', '.join(broken)}")
        found = leaks(log.getvalue(), box)
    (RESULTS / name / "functions.log").write_text(log.getvalue())
    if found:
        print(f"The log of {name} holds: {', '.join(found)}")
    return good and not found


def main() -> int:
    """Run everything; 0 where every outcome is the expected one."""
    shutil.rmtree(RESULTS, ignore_errors=True)
    product, suite = CapturedLog(), CapturedLog()
    on_fixtures = Options(log=suite, instead={Function.MCP_ENDPOINT: fixtures.entry})
    good = [
        serve_and_run("product", Options(log=product), product, FOLDER / "expected-failures.yml"),
        serve_and_run("fixtures", on_fixtures, suite, FOLDER / "expected-failures-fixtures.yml"),
    ]
    print("Everything as expected." if all(good) else "Not as expected: see above.")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
