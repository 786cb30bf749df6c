"""The web firewall's rules, met by requests: the guide's five, and what MCP and OAuth need."""

import pytest

from stacks.environments import Edge
from stacks.waf_managed import EVERYWHERE, GROUPS
from stacks.waf_rules import ANONYMOUS_WRITES, Sets, definitions
from tests.infrastructure.waf_matching import Asked, labels_read, matches
from wpp_mcp.routes import BY_KEY, MAX_BODY_BYTES, ROUTES, Credentials

SETS = Sets(blocked=("blocked-v4", "blocked-v6"), oma=("oma-v4",))
FULL = {rule["Name"]: rule for rule in definitions(Edge.FULL, "p-", SETS, [])}
BASIC = {rule["Name"]: rule for rule in definitions(Edge.BASIC, "p-", SETS, [])}
CORE = "awswaf:managed:aws:core-rule-set:"
BODY_LABELS = {
    f"{CORE}SizeRestrictions_Body",
    f"{CORE}EC2MetaDataSSRF_Body",
    f"{CORE}GenericLFI_Body",
    f"{CORE}GenericRFI_Body",
    f"{CORE}CrossSiteScripting_Body",
    "awswaf:managed:aws:known-bad-inputs:JavaDeserializationRCE_Body",
    "awswaf:managed:aws:known-bad-inputs:Log4JRCE_Body",
    "awswaf:managed:aws:known-bad-inputs:ReactJSRCE_Body",
    "awswaf:managed:aws:sql-database:SQLi_Body",
    "awswaf:managed:aws:sql-database:SQLiExtendedPatterns_Body",
}
"""Every label of a rule that looks at bodies, as AWS lists them."""
HOSTING = "awswaf:managed:aws:anonymous-ip-list:HostingProviderIPList"


def said(name: str, asked: Asked) -> bool:
    return matches(FULL[name]["Statement"], asked)


def with_headers(**headers: str) -> Asked:
    return Asked(headers={name.replace("_", "-"): value for name, value in headers.items()})


# Rule 1: rates


def rate_of(name: str) -> tuple[int, int]:
    statement = FULL[name]["Statement"]["RateBasedStatement"]
    assert statement["AggregateKeyType"] == "IP"
    return statement["Limit"], statement["EvaluationWindowSec"]


def test_the_rates_are_the_guides() -> None:
    assert rate_of("rate-burst") == (200, 60)
    limit, seconds = rate_of("rate-sustained")
    assert limit / (seconds / 60) == 100
    assert seconds == 600
    assert rate_of("rate-of-oma")[0] >= 10 * rate_of("rate-burst")[0]


def test_oma_has_a_rate_of_its_own() -> None:
    oma, other = Asked(sets=frozenset({"oma-v4"})), Asked()
    assert [said(n, oma) for n in ("rate-of-oma", "rate-burst", "rate-sustained")] == [
        True,
        False,
        False,
    ]
    assert [said(n, other) for n in ("rate-of-oma", "rate-burst", "rate-sustained")] == [
        False,
        True,
        True,
    ]


def test_without_addresses_of_oma_everybody_is_counted() -> None:
    alone = {r["Name"]: r for r in definitions(Edge.FULL, "p-", Sets(blocked=("b",), oma=()), [])}
    assert "rate-of-oma" not in alone
    assert matches(alone["rate-burst"]["Statement"], Asked())


def test_anonymous_writes_have_a_tighter_rate() -> None:
    limit, seconds = rate_of("rate-of-anonymous-writes")
    assert limit / seconds < 100 / 60
    for method, path in ANONYMOUS_WRITES:
        assert BY_KEY[f"{method} {path}"].credentials is Credentials.NONE
        assert said("rate-of-anonymous-writes", Asked(method, path))
    others = {(r.method, r.path) for r in ROUTES} - set(ANONYMOUS_WRITES)
    for method, path in others:
        assert not said("rate-of-anonymous-writes", Asked(method, path)), (method, path)


def test_who_is_too_fast_is_told_when_to_come_back() -> None:
    for name in ("rate-of-oma", "rate-burst", "rate-sustained", "rate-of-anonymous-writes"):
        answer = FULL[name]["Action"]["Block"]["CustomResponse"]
        assert answer["ResponseCode"] == 429
        assert answer["ResponseHeaders"] == [{"Name": "retry-after", "Value": "60"}]


# Rule 2: countries


def test_only_the_named_countries_may_call() -> None:
    named = definitions(Edge.BASIC, "p-", SETS, ["US", "GB"])
    (rule,) = (rule for rule in named if rule["Name"] == "countries")
    assert rule["Action"] == {"Block": {}}
    assert [matches(rule["Statement"], Asked(country=c)) for c in ("US", "GB", "FR")] == [
        False,
        False,
        True,
    ]
    assert "countries" not in FULL


# Rule 3: attacks


@pytest.mark.parametrize("label", sorted(BODY_LABELS))
def test_a_finding_in_a_body_counts_on_mcp_and_blocks_elsewhere(label: str) -> None:
    for path in ("/mcp", "/mcp/execute-tool"):
        assert not said("counted-elsewhere", Asked(path=path, labels=frozenset({label})))
    decisions = ("/operations/op_1/decision", "/console/operations/op_1", "/policies")
    for path in (*decisions, "/console/google/connect", "/", "/Mcp", "/%6dcp", "//mcp"):
        assert said("counted-elsewhere", Asked(path=path, labels=frozenset({label}))), path


