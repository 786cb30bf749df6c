"""The generated tables are as the code says, and what stands beside them is too."""

from collections.abc import Iterator

import pytest

from sandbox.functions import entry_of
from tests import generated
from wpp_mcp.config import ConfigurationError, Settings
from wpp_mcp.functions import Function
from wpp_mcp.models.write_rules import WriteRules
from wpp_mcp.observability import NAMESPACE, Metric
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName
from wpp_mcp.storage.policies import Policy

VALUES = {
    "WPP_ENVIRONMENT": "test",
    "AWS_REGION": "us-east-1",
    "WPP_RESOURCE_URL": "https://mcp.agency.example/mcp",
    "WPP_USER_POOL_ID": "us-east-1_Example",
    "WPP_OMA_CLIENT_IDS": "oma",
    "WPP_CONSOLE_CLIENT_IDS": "console",
    "WPP_GOOGLE_TOKEN_KEY": "alias/wpp-mcp-google-tokens",
    "WPP_TABLE_PREFIX": "wpp-mcp-test-",
    "WPP_ALLOWED_HOSTS": "mcp.agency.example",
    "WPP_SIGN_IN_DOMAIN": "sign-in.agency.example",
    "WPP_SIGN_IN_CLIENT_ID": "mcp",
    "WPP_ARCHIVE_STREAM": "wpp-mcp-test-audit",
    "WPP_ARCHIVE_REFUSED": "https://sqs.us-east-1.amazonaws.com/123456789012/refused",
    "WPP_BLOCKED_V4_ID": "11111111-2222-4333-8444-555555555555",
    "WPP_BLOCKED_V6_ID": "11111111-2222-4333-8444-666666666666",
    "WPP_AGED_SECRETS": "oma-api-key",
    "WPP_ARCHIVE_BUCKET": "wpp-mcp-test-archive",
    "WPP_ARCHIVE_KEY": "alias/wpp-mcp-test-data",
    # Where nobody listens: being built, it asks nobody else.
    "WPP_HEALTH_URL": "http://127.0.0.1:9/health",
    "WPP_OMA_WEBHOOKS": "http://127.0.0.1:9/api/webhook",
    "WPP_MAIL_QUEUE": "https://sqs.us-east-1.amazonaws.com/123456789012/mail",
    "WPP_ADMIN_ADDRESS": "global-admin@agency.example",
    "WPP_MAIL_SENDER": "marketing-accounts@agency.example",
    "WPP_MAIL_CONFIGURATION": "wpp-mcp-test-mail",
    "WPP_PAGES_ORIGIN": "https://mcp.agency.example",
}


def required(model: type[Settings]) -> list[str]:
    return [str(f.alias) for f in model.model_fields.values() if f.is_required()]


def functions_and_variables() -> Iterator[tuple[Function, str]]:
    for function in Function:
        for name in required(generated.SETTINGS[function]):
            yield function, name


def build(function: Function, environ: dict[str, str]) -> None:
    def no_aws(service: str) -> object:
        raise ConfigurationError(f"{service} is not needed to be built")

    entry_of(function)._create(Runtime(environ=environ, aws=no_aws))


def test_generated_parts_are_up_to_date() -> None:
    stale = sorted(generated.stale())

    assert stale == [], f"run `make docs`: {', '.join(stale)}"


@pytest.mark.parametrize("function", list(Function))
def test_a_function_starts_with_the_variables_listed_for_it(function: Function) -> None:
    needed = {name: VALUES[name] for name in required(generated.SETTINGS[function])}
    one_of = {"WPP_MCP_CLIENT_IDS": "mcp"} if function is Function.SIGN_IN else {}
    build(function, needed | one_of)


@pytest.mark.parametrize(("function", "missing"), list(functions_and_variables()))
def test_a_function_does_not_start_without_a_required_variable(
    function: Function, missing: str
) -> None:
    names = [n for n in required(generated.SETTINGS[function]) if n != missing]

    with pytest.raises(ConfigurationError, match=missing):
        build(function, {name: VALUES[name] for name in names})


def test_secrets_metrics_and_policy_stand_in_the_configuration_page() -> None:
    page = (generated.ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    policy = Policy()
    limits: dict[str, object] = {
        "callsPerMinute": policy.calls_per_minute,
        "callsPerSecond": policy.calls_per_second,
        "accountCallsPerMinute": policy.account_calls_per_minute,
        "requireSealedAccounts": f"`{str(policy.require_sealed_accounts).lower()}`",
        "policyVersion": f'`"{policy.version}"` without an item',
        "previewsPerMinute": policy.previews_per_minute,
        "formElicitationClients": ", ".join(policy.form_elicitation_clients) or "none",
    }
    defaults = WriteRules()
    limits |= {
        "limits.percent": defaults.limits.percent,
        "limits.dailyBudget": f"{defaults.limits.daily_budget:,}",
        "limits.dailyRise": f"{defaults.limits.daily_rise:,}",
        "limits.items": defaults.limits.items,
        "limits.highDailyBudget": defaults.limits.high_daily_budget,
        "enforcement": f"`{defaults.enforcement}`",
    }

    assert [n for n in (*SecretName, *Metric) if f"| `{n.value}` |" not in page] == []
    assert [n for n, value in limits.items() if f"| `{n}` | {value} |" not in page] == []
    assert f"namespace `{NAMESPACE}`" in page


def test_missing_and_repeated_markers_are_named() -> None:
    for text in ("", "<!-- a:begin -->\n<!-- a:end --><!-- a:begin -->\n"):
        with pytest.raises(ValueError, match="a:begin"):
            generated.renewed(text, {"a": lambda: "table"})


def test_a_renewed_part_is_stable() -> None:
    text = "before\n<!-- a:begin -->\nold\n<!-- a:end -->\nafter\n"
    once = generated.renewed(text, {"a": lambda: "| x |\n"})

    assert "old" not in once
    assert once == generated.renewed(once, {"a": lambda: "| x |\n"})
