"""The tools, prompts and resources that the conformance suite asks for, by its names.

They run on the product's adapter, in the place of the product's own server: same wrapper, same
authentication, same app per invocation. So the parts of the protocol that the product does not
use yet are tested as it would serve them. The suite's pages on its scenarios say what each has to
answer.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError

from tests.conformance import asking
from tests.conformance.content import PNG, WAV, embedded, image, text
from wpp_mcp.access.services import Services
from wpp_mcp.functions import Function
from wpp_mcp.gateway.denials import RouteDenials
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.json_rpc import json_rpc_error
from wpp_mcp.gateway.mcp import McpEndpoint, from_scope
from wpp_mcp.runtime import Runtime

Context = ServerRequestContext[Any, Any]
Answer = types.CallToolResult | types.InputRequiredResult

NAME: Final = "conformance-fixtures"
_TTL_MS: Final = 60_000


def result(*content: types.ContentBlock, is_error: bool = False) -> types.CallToolResult:
    return types.CallToolResult(content=list(content), is_error=is_error)


FIXED: Final[Mapping[str, types.CallToolResult]] = {
    "test_simple_text": result(text("This is a simple text response for testing.")),
    "test_image_content": result(image()),
    "test_audio_content": result(types.AudioContent(type="audio", data=WAV, mime_type="audio/wav")),
    "test_embedded_resource": result(
        embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    ),
    "test_multiple_content_types": result(
        text("Multiple content types test:"),
        image(),
        embedded(
            "test://mixed-content-resource", "application/json", '{"test":"data","value":123}'
        ),
    ),
    "test_error_handling": result(
        text("This tool intentionally returns an error for testing"), is_error=True
    ),
    "json_schema_2020_12_tool": result(text("done")),
    "test_header_parameter": result(text("done")),
}
"""Tools that answer the same each time."""

_ANY_OBJECT: Final[dict[str, Any]] = {"type": "object", "properties": {}}
SCHEMAS: Final[Mapping[str, dict[str, Any]]] = {
    "test_header_parameter": {
        "type": "object",
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
        "required": ["region"],
    },
    "json_schema_2020_12_tool": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            }
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": False,
    },
}


async def with_progress(context: Context, _: types.CallToolRequestParams) -> Answer:
    for progress in (0, 50, 100):
        await context.session.report_progress(progress, 100)
    return result(text("done"))


async def with_logging(context: Context, _: types.CallToolRequestParams) -> Answer:
    for said in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.session.send_log_message("info", said, related_request_id=context.request_id)
    return result(text("done"))


async def with_sampling(context: Context, _: types.CallToolRequestParams) -> Answer:
    declared = context.session.client_capabilities
    if declared is None or declared.sampling is None:
        raise MCPError(
            types.MISSING_REQUIRED_CLIENT_CAPABILITY,
            "This tool needs sampling",
            {"requiredCapabilities": {"sampling": {}}},
        )
    return result(text("done"))


CALLED: Final[Mapping[str, Callable[[Context, types.CallToolRequestParams], Awaitable[Answer]]]] = {
    "test_tool_with_progress": with_progress,
    "test_tool_with_logging": with_logging,
    "test_logging_tool": with_logging,
    "test_missing_capability": with_sampling,
    **asking.TOOLS,
    **asking.OLDER_TOOLS,
}
"""Tools that look at the call."""

PROMPTS: Final[Mapping[str, tuple[str, ...]]] = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    asking.PROMPT: (),
}
"""By name, the arguments that each wants."""


async def on_list_tools(_: Context, __: types.PaginatedRequestParams | None) -> Any:
    tools = [
        types.Tool(name=name, description=f"{name}.", input_schema=SCHEMAS.get(name, _ANY_OBJECT))
        for name in sorted({*FIXED, *CALLED})
    ]
    return types.ListToolsResult(tools=tools, ttl_ms=_TTL_MS, cache_scope="private")


async def on_call_tool(context: Context, params: types.CallToolRequestParams) -> Answer:
    if params.name in FIXED:
        return FIXED[params.name]
    if params.name in CALLED:
        return await CALLED[params.name](context, params)
    raise MCPError(types.INVALID_PARAMS, "There is no tool of this name")


async def on_list_prompts(_: Context, __: types.PaginatedRequestParams | None) -> Any:
    prompts = [
        types.Prompt(
            name=name,
            description=f"{name}.",
            arguments=[types.PromptArgument(name=wanted, required=True) for wanted in arguments],
        )
        for name, arguments in PROMPTS.items()
    ]
    return types.ListPromptsResult(prompts=prompts, ttl_ms=_TTL_MS, cache_scope="private")


async def on_get_prompt(context: Context, params: types.GetPromptRequestParams) -> Any:
    given = params.arguments or {}
    if params.name == asking.PROMPT:
        return asking.prompt(params)
    if set(PROMPTS.get(params.name, ("?",))) - set(given):
        raise MCPError(types.INVALID_PARAMS, "There is no such prompt, or an argument is missing")
    content: dict[str, list[types.ContentBlock]] = {
        "test_simple_prompt": [text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments": [
            text(f"Prompt with arguments: arg1='{given.get('arg1')}', arg2='{given.get('arg2')}'")
        ],
        "test_prompt_with_embedded_resource": [
            embedded(
                given.get("resourceUri", ""),
                "text/plain",
                "Embedded resource content for testing.",
            ),
            text("Please process the embedded resource above."),
        ],
        "test_prompt_with_image": [image(), text("Please analyze the image above.")],
    }
    messages = [types.PromptMessage(role="user", content=one) for one in content[params.name]]
    return types.GetPromptResult(messages=messages)


async def on_list_resources(_: Context, __: types.PaginatedRequestParams | None) -> Any:
    kinds = {"test://static-text": "text/plain", "test://static-binary": "image/png"}
    resources = [
        types.Resource(uri=uri, name=uri.removeprefix("test://"), description=uri, mime_type=kind)
        for uri, kind in kinds.items()
    ]
    return types.ListResourcesResult(resources=resources, ttl_ms=_TTL_MS, cache_scope="private")


async def on_list_resource_templates(_: Context, __: types.PaginatedRequestParams | None) -> Any:
    template = types.ResourceTemplate(uri_template="test://template/{id}/data", name="template")
    return types.ListResourceTemplatesResult(
        resource_templates=[template], ttl_ms=_TTL_MS, cache_scope="private"
    )


async def on_read_resource(_: Context, params: types.ReadResourceRequestParams) -> Any:
    uri = str(params.uri)
    contents: types.TextResourceContents | types.BlobResourceContents
    if uri == "test://static-text":
        said = "This is the content of the static text resource."
        contents = types.TextResourceContents(uri=uri, mime_type="text/plain", text=said)
    elif uri == "test://static-binary":
        contents = types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PNG)
    elif uri.startswith("test://template/") and uri.endswith("/data"):
        number = uri.removeprefix("test://template/").removesuffix("/data")
        said = json.dumps({"id": number, "templateTest": True, "data": f"Data for ID: {number}"})
        contents = types.TextResourceContents(uri=uri, mime_type="application/json", text=said)
    else:
        raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})
    return types.ReadResourceResult(contents=[contents], ttl_ms=_TTL_MS, cache_scope="private")


async def on_completion(_: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    values = [v for v in ("paris", "park", "party") if v.startswith(params.argument.value)]
    completion = types.Completion(values=values, total=len(values), has_more=False)
    return types.CompleteResult(completion=completion)


def build_server() -> Server[Any]:
    server: Server[Any] = Server(
        NAME,
        version="1",
        get_tool_input_schema=lambda name: SCHEMAS.get(name, _ANY_OBJECT),
        on_list_tools=on_list_tools,
        on_call_tool=on_call_tool,
        on_list_prompts=on_list_prompts,
        on_get_prompt=on_get_prompt,
        on_list_resources=on_list_resources,
        on_list_resource_templates=on_list_resource_templates,
        on_read_resource=on_read_resource,
        on_completion=on_completion,
    )
    security = RequestStateSecurity(
        keys=[b"of the conformance suite's alone"],
        bind_principal=lambda context: from_scope(context).request.principal().employee_id,
    )
    server.middleware.append(RequestStateBoundary(security, default_audience=NAME))
    return server


def create(runtime: Runtime) -> HttpFunction:
    services = Services(runtime, Function.MCP_ENDPOINT)
    return HttpFunction(
        runtime,
        Function.MCP_ENDPOINT,
        {"POST /mcp": McpEndpoint(build_server(), services.settings)},
        RouteDenials(services),
        json_rpc_error,
    )


entry: Final = LambdaEntry(create)
