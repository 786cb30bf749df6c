"""What may stand in a policy, and how its scope is named."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.support.policies import SCOPES
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.policies import (
    ENVIRONMENT,
    PolicyDocument,
    PolicyScope,
    policy_document,
    scope_named,
    written,
)
from wpp_mcp.models.write_rules import ScopeKind

D = Decimal


@pytest.mark.parametrize(
    "limits",
    [
        {"percent": 10_000, "dailyBudget": 1_000_000, "dailyRise": 1_000_000, "items": 50},
        {"percent": 1, "dailyBudget": D("0.001"), "items": 1, "highDailyBudget": 1},
    ],
    ids=["most", "least"],
)
def test_limits_within_bounds(limits: dict[str, Any]) -> None:
    document = policy_document(ENVIRONMENT, {"limits": limits})
    assert written(document) == {"limits": {n: D(v) for n, v in limits.items()}}
    assert policy_document(ENVIRONMENT, written(document)) == document


@pytest.mark.parametrize(
    "values",
    [
        {"limits": {"percent": D("10000.01")}},
        {"limits": {"percent": D("0.99")}},
        {"limits": {"percent": "500"}},
        {"limits": {"percent": True}},
        {"limits": {"percent": None}},
        {"limits": {"dailyBudget": 0}},
        {"limits": {"dailyBudget": -1}},
        {"limits": {"dailyBudget": 1_000_001}},
        {"limits": {"dailyRise": D("1e30")}},
        {"limits": {"highDailyBudget": 1_000_001}},
        {"limits": {"items": 51}},
        {"limits": {"items": 0}},
        {"limits": {"items": D("1.5")}},
        {"limits": {"other": 1}},
        {"limits": None},
        {"enforcement": "log_only"},
        {"enforcement": True},
        {"writesDisabled": {"reason": ""}},
        {"writesDisabled": {"reason": "x" * 501}},
        {"writesDisabled": True},
        {"writesDisabled": None},
        {"policyVersion": 9},
        {"callsPerMinute": 0},
        {"callsPerMinute": "5"},
        {"formElicitationClients": [""]},
        [],
        None,
    ],
    ids=str,
)
def test_what_no_policy_may_say(values: Any) -> None:
    with pytest.raises(ValidationError):
        policy_document(ENVIRONMENT, values)


@pytest.mark.parametrize("kind", [k for k in ScopeKind if k is not ScopeKind.ENVIRONMENT])
def test_rates_are_the_environment_s_alone(kind: ScopeKind) -> None:
    for values in ({"callsPerMinute": 5}, {"formElicitationClients": ["c"]}):
        with pytest.raises(ValidationError):
            policy_document(SCOPES[kind], values)


def test_every_document_can_be_empty() -> None:
    for scope in SCOPES.values():
        assert isinstance(policy_document(scope, {}), PolicyDocument)


@pytest.mark.parametrize("scope", SCOPES.values(), ids=str)
def test_a_scope_is_named_by_its_text(scope: PolicyScope) -> None:
    assert scope_named(str(scope)) == scope


@pytest.mark.parametrize(
    "text",
    [
        "",
        "environment",
        "ENVIRONMENT#",
        "ENVIRONMENT#x",
        "AGENCY",
        "AGENCY#",
        "AGENCY#North Wind",
        "TOOL#",
        "TOOL#Update",
        "TOOL#*",
        "ACCOUNT#1234567890",
        "ACCOUNT#Google Ads:123-456-7890",
        "ACCOUNT#GoogleAds:1234567890",
        "ACCOUNT#Google Ads:",
        "USER#Ann@agency.example",
        "USER#ann",
        "USER#a@b.example#c",
        "EVERYBODY#x",
    ],
)
def test_a_scope_that_nothing_falls_into_is_refused(text: str) -> None:
    with pytest.raises(WppError) as caught:
        scope_named(text)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
