"""Who may deploy: GitHub's workflows, by short-lived tokens, and no key that lasts.

GitHub signs for each job which repository, branch or environment it runs for. AWS believes that
signature for the roles here, and gives credentials for an hour. The deploy role does next to
nothing itself: it becomes the roles that ``cdk bootstrap`` made, and what CloudFormation may do is
what the bootstrap said (docs/runbook/first-deploy.md).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.roles import allow
from stacks.environments import Edge, Environment
from stacks.functions import FUNCTIONS
from stacks.github import AUDIENCE, DEPLOY, ISSUER, READ
from stacks.permissions import KeyName, Permission, Resource, may, read_secret
from wpp_mcp.functions import Function
from wpp_mcp.secret_store import SecretName

_SESSION: Final = Duration.hours(1)
_EDGE_REGION: Final = "us-east-1"
_QUALIFIER: Final = "hnb659fds"
"""Of the roles that ``cdk bootstrap`` makes, if it is not told another."""


class DeliveryStack(WppStack):
    """GitHub as an identity provider, and two roles for its jobs.

    Attributes
    ----------
    deploy_role
        For jobs of the GitHub environment of the same name, behind whose reviewers they wait.
    read_role
        For pull requests and the main branch: what is deployed now, to compare with.
    """

    def __init__(
        self, scope: Construct, environment: Environment, *, keys: Mapping[KeyName, kms.IKey]
    ) -> None:
        super().__init__(
            scope, environment, "delivery", description="wpp-mcp: deployment from GitHub"
        )
        repository = f"repo:{environment.repository}"
        provider = self._provider(environment)
        self.deploy_role = self._role(
            DEPLOY, [f"{repository}:environment:{environment.name}"], provider
        )
        self.read_role = self._role(
            READ, [f"{repository}:pull_request", f"{repository}:ref:refs/heads/main"], provider
        )
        allow(self.deploy_role, deploying(environment), environment, keys)
        allow(self.read_role, reading(environment), environment, keys)

    def _provider(self, environment: Environment) -> iam.CfnOIDCProvider | None:
        if environment.github_provider_exists:
            return None
        # AWS checks GitHub's certificate against its own list: no thumbprint is needed.
        return iam.CfnOIDCProvider(
            self, "GitHub", url=f"https://{ISSUER}", client_id_list=[AUDIENCE]
        )

    def _role(
        self, name: str, subjects: list[str], provider: iam.CfnOIDCProvider | None
    ) -> iam.Role:
        role = iam.Role(
            self,
            name.capitalize(),
            # By name: GitHub's side computes the ARN, and keeps no setting that could go stale.
            role_name=f"{self.environment_of.prefix}{name}",
            description=f"wpp-mcp: jobs of GitHub that {name}",
            max_session_duration=_SESSION,
            assumed_by=iam.WebIdentityPrincipal(
                f"arn:{self.partition}:iam::{self.account}:oidc-provider/{ISSUER}",
                {"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects}},
            ),
        )
        if provider is not None:
            role.node.add_dependency(provider)
        CfnOutput(self, f"{name.capitalize()}RoleArn", value=role.role_arn)
        return role


def regions(environment: Environment) -> list[str]:
    """Return every region that stacks of an environment are deployed to."""
    edge = {_EDGE_REGION} if environment.edge is not Edge.NONE else set()
    second = {environment.second_region} if environment.second_region else set()
    return sorted({environment.region} | edge | second)


def deploying(environment: Environment) -> Iterator[Permission]:
    """Yield what the deploy role may do: deploy, look, go back, clear away, tell OMA."""
    for region in regions(environment):
        for role in ("deploy", "file-publishing"):
            yield may(_bootstrapped(role, region), "sts:AssumeRole")
        yield may(_stacks(region), "cloudformation:DescribeStacks")
    for function in FUNCTIONS:
        yield may(
            _function(function),
            "lambda:GetAlias",
            "lambda:ListAliases",
            "lambda:ListVersionsByFunction",
            "lambda:UpdateAlias",
        )
    yield may(_VERSIONS, "lambda:DeleteFunction")
    yield may(
        _DEPLOYMENTS,
        "codedeploy:GetDeployment",
        "codedeploy:ListDeployments",
        "codedeploy:StopDeployment",
    )
    yield may(_RELEASES, "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:PutParameter")
    yield from read_secret(SecretName.OMA_WEBHOOK_KEY)


def reading(environment: Environment) -> Iterator[Permission]:
    """Yield what the read role may do: see the templates of our stacks, and nothing behind them."""
    for region in regions(environment):
        yield may(_stacks(region), "cloudformation:DescribeStacks", "cloudformation:GetTemplate")


def _bootstrapped(role: str, region: str) -> Resource:
    name = f"cdk-{_QUALIFIER}-{role}-role-{{account}}-{region}"
    return Resource(f"arn:{{partition}}:iam::{{account}}:role/{name}")


def _stacks(region: str) -> Resource:
    return Resource(
        f"arn:{{partition}}:cloudformation:{region}:{{account}}:stack/{{prefix}}*/*",
        why_wildcard="our stacks, by their prefix; CloudFormation ends the ARN of a stack with an"
        " id of its own",
    )


def _function(function: Function) -> Resource:
    name = function.value.replace("_", "-")
    return Resource(f"arn:{{partition}}:lambda:{{region}}:{{account}}:function:{{prefix}}{name}")


_VERSIONS: Final = Resource(
    "arn:{partition}:lambda:{region}:{account}:function:{prefix}*:*",
    why_wildcard="published versions of our functions: the number is known only when they are"
    " removed. A function itself has no colon behind its name, and cannot be deleted with this",
)
_DEPLOYMENTS: Final = Resource(
    "arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{prefix}functions/{prefix}*",
    why_wildcard="the deployment groups of our one application, each named like its function",
)
_RELEASES: Final = Resource(
    "arn:{partition}:ssm:{region}:{account}:parameter/{prefix}releases/current"
)
