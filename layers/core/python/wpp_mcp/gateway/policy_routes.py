"""``/policies``: the rules of writes, and changing them with the agreement of a second admin."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field, JsonValue, ValidationError

from wpp_mcp.access.services import Services
from wpp_mcp.audit.entry import Action
from wpp_mcp.audit.trail import LinkedWriteRefusedError
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.answers import digest_of
from wpp_mcp.gateway.form_tokens import require_own_page
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.models import strict_json
from wpp_mcp.models.policies import (
    ENVIRONMENT,
    PolicyDocument,
    PolicyScope,
    policy_document,
    scope_named,
    written,
)
from wpp_mcp.operations.answering import preview_body
from wpp_mcp.operations.calls import Call, OperationCalls
from wpp_mcp.operations.policy_changes import TOOL, PolicyChanges
from wpp_mcp.operations.telling import Telling
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.policies import Policies, key_of, stored_policy
from wpp_mcp.tools.inputs import WireModel, not_valid

_ACCEPTED = 202


class PolicyParameters(WireModel):
    """The query parameters of ``GET /policies``."""

    scope: Annotated[str, Field(min_length=1, max_length=320)] = str(ENVIRONMENT)


class PolicyBody(WireModel):
    """The body of ``PUT /policies``: the whole policy of a scope, not what is to change in it."""

    scope: str = Field(min_length=1, max_length=320)
    document: dict[str, JsonValue]


class PolicyRoutes:
    """Serves the routes."""

    def __init__(self, services: Services, telling: Telling) -> None:
        self._services = services
        self._calls = OperationCalls(services)
        self._changes = PolicyChanges(services)
        self._telling = telling

    def show(self, request: Request) -> Response:
        """``GET /policies``: the policy of a scope, the environment's, and what both add up to."""
        seen = self._calls.read(request.principal())
        with self._calls.at_all(seen, _call(request)) as facts:
            scope = scope_named(_parameters(request).scope)
            found = self._services.dynamo.batch_get(map(key_of, (ENVIRONMENT, scope)))
            scopes = dict.fromkeys((ENVIRONMENT, scope))
            body = {
                "success": True,
                "policies": [_shown(one, found) for one in scopes],
                "effective": _effective(found),
            }
            self._calls.allow(seen, facts, rows=len(scopes))
        return Response(body)

    def change(self, request: Request) -> Response:
        """``PUT /policies``: previews the change, which waits for another admin."""
        seen = self._calls.read(request.principal())
        call = _call(request, step="preview")
        with self._calls.at_all(seen, call) as facts:
            require_own_page(request, self._services.settings.origin)
            scope, document = _asked(request)
            key = key_of(scope)
            stored = stored_policy(key, self._services.dynamo.batch_get([key]).get(key))
            record = self._changes.preview(seen, stored, document).record
            named = replace(facts, operation_id=record.operation_id)
            try:
                self._calls.allow(seen, named, [record.inserting()], rows=len(record.changes))
            except LinkedWriteRefusedError:
                raise WppError(ErrorCode.CONFLICT, retry_after=1) from None
        self._telling.wanted(record)
        body = preview_body(record, self._services.settings.origin, None)
        return Response(body, _ACCEPTED)


def _call(request: Request, step: str | None = None) -> Call:
    asked = request.json if step else dict(request.query)
    return Call(
        what=TOOL,
        channel=request.route.channel,
        correlation_id=request.correlation_id,
        roles=request.route.roles,
        action=Action.WRITE if step else Action.READ,
        step=step,
        request_digest=digest_of(asked),
    )


def _parameters(request: Request) -> PolicyParameters:
    try:
        return PolicyParameters.model_validate(dict(request.query))
    except ValidationError as error:
        raise not_valid(error, "query") from None


def _asked(request: Request) -> tuple[PolicyScope, PolicyDocument]:
    try:
        body = PolicyBody.model_validate_json(request.body)
    except ValidationError as error:
        raise not_valid(error, "body") from None
    scope = scope_named(body.scope)
    try:
        # As it was read strictly: amounts to their last digit.
        return scope, policy_document(scope, request.json["document"])
    except ValidationError as error:
        raise not_valid(error, "document") from None


def _shown(scope: PolicyScope, found: dict[Key, Item]) -> dict[str, Any]:
    item = found.get(key_of(scope))
    policy = stored_policy(key_of(scope), item)
    shown = {
        "scope": str(scope),
        "version": policy.version,
        "document": strict_json.plain(written(policy.document)),
    }
    known = item or {}
    return shown | {name: known[name] for name in ("changedBy", "changedAt") if name in known}


def _effective(found: dict[Key, Item]) -> dict[str, Any]:
    rules, policy = Policies.rules(found), Policies.of(found)
    limits = rules.limits
    return {
        "version": rules.version,
        "enforcement": rules.enforcement.value,
        "limits": strict_json.plain(
            {
                "percent": limits.percent,
                "dailyBudget": limits.daily_budget,
                "dailyRise": limits.daily_rise,
                "items": limits.items,
                "highDailyBudget": limits.high_daily_budget,
            }
        ),
        "writesDisabled": [{"scope": one.scope, "reason": one.reason} for one in rules.stops],
        "callsPerMinute": policy.calls_per_minute,
        "callsPerSecond": policy.calls_per_second,
        "accountCallsPerMinute": policy.account_calls_per_minute,
        "previewsPerMinute": policy.previews_per_minute,
        "requireSealedAccounts": policy.require_sealed_accounts,
        "formElicitationClients": sorted(policy.form_elicitation_clients),
    }
