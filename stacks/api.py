"""The routes of the HTTP API, the functions behind them, and the authorizer before them.

Every route is one of `wpp_mcp.routes`, and leads to the alias of its function, so that a new
version takes over step by step.
"""

from typing import Final

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_apigatewayv2 as http
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.base import WppStack
from stacks.constructs.acknowledging import acknowledge
from stacks.constructs.function import WppFunction, camel
from stacks.constructs.shifting import ALIAS, Shifts
from stacks.entry import EntryStack
from stacks.functions import FUNCTIONS
from stacks.platform import Platform, UserPool
from stacks.variables import variables_of
from wpp_mcp.functions import Function
from wpp_mcp.routes import BY_KEY, Credentials, Route

SHIFT: Final = "shift"
"""The context that leaves CodeDeploy out, with ``-c shift=none``: a version that is gone back to
by hand takes over at once."""

_FAILING_PERCENT: Final = 5
_FEW: Final = 5


class ApiStack(WppStack):
    """Routes, functions, authorizer.

    Attributes
    ----------
    functions, aliases
        By name; those behind a route, and the authorizer.
    """

    def __init__(
        self, scope: Construct, platform: Platform, *, entry: EntryStack, user_pool: UserPool
    ) -> None:
        environment = platform.environment
        super().__init__(scope, environment, "api", description="wpp-mcp: routes and functions")
        self._entry = entry
        self.functions: dict[Function, WppFunction] = {}
        self.aliases: dict[Function, lambda_.Alias] = {}
        called = dict.fromkeys([Function.AUTHORIZER, *(r.function for r in BY_KEY.values())])
        for function in called:
            self._add(function, platform, variables_of(function, platform, entry, user_pool))
        if self.node.try_get_context(SHIFT) != "none":
            self._shift(platform)
        authorizer = self._authorizer(self.aliases[Function.AUTHORIZER])
        behind = {
            name: integrations.HttpLambdaIntegration(camel(name.value), alias)
            for name, alias in self.aliases.items()
        }
        for route in BY_KEY.values():
            self._route(route, behind[route.function], authorizer)
        names = ", ".join(one.physical_name for one in self.functions.values())
        CfnOutput(self, "Functions", value=names, description="The functions behind the API")

    def _add(self, function: Function, platform: Platform, variables: dict[str, str]) -> None:
        made = WppFunction(self, function, platform, variables=variables)
        self.functions[function] = made
        self.aliases[function] = lambda_.Alias(
            made, "Alias", alias_name=ALIAS, version=made.function.current_version
        )

    def _shift(self, platform: Platform) -> None:
        shifts = Shifts(self, "Shifts", platform.environment, also=[self._failing(platform)])
        for function, alias in self.aliases.items():
            timeout = Duration.seconds(FUNCTIONS[function].timeout_seconds)
            shifts.shift(alias, self.functions[function].physical_name, timeout)

    def _failing(self, platform: Platform) -> cloudwatch.Alarm:
        period = Duration.minutes(1)
        api = self._entry.api
        share = cloudwatch.MathExpression(
            expression=f"IF(failed >= {_FEW}, 100 * failed / calls, 0)",
            using_metrics={
                "failed": api.metric_server_error(period=period, statistic="Sum"),
                "calls": api.metric_count(period=period, statistic="Sum"),
            },
            period=period,
            label="Answers 5xx, percent",
        )
        return cloudwatch.Alarm(
            self,
            "Failing",
            alarm_name=f"{platform.environment.prefix}api-failing",
            alarm_description="Stops every shift to a new version: the API answers errors of ours",
            metric=share,
            threshold=_FAILING_PERCENT,
            evaluation_periods=1,
            comparison_operator=(cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD),
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _authorizer(self, alias: lambda_.Alias) -> http.IHttpRouteAuthorizer:
        api = self._entry.api.api_id
        gateway = f"arn:{self.partition}:apigateway:{self.region}:lambda:path/2015-03-31/functions"
        made = http.CfnAuthorizer(
            self,
            "Decision",
            api_id=api,
            name="authorizer",
            authorizer_type="REQUEST",
            authorizer_uri=f"{gateway}/{alias.function_arn}/invocations",
            authorizer_payload_format_version="2.0",
            enable_simple_responses=True,
            # It decides about every call itself. With a source of identity, API Gateway would
            # answer 401 by itself where that is missing, and keep decisions by its value.
            identity_source=[],
            authorizer_result_ttl_in_seconds=0,
        )
        alias.add_permission(
            "Gateway",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=(
                f"arn:{self.partition}:execute-api:{self.region}:{self.account}:{api}"
                f"/authorizers/{made.ref}"
            ),
        )
        return http.HttpAuthorizer.from_http_authorizer_attributes(
            self, "Decides", authorizer_id=made.ref, authorizer_type="CUSTOM"
        )

    def _route(
        self,
        route: Route,
        integration: integrations.HttpLambdaIntegration,
        authorizer: http.IHttpRouteAuthorizer,
    ) -> None:
        is_open = route.credentials is Credentials.NONE
        made = http.HttpRoute(
            self,
            route.key,
            http_api=self._entry.api,
            route_key=http.HttpRouteKey.with_(route.path, http.HttpMethod(route.method)),
            integration=integration,
            authorizer=None if is_open else authorizer,
        )
        if is_open:
            acknowledge(
                made,
                "AwsSolutions-APIG4",
                "Open by design (wpp_mcp.routes): health, metadata, preflight and the sign-in"
                " itself; the function checks that the call came through the edge",
            )
