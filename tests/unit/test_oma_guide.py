"""The guide for OMA shows its samples and nothing else, and says of errors what they do."""

import json
import re
from typing import Any

import pytest

from tests import generated, oma_guide
from tests.oma_guide import PAGE, SAMPLES, excerpt
from wpp_mcp.access.sealed import open_sealed
from wpp_mcp.errors import SPECS, ErrorCode
from wpp_mcp.gateway.audit_endpoint import AuditParameters
from wpp_mcp.gateway.endpoints import ExecuteTool
from wpp_mcp.models.caller import Scope
from wpp_mcp.models.time import parse_iso
from wpp_mcp.routes import ROUTES, Credentials
from wpp_mcp.tools.registry import TOOLSETS

TEXT = PAGE.read_text(encoding="utf-8")
NEXT = oma_guide.python_sample("next_step")
SEALING = oma_guide.python_sample("sealing")
VECTORS = json.loads((SAMPLES.parent / "sealed-accounts.json").read_bytes())


def test_every_block_of_the_page_is_a_sample() -> None:
    left = TEXT
    for name in oma_guide.parts():
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        left = left.partition(begin)[0] + left.partition(end)[2]

    assert "```" not in left
    assert "```" in TEXT


def test_every_sample_stands_on_the_page_or_is_linked_from_it() -> None:
    names = [str(f.relative_to(SAMPLES)) for f in SAMPLES.rglob("*") if f.is_file()]
    samples = [name for name in names if "__pycache__" not in name]

    assert [n for n in samples if f"sample:{n}" not in TEXT and f"oma/{n})" not in TEXT] == []


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.*")), ids=lambda file: file.name)
def test_the_regions_of_a_sample_are_in_order(file: Any) -> None:
    marks = re.findall(r"(?m)^ *(?:#|//) (region|endregion)\b", file.read_text(encoding="utf-8"))

    assert marks == ["region", "endregion"] * (len(marks) // 2)


def test_an_excerpt_is_what_stands_between_its_marks() -> None:
    text = "a\n# region one\nb\n\nc\n# endregion\n# region two\nd\n# endregion\n"

    assert excerpt(text, "one") == "b\n\nc"
    assert excerpt(text, "two") == "d"
    assert excerpt(text, None) == "a\nb\n\nc\nd"
    with pytest.raises(ValueError, match="three"):
        excerpt(text, "three")


def test_there_is_a_step_and_advice_for_every_code_and_none_too_many() -> None:
    codes = [code.value for code in ErrorCode]

    assert list(NEXT.STEPS) == codes
    assert list(oma_guide.ADVICE) == list(ErrorCode)
    assert set(oma_guide._STEPS) == set(NEXT.STEPS.values())


def test_the_table_of_the_page_says_what_the_function_does() -> None:
    table = TEXT.partition("<!-- errors:begin -->")[2].partition("<!-- errors:end -->")[0]
    rows = re.findall(
        r"(?m)^\| `([A-Z_]+)` \| ([0-9]{3}) \| `([a-z-]+)` \| (.+) \| (.*) \|$", table
    )

    assert [(code, int(status), step) for code, status, step, _, _ in rows] == [
        (code.value, spec.status, NEXT.next_step({"code": code.value}).step)
        for code, spec in SPECS.items()
    ]
    later = {code for code, _, _, _, mark in rows if mark == "yes"}
    assert {"SAFETY_LIMIT_EXCEEDED", "OUTCOME_UNKNOWN", "STATE_CHANGED"} <= later
    assert not later & {"CONFLICT", "ACCOUNT_NOT_AUTHORIZED", "GOOGLE_AUTH_EXPIRED"}


@pytest.mark.parametrize(
    ("error", "attempt", "expected"),
    [
        ({"code": "RATE_LIMITED", "retryAfterSeconds": 7}, 1, ("repeat", 7)),
        ({"code": "RATE_LIMITED", "retryAfterSeconds": 7}, 3, ("repeat", 7)),
        ({"code": "RATE_LIMITED", "retryAfterSeconds": 7}, 4, ("show", 0)),
        ({"code": "GOOGLE_QUOTA_EXCEEDED", "retryAfterSeconds": 3_600}, 1, ("show", 0)),
        ({"code": "GOOGLE_UNAVAILABLE"}, 1, ("repeat", 2)),
        ({"code": "GOOGLE_UNAVAILABLE"}, 2, ("repeat", 4)),
        ({"code": "APPROVED_ACCOUNTS_INVALID"}, 1, ("seal-again", 0)),
        ({"code": "APPROVED_ACCOUNTS_INVALID"}, 2, ("report", 0)),
        ({"code": "FORBIDDEN"}, 1, ("show", 0)),
        ({"code": "FORBIDDEN", "requiredScope": "audit/read"}, 1, ("sign-in", 0)),
        ({"code": "OUTCOME_UNKNOWN", "retryAfterSeconds": 1}, 1, ("never-repeat", 0)),
        ({"code": "SOMETHING_LATER", "retryAfterSeconds": 1}, 1, ("show", 0)),
        ({"code": "constructor"}, 1, ("show", 0)),
    ],
    ids=str,
)
def test_the_next_step(error: dict[str, Any], attempt: int, expected: tuple[str, int]) -> None:
    step = NEXT.next_step(error, attempt)

    assert (step.step, step.after_seconds) == expected


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_the_python_sample_makes_each_vector_step_by_step(vector: dict[str, Any]) -> None:
    keys = SEALING.keys_of(vector["secret"])
    (given,) = (k for k in VECTORS["keys"] if k["secret"] == vector["secret"])
    data = SEALING.data_of(keys, bytes.fromhex(vector["deflated"]), bytes.fromhex(vector["nonce"]))

    assert keys.key_id.hex() == given["keyId"]
    assert keys.encryption.hex() == given["encryptionKey"]
    assert keys.mac.hex() == given["macKey"]
    assert SEALING.head_of(keys).hex() == "01" + given["keyId"]
    assert data == vector["sealed"]["data"]
    assert SEALING.signature_of(keys, data) == vector["sealed"]["signature"]


def test_the_python_sample_writes_the_document_of_the_vector(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vector = VECTORS["vectors"][0]
    document = json.loads(vector["document"])
    monkeypatch.setattr(SEALING, "uuid4", lambda: document["jti"])

    text = SEALING.document_of(document["userId"], document["accounts"], document["iat"])

    assert text == vector["document"]


def test_the_python_sample_seals_what_opens() -> None:
    accounts = [{"api": "Google Ads", "accountId": "1000000102"}]
    made = SEALING.seal("a secret", "ümläut@north.example", accounts)
    now = parse_iso("2026-11-21T00:00:00Z").fromtimestamp(SEALING.time.time()).astimezone()

    found = open_sealed(["a secret"], made, user_id="ümläut@north.example", now=now)

    assert [account.key for account in found.accounts] == ["Google Ads:1000000102"]


def test_the_samples_need_the_versions_that_are_tested() -> None:
    tested = (generated.ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    wanted = re.findall(r"(?m)^[a-z].*$", (SAMPLES / "requirements.txt").read_text())
    pinned = json.loads((generated.ROOT / "tests/conformance/package.json").read_bytes())
    package = json.loads((SAMPLES / "package.json").read_bytes())

    assert len(wanted) == 3
    assert [line for line in wanted if f"\n{line} \\\n" not in tested] == []
    for kind in ("dependencies", "devDependencies"):
        assert package[kind].items() <= pinned["dependencies"].items()


def test_the_page_names_every_member_route_and_scope() -> None:
    members = [field.alias or name for name, field in ExecuteTool.model_fields.items()]
    parameters = [str(f.alias or name) for name, f in AuditParameters.model_fields.items()]
    called = (Credentials.USER_AND_OMA_KEY, Credentials.NONE)
    routes = [r.key for r in ROUTES if r.credentials in called and r.path.startswith("/mcp")]

    assert [name for name in members if f"| `{name}` |" not in TEXT] == []
    assert [name for name in parameters if f"`{name}`" not in TEXT] == []
    assert [key for key in routes if f"`{key}`" not in TEXT] == []
    assert [name for name in TOOLSETS.values() if f"`{name}`" not in TEXT] == []
    assert [scope for scope in Scope if f"| `{scope.value}` |" not in TEXT] == []
