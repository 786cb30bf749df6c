"""The agency's identity provider at the user pool, where the environment names one."""

from aws_cdk import SecretValue
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from stacks.environments import Environment, Federation, OidcFederation, SamlFederation

Provider = cognito.UserPoolIdentityProviderSaml | cognito.UserPoolIdentityProviderOidc


def federated(
    scope: Construct, pool: cognito.UserPool, environment: Environment
) -> Provider | None:
    """Add the provider of the environment; return ``None`` where people have passwords here."""
    federation = environment.federation
    if federation is None:
        return None
    if isinstance(federation, SamlFederation):
        return _saml(scope, pool, federation)
    return _oidc(scope, pool, federation, environment.secret_prefix)


def _mapping(federation: Federation) -> cognito.AttributeMapping:
    # Without the second one an address counts as not verified, and gets no token.
    return cognito.AttributeMapping(
        email=cognito.ProviderAttribute.other(federation.email_attribute),
        email_verified=cognito.ProviderAttribute.other(federation.verified_attribute),
    )


def _saml(scope: Construct, pool: cognito.UserPool, federation: SamlFederation) -> Provider:
    return cognito.UserPoolIdentityProviderSaml(
        scope,
        "IdentityProvider",
        user_pool=pool,
        name=federation.name,
        metadata=cognito.UserPoolIdentityProviderSamlMetadata.url(federation.metadata_url),
        attribute_mapping=_mapping(federation),
        # An answer that nobody asked for is how somebody is signed in as another.
        idp_initiated=False,
        idp_signout=False,
        request_signing_algorithm=cognito.SigningAlgorithm.RSA_SHA256,
    )


def _oidc(
    scope: Construct, pool: cognito.UserPool, federation: OidcFederation, secrets: str
) -> Provider:
    secret = SecretValue.secrets_manager(f"{secrets}{federation.secret_name}", json_field="current")
    return cognito.UserPoolIdentityProviderOidc(
        scope,
        "IdentityProvider",
        user_pool=pool,
        name=federation.name,
        issuer_url=federation.issuer,
        client_id=federation.client_id,
        # A reference: CloudFormation reads the value when it deploys, the template never has it.
        client_secret=secret.unsafe_unwrap(),
        attribute_request_method=cognito.OidcAttributeRequestMethod.GET,
        attribute_mapping=_mapping(federation),
        scopes=["openid", "email"],
    )
