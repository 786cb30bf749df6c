"""The web ACL as it is deployed: order, samples, capacity, and a log without credentials."""

from pathlib import Path
from typing import Any

from stacks.environments import Edge
from stacks.waf_rules import Sets, definitions
from tests.infrastructure.conftest import Synthesised, one
from tests.infrastructure.waf_capacity import LIMIT, capacity, inner_statements
from tests.infrastructure.waf_matching import labels_read
from wpp_mcp.access.authorizer import OMA_KEY_HEADER
from wpp_mcp.access.edge import ORIGIN_HEADER
from wpp_mcp.gateway.messages import GOOGLE_TOKEN_HEADER
from wpp_mcp.observability import redact
from wpp_mcp.routes import CORS_HEADERS

PAGE = Path(__file__).resolve().parents[2] / "docs/infrastructure.md"
SETS = Sets(blocked=("blocked-v4", "blocked-v6"), oma=("oma-v4",))
FULL = {rule["Name"]: rule for rule in definitions(Edge.FULL, "p-", SETS, [])}
BASIC = {rule["Name"]: rule for rule in definitions(Edge.BASIC, "p-", SETS, [])}


def rules(edged: Synthesised) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = one(edged, "WAFv2::WebACL")["Rules"]
    return found


def test_who_is_blocked_meets_no_other_rule(edged: Synthesised) -> None:
    ordered = sorted(rules(edged), key=lambda rule: int(rule["Priority"]))
    priorities = [rule["Priority"] for rule in ordered]
    assert len(set(priorities)) == len(priorities)
    assert ordered == rules(edged)
    sets = [c["Arn"] for _, c in inner_statements(ordered[0]["Statement"]) if "Arn" in c]
    blocked = [
        {"Fn::GetAtt": [name, "Arn"]}
        for name, ip_set in edged.of_type("WAFv2::IPSet", "edge").items()
        if "blocked" in ip_set["Name"]
    ]
    assert sets == blocked
    assert ordered[0]["Action"] == {"Block": {}}


def test_what_was_only_counted_is_looked_at_after_every_group(edged: Synthesised) -> None:
    assert rules(edged)[-1]["Name"] == "counted-elsewhere"
    assert "Block" in rules(edged)[-1]["Action"]


def test_no_request_is_kept_as_a_sample(edged: Synthesised) -> None:
    acl = one(edged, "WAFv2::WebACL")
    for config in (acl, *acl["Rules"]):
        assert config["VisibilityConfig"]["SampledRequestsEnabled"] is False
        assert config["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True


def test_the_sets_of_blocked_addresses_have_the_names_that_the_function_knows(
    edged: Synthesised,
) -> None:
    prefix = edged.environment.prefix
    sets = {s["Name"]: s for s in edged.of_type("WAFv2::IPSet", "edge").values()}
    for version in (4, 6):
        found = sets.pop(f"{prefix}blocked-v{version}")
        assert (found["Scope"], found["IPAddressVersion"]) == ("CLOUDFRONT", f"IPV{version}")
        assert found["Addresses"] == []
    assert [a for s in sets.values() for a in s["Addresses"]] == edged.environment.oma_addresses


CREDENTIALS = {OMA_KEY_HEADER, GOOGLE_TOKEN_HEADER, ORIGIN_HEADER, "authorization", "cookie"}


def test_nothing_that_is_kept_holds_a_credential(edged: Synthesised) -> None:
    protections = one(edged, "WAFv2::WebACL")["DataProtectionConfig"]["DataProtections"]
    by_kind = {p["Field"]["FieldType"]: p for p in protections}
    assert by_kind.keys() == {"SINGLE_HEADER", "SINGLE_COOKIE", "QUERY_STRING", "BODY"}
    assert set(by_kind["SINGLE_HEADER"]["Field"]["FieldKeys"]) == CREDENTIALS
    # Whatever a client may send that the log would call a credential.
    named = {n.lower() for n in CORS_HEADERS if redact("x", n) != "x"}
    assert named
    assert named <= CREDENTIALS
    for protection in protections:
        assert protection["Action"] == "SUBSTITUTION"
        assert protection["ExcludeRuleMatchDetails"] is False
        assert protection["ExcludeRateBasedDetails"] is False


def test_the_log_redacts_and_keeps_what_a_rule_had_something_to_say_of(edged: Synthesised) -> None:
    logging = one(edged, "WAFv2::LoggingConfiguration")
    redacted = logging["RedactedFields"]
    assert {f["SingleHeader"]["Name"] for f in redacted if "SingleHeader" in f} == CREDENTIALS
    assert {"QueryString": {}} in redacted
    (destination,) = logging["LogDestinationConfigs"]
    assert destination.split(":log-group:")[1].startswith("aws-waf-logs-wpp-mcp-")
    kept = logging["LoggingFilter"]
    assert kept["DefaultBehavior"] == "DROP"
    (one_filter,) = kept["Filters"]
    actions = {c["ActionCondition"]["Action"] for c in one_filter["Conditions"]}
    assert actions == {"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"}


def test_the_rules_fit_into_a_web_acl_without_surcharge(edged: Synthesised) -> None:
    assert sum(capacity(rule["Statement"]) for rule in rules(edged)) <= LIMIT


def test_the_page_says_what_the_rules_need() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    full, basic = (sum(capacity(r["Statement"]) for r in each.values()) for each in (FULL, BASIC))
    # A web ACL is $5 a month, each rule and each managed group $1.
    assert (
        f"full needs {full:,} of {LIMIT:,} capacity units and {len(FULL)} rules,"
        f" ${5 + len(FULL)} a month; basic {basic} and {len(BASIC)}, ${5 + len(BASIC)};"
    ) in page


def test_basic_is_full_without_some_rules() -> None:
    left_out = {
        "rate-sustained",
        "user-agents",
        "sql-injection",
        "ip-reputation",
        "anonymous-addresses",
    }
    assert FULL.keys() - BASIC.keys() == left_out
    same = BASIC.keys() - {"counted-elsewhere"}
    for name in same:
        for member in ("Statement", "Action", "OverrideAction", "VisibilityConfig"):
            assert BASIC[name].get(member) == FULL[name].get(member)
    # And no rule waits for a label that nobody gives.
    wanted = labels_read(BASIC["counted-elsewhere"]["Statement"])
    assert not [label for label in wanted if "sql-database" in label or "anonymous" in label]
