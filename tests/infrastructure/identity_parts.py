"""What tests of the user pool read from its template."""

from collections.abc import Mapping
from typing import Any

from tests.infrastructure.conftest import Synthesised
from wpp_mcp.models.caller import ClientKind

PART = "identity"


def only(found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    (resource,) = found.values()
    return resource


def pool_of(synthesised: Synthesised) -> dict[str, Any]:
    return only(synthesised.of_type("Cognito::UserPool", PART))


def clients_of(synthesised: Synthesised) -> dict[ClientKind, dict[str, Any]]:
    """The app clients, by their kind."""
    found = synthesised.of_type("Cognito::UserPoolClient", PART).values()
    clients = {ClientKind(client["ClientName"]): client for client in found}
    assert len(clients) == len(found) == len(ClientKind)
    return clients


def scopes_of(synthesised: Synthesised, client: Mapping[str, Any]) -> set[str]:
    """The scopes of a client, with references to resource servers resolved to identifiers."""
    servers = synthesised.of_type("Cognito::UserPoolResourceServer", PART)
    names = set()
    for scope in client["AllowedOAuthScopes"]:
        if isinstance(scope, str):
            names.add(scope)
        else:
            server, name = scope["Fn::Join"][1]
            names.add(servers[server["Ref"]]["Identifier"] + name)
    return names


def domain_of(synthesised: Synthesised) -> str:
    environment = synthesised.environment
    domain = only(synthesised.of_type("Cognito::UserPoolDomain", PART))
    return f"{domain['Domain']}.auth.{environment.region}.amazoncognito.com"
