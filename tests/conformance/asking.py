"""The fixtures that ask the client for something before they answer.

In revision 2026-07-28 the question is an answer of its own, and the client calls again (SEP-2322).
Older revisions ask back while the call waits, which nobody can do behind a function.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import mcp_types as types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError

Context = ServerRequestContext[Any, Any]
Call = types.CallToolRequestParams
Answer = types.CallToolResult | types.InputRequiredResult

PROMPT: Final = "test_input_required_result_prompt"
_PREFIX: Final = "test_input_required_result"


def form(message: str, **properties: str) -> types.ElicitRequest:
    """Ask the person to fill in a form; properties as ``name="string"``."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }
    return types.ElicitRequest(
        params=types.ElicitRequestFormParams(message=message, requested_schema=schema)
    )


def sampling(said: str) -> types.CreateMessageRequest:
    content = types.TextContent(type="text", text=said)
    message = types.SamplingMessage(role="user", content=content)
    return types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[message], max_tokens=100)
    )


def ask(state: str | None = None, **requests: types.InputRequest) -> types.InputRequiredResult:
    return types.InputRequiredResult(input_requests=requests, request_state=state)


def done(said: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=said)])


def answers(params: Call | types.GetPromptRequestParams) -> Mapping[str, Any]:
    return params.input_responses or {}


def filled_in(params: Call | types.GetPromptRequestParams, key: str) -> Mapping[str, Any] | None:
    """Return what the person filled in, ``None`` where there is nothing of the sort."""
    given = answers(params).get(key)
    return given.content if isinstance(given, types.ElicitResult) else None


async def elicitation(_: Context, params: Call) -> Answer:
    given = filled_in(params, "user_name")
    if given is None:
        return ask(user_name=form("What is your name?", name="string"))
    return done(f"Hello, {given.get('name')}!")


async def sampled(_: Context, params: Call) -> Answer:
    given = answers(params).get("capital_question")
    if not isinstance(given, types.CreateMessageResult):
        return ask(capital_question=sampling("What is the capital of France?"))
    return done(str(getattr(given.content, "text", "")))


async def list_roots(_: Context, params: Call) -> Answer:
    given = answers(params).get("client_roots")
    if not isinstance(given, types.ListRootsResult):
        return ask(client_roots=types.ListRootsRequest(params=types.RequestParams()))
    return done(", ".join(str(root.uri) for root in given.roots))


async def request_state(_: Context, params: Call) -> Answer:
    if filled_in(params, "confirm") is None:
        return ask("asked", confirm=form("Please confirm", ok="boolean"))
    if params.request_state != "asked":
        raise MCPError(types.INVALID_PARAMS, "The state is missing")
    return done("state-ok")


async def multiple_inputs(_: Context, params: Call) -> Answer:
    wanted: dict[str, types.InputRequest] = {
        "user_name": form("What is your name?", name="string"),
        "greeting": sampling("Generate a greeting"),
        "client_roots": types.ListRootsRequest(params=types.RequestParams()),
    }
    missing = {key: request for key, request in wanted.items() if key not in answers(params)}
    return ask("asked", **missing) if missing else done("Everything is here.")


async def multi_round(_: Context, params: Call) -> Answer:
    if filled_in(params, "step2") is not None and params.request_state == "second":
        return done("Both steps are done.")
    if filled_in(params, "step1") is not None and params.request_state == "first":
        question = form("Step 2: What is your favorite color?", color="string")
        return ask("second", step2=question)
    return ask("first", step1=form("Step 1: What is your name?", name="string"))


async def capabilities(context: Context, _: Call) -> Answer:
    declared = context.session.client_capabilities or types.ClientCapabilities()
    possible: dict[str, types.InputRequest] = {}
    if declared.elicitation is not None:
        possible["user_name"] = form("What is your name?", name="string")
    if declared.sampling is not None:
        possible["greeting"] = sampling("Generate a greeting")
    return ask(**possible) if possible else done("There is nobody to ask.")


async def elicitation_of_old(context: Context, _: Call) -> Answer:
    schema = {"type": "object", "properties": {"username": {"type": "string"}}}
    given = await context.session.elicit_form("Who are you?", schema, context.request_id)
    return done(f"User response: {given.action}")


async def sampling_of_old(context: Context, _: Call) -> Answer:
    messages = sampling("Say something").params.messages
    given = await context.session.create_message(messages, max_tokens=100)
    return done(f"LLM response: {given.model}")


def prompt(
    params: types.GetPromptRequestParams,
) -> types.GetPromptResult | types.InputRequiredResult:
    given = filled_in(params, "user_context")
    if given is None:
        return ask(user_context=form("What context should the prompt use?", context="string"))
    content = types.TextContent(type="text", text=f"Context: {given.get('context')}")
    return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=content)])


TOOLS: Final[Mapping[str, Callable[[Context, Call], Awaitable[Answer]]]] = {
    f"{_PREFIX}_elicitation": elicitation,
    f"{_PREFIX}_sampling": sampled,
    f"{_PREFIX}_list_roots": list_roots,
    f"{_PREFIX}_request_state": request_state,
    f"{_PREFIX}_tampered_state": request_state,
    f"{_PREFIX}_multiple_inputs": multiple_inputs,
    f"{_PREFIX}_multi_round": multi_round,
    f"{_PREFIX}_capabilities": capabilities,
    "test_streaming_elicitation": elicitation,
}
OLDER_TOOLS: Final[Mapping[str, Callable[[Context, Call], Awaitable[Answer]]]] = {
    "test_elicitation": elicitation_of_old,
    "test_elicitation_sep1034_defaults": elicitation_of_old,
    "test_elicitation_sep1330_enums": elicitation_of_old,
    "test_sampling": sampling_of_old,
}
