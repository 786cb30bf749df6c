"""The official MCP client, in process and over HTTP, in both protocol eras."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from sandbox.box import Sandbox
from sandbox.roles import ROLES
from tests.support.api import CATALOGUE, EUR, NOT_GRANTED, USD
from wpp_mcp.access.google_access import GoogleAccess
from wpp_mcp.access.services import Services
from wpp_mcp.gateway.calls import Gateway
from wpp_mcp.gateway.listing import ToolLists
from wpp_mcp.gateway.mcp import Invocation, build_server
from wpp_mcp.gateway.messages import Request
from wpp_mcp.models.caller import ClientKind, Role
from wpp_mcp.models.time import Deadline
from wpp_mcp.routes import BY_KEY
from wpp_mcp.tools.registry import Kind, catalogue

MODES = ("2026-07-28", "auto", "legacy")
Open = Callable[[str], AbstractAsyncContextManager[Client]]


@asynccontextmanager
async def mcp_client(box: Sandbox, role: str, mode: str = MODES[0]) -> AsyncIterator[Client]:
    """The official client, with the headers of a role."""
    async with httpx2.AsyncClient(headers=box.headers(role), timeout=30) as http:
        transport = streamable_http_client(f"{box.url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def invocation(box: Sandbox) -> Invocation:
    """One call of the practitioner's agent, as the wrapper hands it on."""
    role, user = ROLES["agent"], box.world.users["practitioner"]
    context = {
        "v": "1",
        "caller": "user",
        "employeeId": user.employee_id,
        "clientId": role.client_id,
        "clientKind": ClientKind.MCP.value,
        "scopes": " ".join(scope.value for scope in role.scopes),
        "role": Role.PRACTITIONER.value,
        "agency": user.agency,
        "omaKey": "absent",
        "session": "absent",
    }
    request = Request(
        route=BY_KEY["POST /mcp"],
        headers={"x-google-access-token": box.world.google_token("practitioner")},
        query={},
        body="",
        json=None,
        correlation_id="in-process",
        deadline=Deadline(box.clock, box.clock() + timedelta(seconds=25)),
        event={"requestContext": {"authorizer": {"lambda": context}}},
        context=None,
    )
    return Invocation(request, None)


@pytest.fixture(params=["in process", "over HTTP"])
def connect(request: pytest.FixtureRequest, box: Sandbox) -> Iterator[Open]:
    """Opens a client in a mode."""
    box.clock.advance(timedelta(seconds=60))
    services = Services(box.runtime(), "tests")
    gateway, lists = Gateway(services, GoogleAccess(services)), ToolLists(services)

    @asynccontextmanager
    async def in_process(mode: str) -> AsyncIterator[Client]:
        own = services.secrets
        server = build_server(gateway, lists, own, invocation_of=lambda _: invocation(box))
        async with Client(server, mode=mode) as client:
            yield client

    def over_http(mode: str) -> AbstractAsyncContextManager[Client]:
        return mcp_client(box, "agent", mode)

    yield in_process if request.param == "in process" else over_http
    box.faults.clear()


def play(connect: Open, mode: str, act: Callable[[Client], Any]) -> Any:
    """Run an act with a client of its own."""

    async def played() -> Any:
        async with connect(mode) as client:
            return await act(client)

    return asyncio.run(played())


@pytest.mark.parametrize("mode", MODES)
def test_the_client_speaks_the_revision_of_its_mode(connect: Open, mode: str) -> None:
    async def act(client: Client) -> tuple[str, str]:
        return str(client.protocol_version), client.instructions or ""

    version, instructions = play(connect, mode, act)

    assert (version < "2026") is (mode == "legacy")
    if mode != "2026-07-28":  # this mode asks nothing before its first call
        assert "list_accessible_accounts names them" in instructions


