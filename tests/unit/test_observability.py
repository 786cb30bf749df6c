import io
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.json_values import json_values
from wpp_mcp.errors import SPECS, ErrorCode
from wpp_mcp.observability import (
    NAMESPACE,
    OF_CODE,
    OF_TOOL,
    CallMetrics,
    Metric,
    SecretFilter,
    clean,
    logger_for,
    pseudonym,
    redact,
)

# Assembled, so that no scanner takes them for real ones.
JWT = "eyJ" + "not-a-header." + "not-a-payload." + "not-a-signature"
GOOGLE = "ya29" + "." + "not-a-token"
REFRESH = "1/" + "/" + "not-a-refresh-token"
BEARER = "Bearer not-a-token-either"
SECRETS = [JWT, GOOGLE, REFRESH, BEARER, BEARER.upper()]
NAMES = [
    *("authorization", "Authorization", "X-OMA-API-Key", "apiKey", "api_key", "password"),
    *("googleOAuthToken", "confirmationToken", "set-cookie", "clientSecret", "signature"),
    *("credentials", "X-Google-Access-Token"),
]


@given(st.sampled_from(SECRETS), st.text(max_size=20), st.text(max_size=20))
def test_what_looks_like_a_credential_goes(secret: str, before: str, after: str) -> None:
    found = clean(f"{before} {secret} {after}")
    assert "not-a-" not in found.lower()


@given(st.text(max_size=300))
def test_no_control_character_survives(text: str) -> None:
    assert not [c for c in clean(text) if unicodedata.category(c) in ("Cc", "Zl", "Zp")]


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=60))
def test_harmless_text_is_unchanged(text: str) -> None:
    harmless = text.replace("eyJ", "").replace("1//", "").replace("ya29", "")
    harmless = harmless.lower().replace("bearer", "")
    assert clean(harmless) == harmless


def test_a_forged_line_stays_one_line() -> None:
    assert clean('x\r\n{"level":"INFO"}\u2028\u202etxt') == 'x  {"level":"INFO"}  txt'


def test_text_is_bounded() -> None:
    assert len(clean("x" * 10_000)) == 2_000


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["swordfish", ["swordfish"], {"a": "swordfish"}, b"swordfish"])
def test_a_name_that_tells_hides_its_value(name: str, value: Any) -> None:
    assert "swordfish" not in str(redact({"outer": [{name: value}]}))


@given(json_values)
def test_other_values_keep_their_shape(value: Any) -> None:
    found = redact({"v": value})["v"]
    assert type(found) is type(value)
    if isinstance(value, list | dict):
        assert len(found) <= len(value)
    elif not isinstance(value, str):
        assert found == value


def test_counts_under_a_telling_name_stay() -> None:
    assert redact({"tokens": 7, "hasToken": True, "token": None}) == {
        "tokens": 7,
        "hasToken": True,
        "token": None,
    }


@pytest.mark.parametrize(
    "value",
    [GOOGLE.encode(), ValueError(GOOGLE), {GOOGLE: 1}, (GOOGLE,), {"a": {GOOGLE}}],
    ids=["bytes", "exception", "name", "tuple", "set"],
)
def test_every_kind_of_value_is_cleaned(value: Any) -> None:
    assert "not-a-" not in str(redact({"reason": value}))


class Logged:
    """The product's logger, writing to memory."""

    def __init__(self, service: str) -> None:
        self.stream = io.StringIO()
        self.logger = logger_for(service, "INFO", self.stream)

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def text(self) -> str:
        return self.stream.getvalue()


@pytest.fixture
def logged(request: pytest.FixtureRequest) -> Logged:
    return Logged(f"test-{request.node.name}")


def test_a_message_and_its_arguments_are_cleaned(logged: Logged) -> None:
    logged.logger.info("got %s and\n%s", GOOGLE, JWT)
    (line,) = logged.lines()
    assert line["message"] == "got [hidden] and [hidden]"
    assert line["level"] == "INFO"


def test_extra_fields_are_cleaned_at_any_depth(logged: Logged) -> None:
    extra = {"call": {"headers": {"Authorization": "swordfish"}, "text": [f"x {GOOGLE}"]}}
    logged.logger.warning("m", extra=extra)
    (line,) = logged.lines()
    assert line["call"] == {"headers": {"Authorization": "[hidden]"}, "text": ["x [hidden]"]}


def test_the_text_of_an_exception_is_cleaned(logged: Logged) -> None:
    try:
        try:
            raise ValueError(f"inner {JWT}")
        except ValueError as error:
            raise RuntimeError(f"outer {GOOGLE}\nforged") from error
    except RuntimeError:
        logged.logger.exception("failed")
    (line,) = logged.lines()
    assert "RuntimeError: outer [hidden]" in line["exception"]
    assert "not-a-" not in logged.text


def test_an_exception_as_a_field_is_cleaned(logged: Logged) -> None:
    logged.logger.error("failed", extra={"reason": ValueError(GOOGLE)})
    assert "not-a-" not in logged.text


def test_a_structured_message_is_cleaned_by_name(logged: Logged) -> None:
    logged.logger.info({"password": "swordfish", "n": 1})
    assert "swordfish" not in logged.text
    assert len(logged.lines()) == 1


