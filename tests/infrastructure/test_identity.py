"""What the user pool has to be: the demands of docs/sign-in.md, ADR 8 and ADR 11."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from stacks.environments import Environment, load
from stacks.functions import FUNCTIONS
from stacks.packages import Packages
from stacks.synthesis import assembled
from tests.infrastructure.conftest import Synthesised
from tests.infrastructure.identity_parts import (
    PART,
    clients_of,
    domain_of,
    only,
    pool_of,
    scopes_of,
)
from tests.infrastructure.providers import OIDC, SAML
from wpp_mcp.config import SignInSettings
from wpp_mcp.functions import Function
from wpp_mcp.models.caller import ClientKind

PROVIDERS: Mapping[str, Mapping[str, str]] = {"saml": SAML, "oidc": OIDC}


def with_provider(kind: str) -> Environment:
    """Prod, with the agency's own identity provider."""
    prod = load("prod").model_dump(by_alias=True, mode="json")
    return Environment.model_validate(prod | {"federation": PROVIDERS[kind]})


@pytest.fixture(scope="module", params=PROVIDERS)
def federated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Synthesised:
    environment, folder = with_provider(request.param), tmp_path_factory.mktemp(request.param)
    assembled(environment, folder, packages=Packages.stand_ins())
    return Synthesised.read(environment, folder)


# The pool


def test_nobody_registers_by_themselves(synthesised: Synthesised) -> None:
    pool = pool_of(synthesised)
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameAttributes"] == ["email"]
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}


def test_everybody_has_a_second_factor_and_none_comes_by_phone_or_mail(
    synthesised: Synthesised,
) -> None:
    pool = pool_of(synthesised)
    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert "SmsConfiguration" not in pool
    assert set(pool["Policies"]["SignInPolicy"]["AllowedFirstAuthFactors"]) == {
        "PASSWORD",
        "WEB_AUTHN",
    }
    # A remembered device would stand in for the second factor.
    assert "DeviceConfiguration" not in pool


def test_a_passkey_is_two_factors_and_belongs_to_the_sign_in_pages(
    synthesised: Synthesised,
) -> None:
    pool = pool_of(synthesised)
    assert pool["WebAuthnUserVerification"] == "required"
    assert pool["WebAuthnFactorConfiguration"] == "MULTI_FACTOR_WITH_USER_VERIFICATION"
    assert pool["WebAuthnRelyingPartyID"] == domain_of(synthesised)


def test_passwords_are_long_and_not_used_again(synthesised: Synthesised) -> None:
    policy = pool_of(synthesised)["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 14
    assert policy["PasswordHistorySize"] >= 5
    assert policy["TemporaryPasswordValidityDays"] <= 3
    for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"):
        assert policy[f"Require{kind}"] is True


def test_threat_protection_acts(synthesised: Synthesised) -> None:
    pool = pool_of(synthesised)
    assert pool["UserPoolTier"] == "PLUS"
    assert pool["UserPoolAddOns"]["AdvancedSecurityMode"] == "ENFORCED"
    assert pool["UserPoolAddOns"]["AdvancedSecurityAdditionalFlows"] == {
        "CustomAuthMode": "ENFORCED"
    }
    risks = only(synthesised.of_type("Cognito::UserPoolRiskConfigurationAttachment", PART))
    assert risks["ClientId"] == "ALL"
    leaked = risks["CompromisedCredentialsRiskConfiguration"]
    assert leaked["Actions"] == {"EventAction": "BLOCK"}
    assert {"SIGN_IN", "PASSWORD_CHANGE"} <= set(leaked["EventFilter"])
    takeover = risks["AccountTakeoverRiskConfiguration"]["Actions"]
    assert takeover["HighAction"]["EventAction"] == "BLOCK"
    assert takeover["MediumAction"]["EventAction"] == "MFA_REQUIRED"


def test_an_address_is_changed_by_an_administrator_or_proved_first(
    synthesised: Synthesised,
) -> None:
    pool = pool_of(synthesised)
    assert pool["UserAttributeUpdateSettings"] == {
        "AttributesRequireVerificationBeforeUpdate": ["email"]
    }
    # A required attribute would have to be writable by every client; no other is declared.
    assert pool["Schema"] == [{"Name": "email", "Mutable": True, "Required": False}]


def test_people_outlive_a_mistake(synthesised: Synthesised) -> None:
    protected = synthesised.environment.deletion_protection
    assert pool_of(synthesised)["DeletionProtection"] == ("ACTIVE" if protected else "INACTIVE")
    (resource,) = (
        resource
        for resource in synthesised.template(PART)["Resources"].values()
        if resource["Type"] == "AWS::Cognito::UserPool"
    )
    kept = "RetainExceptOnCreate" if protected else "Delete"
    assert resource["DeletionPolicy"] == kept
    assert resource["UpdateReplacePolicy"] == kept.removesuffix("ExceptOnCreate")


# The trigger


def test_every_token_is_made_by_the_trigger(synthesised: Synthesised) -> None:
    trigger = pool_of(synthesised)["LambdaConfig"]
    functions = synthesised.of_type("Lambda::Function", PART)
    (name,) = functions
    assert trigger == {
        "PreTokenGenerationConfig": {
            "LambdaArn": {"Fn::GetAtt": [name, "Arn"]},
            "LambdaVersion": "V2_0",
        }
    }
    assert functions[name]["Timeout"] <= 5  # Amazon Cognito waits no longer
    assert FUNCTIONS[Function.TOKEN_CLAIMS].timeout_seconds == functions[name]["Timeout"]


def test_only_this_pool_calls_the_trigger(synthesised: Synthesised) -> None:
    permission = only(synthesised.of_type("Lambda::Permission", PART))
    (pool,) = synthesised.of_type("Cognito::UserPool", PART)
    assert permission["Principal"] == "cognito-idp.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": [pool, "Arn"]}


