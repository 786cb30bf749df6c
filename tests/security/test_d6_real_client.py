"""D6: the official MCP client sends its person to the page, and its call is carried out once."""

import asyncio
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestParams, ElicitRequestURLParams, ElicitResult, ErrorData

from sandbox.browsing import Person
from tests.security.eliciting import validated
from tests.security.stored import forget_audit, items
from tests.security.watched import WatchedSandbox
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import SpareWrites
from wpp_mcp.storage.tables import Table


@pytest.fixture
def writes(attacker: Api, watched: WatchedSandbox) -> SpareWrites:
    forget_audit(watched)
    return SpareWrites(attacker)


def operations(writes: SpareWrites) -> int:
    return len(items(writes.box, Table.OPERATIONS))


def on_the_page(asked: Any, says: str) -> str:
    """The person signs in on the page that they were sent to, reads it, and decides."""
    assert isinstance(asked, ElicitRequestURLParams)
    with Person(asked.url.partition("/console/")[0]) as person:
        person.open(asked.url).submit("practitioner")
        assert "Change" in person.page or "budget" in person.page
        person.submit(says)
        return str(person.page)


def called(writes: SpareWrites, budget_id: str, amount: int, says: str | None) -> Any:
    """Call `update_budget` by the official client, whose person decides so, or can not be asked."""

    async def elicited(context: Any, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        assert says is not None
        await asyncio.to_thread(on_the_page, params, says)
        return ElicitResult(action="accept")

    async def act() -> Any:
        box = writes.box
        async with httpx2.AsyncClient(headers=box.headers("agent"), timeout=30) as http:
            transport = streamable_http_client(f"{box.url}/mcp", http_client=http)
            asking = elicited if says else None
            async with Client(transport, mode="2026-07-28", elicitation_callback=asking) as client:
                arguments = {
                    "customerId": CATALOGUE,
                    "budgetId": budget_id,
                    "newDailyAmountDollars": amount,
                }
                return await client.call_tool("update_budget", arguments)

    return asyncio.run(act())


def test_a_call_whose_person_agrees_is_carried_out_and_previewed_once(
    writes: SpareWrites,
) -> None:
    known, (budget_id, before) = operations(writes), writes.budget()

    result = called(writes, budget_id, before + 20, "Approve")

    assert result.is_error is False
    assert result.structured_content["data"]["newAmount"] == before + 20
    assert (writes.amount(budget_id), writes.mutates()) == (before + 20, 1)
    assert (validated(writes.api), operations(writes) - known) == (1, 1)


def test_a_call_whose_person_refuses_is_answered_so(writes: SpareWrites) -> None:
    known, (budget_id, before) = operations(writes), writes.budget()

    result = called(writes, budget_id, before + 20, "Reject")

    assert result.is_error is True
    assert (writes.amount(budget_id), writes.mutates()) == (before, 0)
    assert (validated(writes.api), operations(writes) - known) == (1, 1)


def test_a_client_that_asks_nobody_gets_the_preview(writes: SpareWrites) -> None:
    budget_id, before = writes.budget()

    result = called(writes, budget_id, before + 20, None)

    assert result.structured_content["requiresApproval"] is True
    assert "confirmationToken" not in result.structured_content
    assert (writes.amount(budget_id), writes.mutates()) == (before, 0)