def test_a_logger_has_one_filter() -> None:
    streams = io.StringIO(), io.StringIO()
    for stream in streams:
        logger = logger_for("test-twice", "INFO", stream)
        (handler,) = logger.handlers
        assert len([f for f in handler.filters if isinstance(f, SecretFilter)]) == 1
        logger.info("m")
    assert [len(stream.getvalue().splitlines()) for stream in streams] == [1, 1]


def metrics(lines: list[str]) -> CallMetrics:
    return CallMetrics(lines.append, function="svc", environment="test", tool="list_campaigns")


def test_a_call_is_one_line_of_embedded_metrics() -> None:
    lines: list[str] = []
    call = metrics(lines)
    call.count(Metric.CALLS)
    call.milliseconds(Metric.LATENCY, 12.5)
    call.note("operationId", f"op_1 {GOOGLE}\n")
    call.flush()
    (line,) = lines
    assert "\n" not in line
    found = json.loads(line)
    (directive,) = found["_aws"]["CloudWatchMetrics"]
    assert isinstance(found["_aws"]["Timestamp"], int)
    assert directive["Namespace"] == NAMESPACE
    assert [set(d) for d in directive["Dimensions"]] == [{"environment", "service"}]
    assert {(m["Name"], m["Unit"]) for m in directive["Metrics"]} == {
        ("Calls", "Count"),
        ("Latency", "Milliseconds"),
    }
    assert (found["Calls"], found["Latency"]) == ([1.0], [12.5])
    assert (found["service"], found["environment"]) == ("wpp-mcp", "test")
    assert (found["function"], found["tool"]) == ("svc", "list_campaigns")
    assert found["operationId"] == "op_1 [hidden] "


def test_without_a_metric_there_is_no_line() -> None:
    lines: list[str] = []
    call = metrics(lines)
    call.note("a", "b")
    call.flush()
    assert lines == []
    call.count(Metric.ERRORS)
    call.flush()
    call.flush()
    assert len(lines) == 1


def counted(lines: list[str]) -> dict[str, float]:
    return {
        metric["Name"]: sum(json.loads(line)[metric["Name"]])
        for line in lines
        for metric in json.loads(line)["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    }


REFUSALS = {
    ErrorCode.UNAUTHENTICATED: "AuthenticationFailures",
    ErrorCode.ACCOUNT_NOT_AUTHORIZED: "AccountNotAuthorized",
    ErrorCode.APPROVED_ACCOUNTS_INVALID: "SealedListInvalid",
    ErrorCode.SAFETY_LIMIT_EXCEEDED: "SafetyLimitExceeded",
    ErrorCode.CONFIRMATION_INVALID: "FailedApprovals",
    ErrorCode.SECOND_APPROVAL_REQUIRED: "FailedApprovals",
    ErrorCode.RATE_LIMITED: "RateLimited",
    ErrorCode.OUTCOME_UNKNOWN: "OutcomesUnknown",
}


@pytest.mark.parametrize("code", list(ErrorCode))
def test_an_error_is_counted_by_what_alarms_ask_for(code: ErrorCode) -> None:
    lines: list[str] = []
    call = metrics(lines)
    call.error(code)
    call.flush()
    served = {"ServerErrors": 1.0} if SPECS[code].status >= 500 else {}
    refused = {REFUSALS[code]: 1.0} if code in REFUSALS else {}
    assert counted(lines) == served | refused
    assert [json.loads(line)["code"] for line in lines] == [code.value] * len(lines)


def test_a_change_of_a_budget_is_counted_and_other_calls_are_not() -> None:
    lines: list[str] = []
    for tool in ("update_budget", "list_budgets"):
        call = metrics(lines)
        call.call_of(tool)
        call.flush()
    assert counted(lines) == {"BudgetChanges": 1.0}
    assert len(lines) == 1


def test_nothing_but_a_dimension_can_make_a_metric_cost_more() -> None:
    """Ten codes, tools and people are as many metrics as one."""
    lines: list[str] = []
    for number in range(10):
        call = CallMetrics(lines.append, function=f"f{number}", environment="e", tool=f"t{number}")
        call.note("user", str(number))
        call.count(Metric.CALLS)
        call.flush()
    dimensions = {
        tuple((name, found[name]) for name in sorted(found["_aws"]["CloudWatchMetrics"][0][key][0]))
        for found in map(json.loads, lines)
        for key in ("Dimensions",)
    }
    assert dimensions == {(("environment", "e"), ("service", "wpp-mcp"))}


def test_what_is_counted_by_itself_is_a_metric_of_its_own() -> None:
    assert not set(OF_CODE.values()) & set(OF_TOOL.values())
    assert Metric.CALLS not in {*OF_CODE.values(), *OF_TOOL.values()}


def test_a_person_has_one_stand_in_per_key_that_tells_nothing() -> None:
    one = pseudonym(b"key", "ada@agency.example")
    assert one == pseudonym(b"key", "ada@agency.example")
    assert one != pseudonym(b"other key", "ada@agency.example")
    assert one != pseudonym(b"key", "bob@agency.example")
    assert len(one) == 12
    assert int(one, 16) >= 0