def test_only_these_rules_of_a_body_are_not_blocking_by_themselves() -> None:
    counted = {group.labels + rule.label for group in GROUPS for rule in group.counted}
    assert counted >= BODY_LABELS
    assert counted - BODY_LABELS == {
        f"{CORE}GenericRFI_QueryArguments",
        f"{CORE}SizeRestrictions_QueryString",
        f"{CORE}NoUserAgent_Header",
        HOSTING,
    }


def test_what_counts_in_a_group_is_blocked_again_and_nothing_else_is() -> None:
    for found, edge in ((FULL, Edge.FULL), (BASIC, Edge.BASIC)):
        groups = [group for group in GROUPS if edge is Edge.FULL or group.in_basic]
        wanted = {
            group.labels + rule.label
            for group in groups
            for rule in group.counted
            if rule.paths != EVERYWHERE
        }
        assert labels_read(found["counted-elsewhere"]["Statement"]) == wanted
        for group in groups:
            managed = found[group.rule]["Statement"]["ManagedRuleGroupStatement"]
            overrides = {
                o["Name"]: o["ActionToUse"] for o in managed.get("RuleActionOverrides", [])
            }
            assert overrides == {rule.name: {"Count": {}} for rule in group.counted}
            assert found[group.rule]["OverrideAction"] == {"None": {}}
            assert "ScopeDownStatement" not in managed


@pytest.mark.parametrize(
    ("label", "path", "blocked"),
    [
        (f"{CORE}GenericRFI_QueryArguments", "/oauth/authorize", False),
        (f"{CORE}GenericRFI_QueryArguments", "/mcp", True),
        (f"{CORE}GenericRFI_QueryArguments", "/console/sign-in", True),
        (f"{CORE}GenericRFI_Body", "/oauth/token", False),
        (f"{CORE}GenericRFI_Body", "/console/google/connect", True),
        (f"{CORE}CrossSiteScripting_Body", "/oauth/token", True),
        (f"{CORE}SizeRestrictions_QueryString", "/oauth/callback", False),
        (HOSTING, "/mcp", False),
        (HOSTING, "/oauth/token", False),
        (HOSTING, "/.well-known/oauth-protected-resource/mcp", False),
        (HOSTING, "/health", False),
        (HOSTING, "/operations", False),
        (HOSTING, "/operations/op_1/decision", False),
        (HOSTING, "/policies", False),
        (HOSTING, "/console/operations/op_1", True),
        (HOSTING, "/oauth/authorize", True),
        (HOSTING, "/console/sign-in", True),
    ],
)
def test_an_exception_holds_for_its_paths_alone(label: str, path: str, blocked: bool) -> None:
    asked = Asked("GET", path, labels=frozenset({label, "another"}))
    assert said("counted-elsewhere", asked) is blocked


@pytest.mark.parametrize("path", ["/mcp/../oauth/token", "/%2e%2e/x", "/a/%252e%252e/b", "/.."])
def test_a_way_up_is_no_path(path: str) -> None:
    assert said("malformed", Asked(path=path))


def test_every_route_passes_the_rules_of_its_shape() -> None:
    for route in ROUTES:
        asked = Asked(route.method, route.path)
        for name in ("malformed", "counted-elsewhere", "user-agents"):
            assert not said(name, asked), (route.key, name)


@pytest.mark.parametrize(
    ("method", "blocked"),
    [("GET", False), ("POST", False), ("DELETE", False), ("OPTIONS", False), ("HEAD", False),
     ("PUT", False), ("PATCH", True), ("TRACE", True), ("CONNECT", True), ("PROPFIND", True),
     ("get", True), ("GETS", True), ("XPOST", True), ("", True)],
)  # fmt: skip
def test_only_methods_in_use_pass(method: str, blocked: bool) -> None:
    assert said("malformed", Asked(method)) is blocked


# Rule 4: sizes


@pytest.mark.parametrize(
    ("length", "blocked"),
    [("0", False), ("999999", False), (str(MAX_BODY_BYTES), False), (str(MAX_BODY_BYTES + 1), True),
     ("1999999", True), ("0001000001", True), ("10000000", True), ("000000000", False)],
)  # fmt: skip
def test_a_body_of_more_than_a_megabyte_is_blocked(length: str, blocked: bool) -> None:
    assert said("malformed", with_headers(user_agent="x/1", content_length=length)) is blocked


def test_headers_of_more_than_8_kb_are_blocked() -> None:
    assert not said("malformed", with_headers(user_agent="x/1", authorization="x" * 8_000))
    assert said("malformed", with_headers(user_agent="x/1", authorization="x" * 8_192))


# Rule 5: suspicious patterns


@pytest.mark.parametrize(
    ("agent", "unusual"),
    [("python-httpx/0.28", False), ("node", False), ("Mozilla/5.0 (X11; Linux x86_64)", False),
     ("Claude-User/1.0", False), ("", True), ("() { :; }; echo", True), ("<script>", True),
     ("x/1 " + "y" * 600, True)],
)  # fmt: skip
def test_an_unusual_user_agent_is_counted_and_labelled(agent: str, unusual: bool) -> None:
    assert said("user-agents", with_headers(user_agent=agent)) is unusual
    assert said("user-agents", Asked(headers={})) is True
    assert FULL["user-agents"]["Action"] == {"Count": {}}
    assert FULL["user-agents"]["RuleLabels"] == [{"Name": "unusual-user-agent"}]
