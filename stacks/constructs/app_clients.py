"""The user pool's resource servers with their scopes, and its app clients."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from aws_cdk import Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.constructs.federation import Provider
from wpp_mcp.access.tokens import CLIENT_SCOPES
from wpp_mcp.models.caller import ClientKind, Scope
from wpp_mcp.sign_in.parts import SESSION_LIFETIME

_DESCRIPTIONS: Final = {
    Scope.TOOLS_READ: "Use tools that read",
    Scope.TOOLS_WRITE: "Use tools that write",
    Scope.ACCESS_MANAGE: "Decide about access",
    Scope.AUDIT_READ: "Read the audit log",
}
ACCESS_TOKEN: Final = Duration.hours(1)
ID_TOKEN: Final = Duration.minutes(5)
"""Nobody gets one: no client has the scope ``openid``."""

LASTING: Final = Duration.days(SESSION_LIFETIME.days)
SHORTEST: Final = Duration.hours(1)
"""The pool knows no shorter life of a refresh token."""

RETRY_GRACE: Final = Duration.seconds(60)
NO_GRACE: Final = Duration.seconds(0)

_Scopes = Mapping[Scope, cognito.OAuthScope]


def resource_servers(scope: Construct, pool: cognito.UserPool) -> dict[Scope, cognito.OAuthScope]:
    """Add the scopes of product.md §2: before the slash is the resource server's identifier."""
    named: dict[str, dict[Scope, cognito.ResourceServerScope]] = {}
    for each in Scope:
        server, _, name = each.value.partition("/")
        made = cognito.ResourceServerScope(scope_name=name, scope_description=_DESCRIPTIONS[each])
        named.setdefault(server, {})[each] = made
    found = {}
    for server, scopes in named.items():
        added = cognito.UserPoolResourceServer(
            scope,
            f"{server.capitalize()}Scopes",
            user_pool=pool,
            identifier=server,
            scopes=list(scopes.values()),
        )
        for each, made in scopes.items():
            found[each] = cognito.OAuthScope.resource_server(added, made)
    return found


class AppClients:
    """The three app clients.

    Parameters
    ----------
    provider
        The identity provider that people sign in with; none for passwords and passkeys here.
    origin
        The public origin of the API.
    oma_callbacks
        Where OMA takes people back.

    Attributes
    ----------
    oma, console, mcp
        Their ids.
    """

    def __init__(
        self,
        scope: Construct,
        pool: cognito.UserPool,
        *,
        scopes: _Scopes,
        provider: Provider | None,
        origin: str,
        oma_callbacks: Sequence[str],
    ) -> None:
        self._scope, self._pool, self._scopes, self._provider = scope, pool, scopes, provider
        # OMA signs people in from its back end, which can keep a secret. The others prove with
        # PKCE that they are who asked.
        self.oma = self._client(
            "OmaClient",
            ClientKind.OMA,
            oma_callbacks,
            generate_secret=True,
            refresh_token_validity=LASTING,
            refresh_token_rotation_grace_period=RETRY_GRACE,
        )
        # Its sessions live in our table; the pool's tokens are looked at once.
        self.console = self._client(
            "ConsoleClient",
            ClientKind.CONSOLE,
            [f"{origin}/console/callback"],
            generate_secret=False,
            refresh_token_validity=SHORTEST,
            refresh_token_rotation_grace_period=NO_GRACE,
        )
        self.mcp = self._client(
            "McpClient",
            ClientKind.MCP,
            [f"{origin}/oauth/callback"],
            only=(Scope.TOOLS_READ, Scope.TOOLS_WRITE),
            generate_secret=False,
            refresh_token_validity=LASTING,
            refresh_token_rotation_grace_period=RETRY_GRACE,
        )

    def _client(
        self,
        name: str,
        kind: ClientKind,
        callbacks: Sequence[str],
        *,
        only: Iterable[Scope] = tuple(Scope),
        **differs: Any,
    ) -> str:
        allowed = [each for each in only if each in CLIENT_SCOPES[kind]]
        client = cognito.UserPoolClient(
            self._scope,
            name,
            user_pool=self._pool,
            user_pool_client_name=kind.value,
            # Choice of factor, which passkeys need. Whoever signs in with it past the pool's
            # pages has no scope of ours, and the trigger refuses the token.
            auth_flows=cognito.AuthFlow(user=True),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                callback_urls=list(callbacks),
                scopes=[self._scopes[each] for each in allowed],
            ),
            supported_identity_providers=[self._people()],
            read_attributes=_read(),
            write_attributes=self._write(),
            access_token_validity=ACCESS_TOKEN,
            id_token_validity=ID_TOKEN,
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
            **differs,
        )
        if self._provider is not None:
            client.node.add_dependency(self._provider)
        # The newer pages do not open for a client without a style.
        cognito.CfnManagedLoginBranding(
            self._scope,
            f"{name}Pages",
            user_pool_id=self._pool.user_pool_id,
            client_id=client.user_pool_client_id,
            use_cognito_provided_values=True,
        )
        return client.user_pool_client_id

    def _people(self) -> cognito.UserPoolClientIdentityProvider:
        if self._provider is None:
            return cognito.UserPoolClientIdentityProvider.COGNITO
        return cognito.UserPoolClientIdentityProvider.custom(self._provider.provider_name)

    def _write(self) -> cognito.ClientAttributes:
        """Return what a person could change about themselves: nothing that anybody reads.

        An empty list counts as none given, and that as every attribute, so one is named that means
        nothing here. What a provider's answer is mapped to has to be writable for the pool itself.
        """
        nothing = cognito.ClientAttributes()
        if self._provider is None:
            return nothing.with_standard_attributes(timezone=True)
        return nothing.with_standard_attributes(email=True)


def _read() -> cognito.ClientAttributes:
    return cognito.ClientAttributes().with_standard_attributes(email=True, email_verified=True)