def test_the_trigger_reads_the_directory_and_nothing_else(synthesised: Synthesised) -> None:
    prefix = synthesised.environment.prefix
    found = {}
    for policy in synthesised.of_type("IAM::Policy", PART).values():
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                if action.startswith(("dynamodb:", "secretsmanager:", "cognito", "s3:")):
                    found[action] = json.dumps(statement["Resource"])
    assert set(found) == {"dynamodb:BatchGetItem", "dynamodb:Query"}
    assert f'table/{prefix}directory"' in found["dynamodb:BatchGetItem"]
    assert f'table/{prefix}directory/index/employeeId-index"' in found["dynamodb:Query"]


# The pages


def test_the_pages_have_a_name_that_is_known_beforehand(synthesised: Synthesised) -> None:
    environment = synthesised.environment
    domain = only(synthesised.of_type("Cognito::UserPoolDomain", PART))
    assert domain["Domain"] == f"{environment.prefix}{environment.account}"
    assert domain["ManagedLoginVersion"] == 2
    told = synthesised.template(PART)["Outputs"]
    assert told["SignInDomain"]["Value"] == domain_of(synthesised)
    (form,) = SignInSettings.model_fields["sign_in_domain"].metadata
    assert re.fullmatch(form.pattern, domain_of(synthesised))


def test_every_client_has_pages_that_open(synthesised: Synthesised) -> None:
    branding = synthesised.of_type("Cognito::ManagedLoginBranding", PART).values()
    styled = {style["ClientId"]["Ref"] for style in branding}
    assert styled == set(synthesised.of_type("Cognito::UserPoolClient", PART))
    assert all(style["UseCognitoProvidedValues"] is True for style in branding)


def test_the_outputs_name_the_pool_and_each_client(synthesised: Synthesised) -> None:
    told = synthesised.template(PART)["Outputs"]
    (pool,) = synthesised.of_type("Cognito::UserPool", PART)
    clients = synthesised.of_type("Cognito::UserPoolClient", PART)
    kinds = {name: told[f"{name}ClientId"]["Value"]["Ref"] for name in ("Oma", "Console", "Mcp")}
    assert told["UserPoolId"]["Value"] == {"Ref": pool}
    assert {n.lower(): clients[ref]["ClientName"] for n, ref in kinds.items()} == {
        kind.value: kind.value for kind in ClientKind
    }


# With the agency's own identity provider


def test_with_a_provider_nobody_signs_in_past_it(federated: Synthesised) -> None:
    provider = only(federated.of_type("Cognito::UserPoolIdentityProvider", PART))
    for client in clients_of(federated).values():
        assert client["SupportedIdentityProviders"] == [
            {"Ref": next(iter(federated.of_type("Cognito::UserPoolIdentityProvider", PART)))}
        ]
    assert provider["ProviderName"] == "agency"
    recovery = pool_of(federated)["AccountRecoverySetting"]["RecoveryMechanisms"]
    assert [way["Name"] for way in recovery] == ["admin_only"]


def test_a_provider_says_the_address_and_that_it_is_verified(federated: Synthesised) -> None:
    settings = federated.environment.federation
    assert settings is not None
    provider = only(federated.of_type("Cognito::UserPoolIdentityProvider", PART))
    assert provider["AttributeMapping"] == {
        "email": settings.email_attribute,
        "email_verified": settings.verified_attribute,
    }
    for client in clients_of(federated).values():
        # The pool writes what is mapped with the client's rights; people still lack the scope.
        assert client["WriteAttributes"] == ["email"]
        assert "aws.cognito.signin.user.admin" not in scopes_of(federated, client)


def test_a_providers_answers_are_asked_for_and_its_secret_is_nowhere(
    federated: Synthesised,
) -> None:
    provider = only(federated.of_type("Cognito::UserPoolIdentityProvider", PART))
    details = provider["ProviderDetails"]
    if provider["ProviderType"] == "SAML":
        assert details == {
            "MetadataURL": SAML["metadataUrl"],
            "IDPSignout": False,
            "IDPInit": False,
            "RequestSigningAlgorithm": "rsa-sha256",
        }
    else:
        reference = "{{resolve:secretsmanager:wpp-mcp/identity-provider:SecretString:current::}}"
        assert details["client_secret"] == reference
        assert details["client_id"] == OIDC["clientId"]
        assert details["oidc_issuer"] == OIDC["issuer"]
        assert details["authorize_scopes"] == "openid email"


def test_with_a_provider_the_checks_find_nothing_either(federated: Synthesised) -> None:
    assert federated.findings() == []
    template = federated.folder / federated.stacks[PART].template_file
    command = [Path(sys.executable).with_name("cfn-lint"), template]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout[:4000] + done.stderr[:4000]
