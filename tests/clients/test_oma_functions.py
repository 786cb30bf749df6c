"""What the samples of the guide for OMA compute: the same in both languages, and good lists.

No test here puts the sandbox's clock forward: the samples seal lists by the machine's.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.box import Sandbox
from tests.oma_guide import python_sample
from tests.support.api import EUR, USD, Api
from tests.support.node import node, packages
from tests.support.oma import SAMPLES, environment, typescript
from wpp_mcp.access.sealed import open_sealed
from wpp_mcp.errors import ErrorCode

HERE = Path(__file__).parent
USER = "practitioner@north.example"
FILE = json.loads((SAMPLES.parent / "sealed-accounts.json").read_bytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return typescript(tmp_path_factory.mktemp("oma"))


@pytest.fixture
def api(box: Sandbox) -> Iterator[Api]:
    """A client that leaves the clock alone."""
    with Api(box, paced=False) as client:
        yield client


def test_the_typescript_samples_fit_the_types_of_both_sdks(folder: Path) -> None:
    done = node(packages() / "typescript/bin/tsc", "--project", folder, timeout=120)

    assert (done.returncode, done.stdout) == (0, "")


def played(folder: Path, **given: Any) -> dict[str, Any]:
    task = {"folder": str(folder), "errors": [], "vectors": [], "seals": [], **given}
    done = node(HERE / "oma_samples.mjs", input=json.dumps(task), timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_both_languages_take_the_same_step_after_every_error(folder: Path) -> None:
    codes = [*(code.value for code in ErrorCode), "SOMETHING_LATER", "constructor", "__proto__"]
    waits: list[dict[str, Any]] = [{}, *({"retryAfterSeconds": n} for n in (1, 60, 61))]
    more = [*waits, {"requiredScope": "audit/read"}]
    errors = [
        {"error": {"code": code, "message": "", **extra}, "attempt": attempt}
        for code in codes
        for extra in more
        for attempt in (1, 2, 3, 4)
    ]
    next_step = python_sample("next_step").next_step

    steps = played(folder, errors=errors)["steps"]

    expected = [next_step(given["error"], given["attempt"]) for given in errors]
    assert [(s["step"], s["afterSeconds"]) for s in steps] == [
        (e.step, e.after_seconds) for e in expected
    ]


def test_the_typescript_sample_makes_each_vector_step_by_step(folder: Path) -> None:
    vectors = FILE["vectors"]
    plain = [v for v in vectors if json.loads(v["document"])["userId"] == USER]
    keys = {key["secret"]: key for key in FILE["keys"]}

    made = played(folder, vectors=plain)["made"]

    assert plain == vectors
    assert made == [
        {
            **{name: value for name, value in keys[v["secret"]].items() if name != "secret"},
            "head": "01" + keys[v["secret"]]["keyId"],
            "inflated": v["document"],
            "document": v["document"],
            **v["sealed"],
        }
        for v in vectors
    ]


def test_the_typescript_sample_seals_what_opens(folder: Path) -> None:
    accounts = [{"api": "Google Ads", "accountId": EUR}]
    asked = {"secret": "a secret", "userId": "ümläut@north.example", "accounts": accounts}

    first, second = played(folder, seals=[asked, asked])["sealed"]

    for made in (first, second):
        found = open_sealed(
            ["a secret"], made, user_id="ümläut@north.example", now=datetime.now(UTC)
        )
        assert [account.account_id for account in found.accounts] == [EUR]
    assert first["data"] != second["data"]


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_fresh_list_narrows_the_grants_over_http(
    api: Api, box: Sandbox, folder: Path, language: str
) -> None:
    secret = environment(box)["OMA_MCP_SHARED_SECRET"]
    accounts = [{"api": "Google Ads", "accountId": EUR}]
    if language == "python":
        sealed = python_sample("sealing").seal(secret, USER, accounts)
    else:
        asked = {"secret": secret, "userId": USER, "accounts": accounts}
        (sealed,) = played(folder, seals=[asked])["sealed"]

    def read(account: str, **body: Any) -> tuple[int, bool]:
        answer = api.execute("list_budgets", {"customerId": account}, **body)
        return answer.status_code, "data" in answer.json()

    assert read(USD) == (200, True)
    assert read(EUR, approvedAccounts=sealed) == (200, True)
    assert read(USD, approvedAccounts=sealed) == (403, False)
    bent = {**sealed, "signature": sealed["signature"][::-1]}
    assert read(EUR, approvedAccounts=bent) == (403, False)
