"""What policies may be about: a scope of each kind."""

from tests.unit.support.budgets import ACCOUNT
from wpp_mcp.models.policies import PolicyScope
from wpp_mcp.models.write_rules import ScopeKind

SCOPES = {
    kind: PolicyScope(kind, name)
    for kind, name in [
        (ScopeKind.ENVIRONMENT, ""),
        (ScopeKind.AGENCY, "northwind"),
        (ScopeKind.TOOL, "update_budget"),
        (ScopeKind.ACCOUNT, ACCOUNT.key),
        (ScopeKind.USER, "ann@agency.example"),
    ]
}
