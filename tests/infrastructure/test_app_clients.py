"""What each of the pool's app clients may ask for, and how long its tokens live."""

from collections.abc import Mapping
from typing import Any

from tests.infrastructure.conftest import Synthesised
from tests.infrastructure.identity_parts import PART, clients_of, scopes_of
from wpp_mcp.access.tokens import CLIENT_SCOPES
from wpp_mcp.models.caller import ClientKind, Scope
from wpp_mcp.routes import ROUTES
from wpp_mcp.sign_in.parts import SESSION_LIFETIME


def test_the_scopes_are_the_products(synthesised: Synthesised) -> None:
    servers = synthesised.of_type("Cognito::UserPoolResourceServer", PART).values()
    names = {
        f"{server['Identifier']}/{scope['ScopeName']}"
        for server in servers
        for scope in server["Scopes"]
    }
    assert names == {scope.value for scope in Scope}


def test_a_client_has_the_scopes_of_its_kind(synthesised: Synthesised) -> None:
    clients = clients_of(synthesised)
    granted = {kind: scopes_of(synthesised, client) for kind, client in clients.items()}
    every = {scope.value for scope in Scope}
    assert granted == {
        ClientKind.OMA: every,
        ClientKind.CONSOLE: every,
        ClientKind.MCP: {"tools/read", "tools/write"},
    }
    for kind, scopes in granted.items():
        assert scopes <= {scope.value for scope in CLIENT_SCOPES[kind]}


def test_a_client_signs_in_with_a_code_at_the_pages_and_in_no_other_way(
    synthesised: Synthesised,
) -> None:
    for client in clients_of(synthesised).values():
        assert client["AllowedOAuthFlowsUserPoolClient"] is True
        assert client["AllowedOAuthFlows"] == ["code"]
        # Not REFRESH_TOKEN_AUTH, which rotation rules out, and neither SRP nor a plain password.
        assert client["ExplicitAuthFlows"] == ["ALLOW_USER_AUTH"]
        assert client["SupportedIdentityProviders"] == ["COGNITO"]


def test_the_callbacks_are_ours_and_omas(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    assert environment.domain is not None
    origin = f"https://{environment.domain.name}"
    callbacks = {k: c["CallbackURLs"] for k, c in clients_of(synthesised).items()}
    assert callbacks == {
        ClientKind.OMA: environment.oma_callbacks,
        ClientKind.CONSOLE: [f"{origin}/console/callback"],
        ClientKind.MCP: [f"{origin}/oauth/callback"],
    }
    paths = {route.path for route in ROUTES}
    assert {"/console/callback", "/oauth/callback"} <= paths


def test_only_omas_back_end_has_a_secret(synthesised: Synthesised) -> None:
    secrets = {kind: c["GenerateSecret"] for kind, c in clients_of(synthesised).items()}
    assert secrets == {ClientKind.OMA: True, ClientKind.CONSOLE: False, ClientKind.MCP: False}


def test_a16_nobody_changes_what_the_trigger_reads(synthesised: Synthesised) -> None:
    for client in clients_of(synthesised).values():
        # An empty list would be no list, which is every attribute.
        assert client["WriteAttributes"] == ["zoneinfo"]
        assert set(client["ReadAttributes"]) == {"email", "email_verified"}
        scopes = scopes_of(synthesised, client)
        assert "aws.cognito.signin.user.admin" not in scopes


def minutes(client: Mapping[str, Any], name: str) -> int:
    assert client["TokenValidityUnits"][name.removesuffix("Validity")] == "minutes"
    return int(client[name])


def test_tokens_live_as_long_as_is_promised(synthesised: Synthesised) -> None:
    lasting = SESSION_LIFETIME.total_seconds() / 60
    lives = {
        kind: minutes(client, "RefreshTokenValidity")
        for kind, client in clients_of(synthesised).items()
    }
    assert lives == {ClientKind.OMA: lasting, ClientKind.CONSOLE: 60, ClientKind.MCP: lasting}
    for client in clients_of(synthesised).values():
        assert 15 <= minutes(client, "AccessTokenValidity") <= 60
        assert client["EnableTokenRevocation"] is True
        assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_refresh_tokens_rotate_with_a_minute_for_retries(synthesised: Synthesised) -> None:
    """OAuth 2.1 §4.3.1."""
    for client in clients_of(synthesised).values():
        rotation = client["RefreshTokenRotation"]
        assert rotation["Feature"] == "ENABLED"
        assert 0 <= rotation["RetryGracePeriodSeconds"] <= 60
    mcp = clients_of(synthesised)[ClientKind.MCP]
    assert mcp["RefreshTokenRotation"]["RetryGracePeriodSeconds"] == 60
