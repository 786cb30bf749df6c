"""The plain JSON routes: execute-tool, the tool list, health and OAuth metadata."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field, JsonValue, ValidationError

from wpp_mcp import version_of
from wpp_mcp.access.services import Services
from wpp_mcp.config import HealthSettings, PublicSettings
from wpp_mcp.gateway.calls import Gateway
from wpp_mcp.gateway.decision import ToolCall
from wpp_mcp.gateway.listing import Listing, ToolLists
from wpp_mcp.gateway.messages import Request, Response
from wpp_mcp.gateway.refusals import error_headers
from wpp_mcp.gateway.toolsets import Toolsets, chosen
from wpp_mcp.models.caller import Scope
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.policies import Policies
from wpp_mcp.tools.inputs import WireModel, not_valid
from wpp_mcp.tools.registry import Tool, catalogue
from wpp_mcp.tools.schemas import input_schema, output_schema

TOOLSETS_HEADER: Final = "x-mcp-toolsets"
PAGE: Final = 50
_HEALTH_SECONDS: Final = 10


class ExecuteTool(WireModel):
    """The body of ``POST /mcp/execute-tool`` (product.md §3)."""

    tool: str = Field(min_length=1, max_length=100)
    params: dict[str, JsonValue] = Field(default={})
    user_id: str | None = Field(default=None, max_length=320)
    google_o_auth_token: str | None = Field(
        default=None, max_length=4_096, alias="googleOAuthToken", repr=False
    )
    approved_accounts: dict[str, JsonValue] | None = Field(default=None, repr=False)
    oma_request_id: str | None = Field(
        default=None, min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.:-]+$"
    )


def toolsets_of(request: Request) -> Toolsets:
    """Return the families that a request chooses."""
    return chosen(request.query.get("toolsets"), request.headers.get(TOOLSETS_HEADER))


def listing(request: Request, toolsets: Toolsets) -> Listing:
    """Return who asks for the list of tools, and how."""
    return Listing(
        principal=request.principal(),
        toolsets=toolsets,
        route=request.route,
        correlation_id=request.correlation_id,
    )


def execute_tool(gateway: Gateway, resource_url: str, request: Request) -> Response:
    """``POST /mcp/execute-tool``: one tool call as plain JSON."""
    try:
        body = ExecuteTool.model_validate_json(request.body)
    except ValidationError as error:
        raise not_valid(error, "body") from None
    answer = gateway.run(
        ToolCall(
            principal=request.principal(),
            channel=request.route.channel,
            tool=body.tool,
            params=body.params,
            google_token=request.google_token or body.google_o_auth_token or None,
            sealed=body.approved_accounts,
            user_id=body.user_id,
            request_id=body.oma_request_id,
            toolsets=toolsets_of(request),
            correlation_id=request.correlation_id,
            deadline=request.deadline,
        )
    )
    headers = error_headers(answer.error, resource_url) if answer.error else {}
    return Response(answer.body, answer.status, headers)


def list_tools(lists: ToolLists, request: Request) -> Response:
    """``GET /mcp/tools/list``: who calls, and the tools that this caller has, 50 a page."""
    caller, tools = lists.tools_for(listing(request, toolsets_of(request)))
    page, following = page_of(tools, request.query.get("pageToken"))
    body: dict[str, Any] = {
        "success": True,
        "caller": {
            "userId": caller.user_id,
            "name": caller.name,
            "role": caller.role.value,
            "agency": caller.agency,
        },
        "tools": [_described(tool) for tool in page],
    }
    return Response(body | ({"nextPageToken": following} if following else {}))


def page_of(tools: list[Tool], after: str | None) -> tuple[list[Tool], str | None]:
    """Return the tools after a name, and the name to go on from."""
    rest = [tool for tool in tools if after is None or tool.name > after]
    return rest[:PAGE], rest[PAGE - 1].name if len(rest) > PAGE else None


def _described(tool: Tool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "api": tool.api.value if tool.api else None,
        "toolset": tool.toolset,
        "scope": tool.scope.value,
        "inputSchema": input_schema(tool),
        "outputSchema": output_schema(tool),
        "annotations": annotations(tool),
    }


def annotations(tool: Tool) -> dict[str, bool]:
    """Return what a client may assume of a tool, by MCP's names. All tools so far only read."""
    reads = tool.scope is Scope.TOOLS_READ
    return {
        "readOnlyHint": reads,
        "destructiveHint": not reads,
        "idempotentHint": reads,
        "openWorldHint": True,
    }


class Health:
    """``GET /health``: whether the tables can be read. Asked at most every ten seconds."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._version = version_of(HealthSettings.load(services.runtime.environ).build)
        self._known: tuple[datetime, bool] | None = None

    def __call__(self, _: Request) -> Response:
        """Answer ``{status, version, tools}``."""
        status = "healthy" if self._healthy() else "degraded"
        return Response({"status": status, "version": self._version, "tools": len(catalogue())})

    def _healthy(self) -> bool:
        now = self._services.runtime.clock()
        if self._known is not None and now - self._known[0] < timedelta(seconds=_HEALTH_SECONDS):
            return self._known[1]
        try:
            self._services.dynamo.batch_get(Policies.keys())
            healthy = True
        except StorageError:
            healthy = False
        self._known = (now, healthy)
        return healthy


def resource_metadata(settings: PublicSettings) -> Mapping[str, Any]:
    """Return the protected-resource metadata of RFC 9728."""
    return {
        "resource": settings.resource_url,
        "resource_name": "WPP marketing accounts",
        "authorization_servers": [settings.origin],
        # What MCP clients can get; the others belong to OMA and the console.
        "scopes_supported": [Scope.TOOLS_READ.value, Scope.TOOLS_WRITE.value],
        "bearer_methods_supported": ["header"],
    }
