"""Who signs in: the user pool, its app clients, and the trigger that asks the directory.

Says what `docs/sign-in.md`, `docs/google-connection.md` and ADR 8 want of the pool. Why it is so:
ADR 11.
"""

from typing import Any, Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.app_clients import AppClients, resource_servers
from stacks.constructs.federation import federated
from stacks.constructs.function import WppFunction
from stacks.environments import Environment
from stacks.platform import Platform, UserPool
from wpp_mcp.functions import Function

_PASSWORD: Final = cognito.PasswordPolicy(
    min_length=14,
    require_lowercase=True,
    require_uppercase=True,
    require_digits=True,
    require_symbols=True,
    password_history_size=24,
    temp_password_validity=Duration.days(3),
)


class IdentityStack(WppStack):
    """The user pool of an environment.

    Parameters
    ----------
    origin
        The public origin of the API (``https://…``), below which the callbacks lie.

    Attributes
    ----------
    user_pool
        What the functions have to know of it.
    """

    def __init__(self, scope: Construct, platform: Platform, *, origin: str) -> None:
        environment = platform.environment
        super().__init__(scope, environment, "identity", description="wpp-mcp: user pool")
        self._domain_prefix = f"{environment.prefix}{environment.account}"
        domain = f"{self._domain_prefix}.auth.{environment.region}.amazoncognito.com"
        pool = self._pool(environment, domain)
        self._claims_from(WppFunction(self, Function.TOKEN_CLAIMS, platform), pool)
        self._sign_in_pages(pool)
        self._risks(pool)
        provider = federated(self, pool, environment)
        clients = AppClients(
            self,
            pool,
            scopes=resource_servers(self, pool),
            provider=provider,
            origin=origin,
            oma_callbacks=environment.oma_callbacks,
        )
        self.user_pool = UserPool(
            pool_id=pool.user_pool_id,
            oma_client_id=clients.oma,
            console_client_id=clients.console,
            mcp_client_id=clients.mcp,
            sign_in_domain=domain,
        )
        self._tell()

    def _pool(self, environment: Environment, domain: str) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "UserPool",
            user_pool_name=f"{environment.prefix}people",
            feature_plan=cognito.FeaturePlan.PLUS,
            standard_threat_protection_mode=cognito.StandardThreatProtectionMode.FULL_FUNCTION,
            custom_threat_protection_mode=cognito.CustomThreatProtectionMode.FULL_FUNCTION,
            deletion_protection=environment.deletion_protection,
            removal_policy=_removal(environment),
            **_SIGNING_IN,
            **_recovery(environment),
            passkey_relying_party_id=domain,
        )
        template = pool.node.default_child
        if not isinstance(template, cognito.CfnUserPool):
            raise TypeError("a user pool is one resource")
        # A passkey that asks for finger, face or PIN is two factors; any other would be one.
        template.web_authn_factor_configuration = "MULTI_FACTOR_WITH_USER_VERIFICATION"
        return pool

    def _claims_from(self, function: WppFunction, pool: cognito.UserPool) -> None:
        pool.add_trigger(
            cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
            function.function,
            cognito.LambdaVersion.V2_0,
        )

    def _sign_in_pages(self, pool: cognito.UserPool) -> None:
        cognito.UserPoolDomain(
            self,
            "SignInPages",
            user_pool=pool,
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=self._domain_prefix),
            managed_login_version=cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN,
        )

    def _risks(self, pool: cognito.UserPool) -> None:
        """Say what threat protection does. Without notices: they would need a sender at SES."""
        action = cognito.CfnUserPoolRiskConfigurationAttachment.AccountTakeoverActionTypeProperty
        cognito.CfnUserPoolRiskConfigurationAttachment(
            self,
            "Risks",
            user_pool_id=pool.user_pool_id,
            client_id="ALL",
            compromised_credentials_risk_configuration={
                "actions": {"eventAction": "BLOCK"},
                "eventFilter": ["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"],
            },
            account_takeover_risk_configuration={
                "actions": {
                    "lowAction": action(event_action="NO_ACTION", notify=False),
                    "mediumAction": action(event_action="MFA_REQUIRED", notify=False),
                    "highAction": action(event_action="BLOCK", notify=False),
                }
            },
        )

    def _tell(self) -> None:
        told = {
            "UserPoolId": self.user_pool.pool_id,
            "OmaClientId": self.user_pool.oma_client_id,
            "ConsoleClientId": self.user_pool.console_client_id,
            "McpClientId": self.user_pool.mcp_client_id,
            "SignInDomain": self.user_pool.sign_in_domain,
        }
        for name, value in told.items():
            CfnOutput(self, name, value=value)
        CfnOutput(self, "Issuer", value=_issuer(self, self.user_pool.pool_id))


_SIGNING_IN: Final[dict[str, Any]] = {
    "self_sign_up_enabled": False,
    "sign_in_aliases": cognito.SignInAliases(email=True),
    "sign_in_case_sensitive": False,
    # Mutable: an identity provider writes it at each sign-in. Never required: a required
    # attribute has to be writable by every app client.
    "standard_attributes": cognito.StandardAttributes(
        email=cognito.StandardAttribute(mutable=True, required=False)
    ),
    "auto_verify": cognito.AutoVerifiedAttrs(email=True),
    "keep_original": cognito.KeepOriginalAttrs(email=True),
    "password_policy": _PASSWORD,
    "mfa": cognito.Mfa.REQUIRED,
    "mfa_second_factor": cognito.MfaSecondFactor(otp=True, sms=False, email=False),
    "enable_sms_role": False,
    "sign_in_policy": cognito.SignInPolicy(
        allowed_first_auth_factors=cognito.AllowedFirstAuthFactors(password=True, passkey=True)
    ),
    "passkey_user_verification": cognito.PasskeyUserVerification.REQUIRED,
}


def _recovery(environment: Environment) -> dict[str, Any]:
    """Return how a forgotten password is mended: where the provider has it, not here."""
    federation = environment.federation is not None
    kind = cognito.AccountRecovery.NONE if federation else cognito.AccountRecovery.EMAIL_ONLY
    return {"account_recovery": kind}


def _removal(environment: Environment) -> RemovalPolicy:
    return (
        RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        if environment.deletion_protection
        else RemovalPolicy.DESTROY
    )


def _issuer(stack: Stack, pool_id: str) -> str:
    return f"https://cognito-idp.{stack.region}.amazonaws.com/{pool_id}"