@pytest.mark.parametrize("mode", MODES)
def test_the_client_lists_the_tools_of_its_caller(connect: Open, mode: str) -> None:
    async def act(client: Client) -> Any:
        return await client.list_tools()

    listed = play(connect, mode, act)

    assert [tool.name for tool in listed.tools] == sorted(catalogue())
    assert listed.next_cursor is None
    for tool in listed.tools:
        assert tool.annotations.read_only_hint is (catalogue()[tool.name].kind is Kind.READ)
        assert tool.output_schema["type"] == tool.input_schema["type"] == "object"
    if mode != "legacy":
        assert (listed.cache_scope, listed.ttl_ms) == ("private", 60_000)


@pytest.mark.parametrize("mode", MODES)
def test_the_client_reads_and_is_refused(connect: Open, mode: str) -> None:
    async def act(client: Client) -> Any:
        done = await client.call_tool("list_budgets", {"customerId": USD})
        refused = await client.call_tool("list_budgets", {"customerId": NOT_GRANTED})
        wrong = await client.call_tool("list_budgets", {"customerId": USD, "pageSize": "many"})
        return done, refused, wrong

    done, refused, wrong = play(connect, mode, act)

    assert (done.is_error, refused.is_error, wrong.is_error) == (False, True, True)
    assert done.structured_content["data"]["account"] == USD
    error = refused.structured_content["error"]
    assert error["code"] == "ACCOUNT_NOT_AUTHORIZED"
    assert error["approvedAccounts"] == [USD, EUR, CATALOGUE]
    assert wrong.structured_content["error"]["code"] == "INVALID_REQUEST"
    assert wrong.structured_content["error"]["details"][0]["field"] == "pageSize"


@pytest.mark.parametrize("mode", MODES)
def test_pages_add_up_to_the_whole(connect: Open, mode: str) -> None:
    async def act(client: Client) -> tuple[list[str], int, int]:
        found: list[str] = []
        arguments: dict[str, Any] = {"customerId": CATALOGUE, "pageSize": 150}
        pages = 0
        while True:
            result = await client.call_tool("list_campaigns", arguments)
            data = result.structured_content["data"]
            assert data["returnedRows"] == len(data["rows"]) <= 150
            found += [row["campaignId"] for row in data["rows"]]
            pages += 1
            if "nextPageToken" not in data:
                return found, pages, data["totalRows"]
            arguments["pageToken"] = data["nextPageToken"]

    found, pages, total = play(connect, mode, act)

    assert len(found) == len(set(found)) == total > 150
    assert pages >= total // 150 + 1


@pytest.mark.parametrize("mode", MODES)
def test_a_page_token_belongs_to_its_question(connect: Open, mode: str) -> None:
    async def act(client: Client) -> Any:
        arguments = {"customerId": CATALOGUE, "pageSize": 100}
        first = await client.call_tool("list_campaigns", arguments)
        token = first.structured_content["data"]["nextPageToken"]
        return await client.call_tool("list_campaigns", {"customerId": USD, "pageToken": token})

    result = play(connect, mode, act)

    assert result.is_error is True
    assert result.structured_content["error"]["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize("mode", MODES)
def test_many_invocations_in_one_process_keep_working(connect: Open, mode: str) -> None:
    async def act(client: Client) -> list[str]:
        answers = []
        for account in (USD, EUR, USD):
            result = await client.call_tool("list_budgets", {"customerId": account})
            answers.append(result.structured_content["data"]["account"])
        return answers

    assert play(connect, mode, act) == [USD, EUR, USD]
    assert play(connect, mode, act) == [USD, EUR, USD]


def test_answers_of_different_callers_at_once_do_not_mix(box: Sandbox) -> None:
    box.clock.advance(timedelta(seconds=60))

    async def own_accounts(role: str) -> list[str]:
        async with mcp_client(box, role) as client:
            result = await client.call_tool("list_accessible_accounts", {"api": "Google Ads"})
            return [row["accountId"] for row in result.structured_content["data"]["rows"]]

    async def both() -> list[list[str]]:
        calls = [own_accounts(r) for r in ("agent", "other-practitioner") for _ in range(4)]
        return await asyncio.gather(*calls)

    answers = asyncio.run(both())

    assert answers[:4] == [[USD, EUR, CATALOGUE]] * 4
    assert answers[4:] == [["1000000201", "1000000203"]] * 4
