"""Calls that ask the person in between, message by message (MCP 2026-07-28)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from sandbox.box import Sandbox
from sandbox.roles import MCP_CLIENT, SandboxRole
from tests.support.api import CATALOGUE, Api
from tests.support.spare_writes import SpareWrites
from wpp_mcp.models.caller import Scope

URL: Final[Mapping[str, Any]] = {"url": {}}
FORM: Final[Mapping[str, Any]] = {"form": {}}
AGREED: Final = {"approval": {"action": "accept", "content": {"approved": True}}}
ACCEPTED: Final = {"approval": {"action": "accept"}}
REFUSED: Final = {
    "code": -32602,
    "message": "Invalid or expired requestState",
    "data": {"reason": "invalid_request_state"},
}


@dataclass(frozen=True)
class Asking:
    """One call of `update_budget` by an MCP client, and what came of it so far.

    Parameters
    ----------
    can
        What of elicitation the client says that it can do.
    """

    writes: SpareWrites
    budget_id: str
    before: int
    after: int
    can: Mapping[str, Any]
    headers: Mapping[str, str]
    result: Mapping[str, Any]

    @classmethod
    def of(
        cls, writes: SpareWrites, can: Mapping[str, Any], percent: int = 40, **headers: str
    ) -> Self:
        """Call it for the first time."""
        budget_id, before = writes.budget()
        after = before * (100 + percent) // 100
        one = cls(writes, budget_id, before, after, can, headers, {})
        return replace(one, result=one.sent().get("result", {}))

    @property
    def state(self) -> str:
        return str(self.result["requestState"])

    @property
    def asked(self) -> Mapping[str, Any]:
        """How the person is to be asked."""
        request: Mapping[str, Any] = self.result["inputRequests"]["approval"]
        assert request["method"] == "elicitation/create"
        params: Mapping[str, Any] = request["params"]
        return params

    def sent(self, responses: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
        """Send the call, again with a state and the person's answers; the whole message back."""
        arguments: dict[str, Any] = {
            "customerId": CATALOGUE,
            "budgetId": self.budget_id,
            "newDailyAmountDollars": self.after,
        }
        params = {
            "name": "update_budget",
            "arguments": arguments,
            "_meta": {"io.modelcontextprotocol/clientCapabilities": {"elicitation": self.can}},
        }
        if self.result:
            params["requestState"] = self.state
        if responses is not None:
            params["inputResponses"] = responses
        headers = changes.pop("headers", self.headers)
        role = changes.pop("role", "agent")
        answer = self.writes.api.modern(
            "tools/call", {**params, **changes}, role=role, headers=headers
        )
        message: dict[str, Any] = answer.json()
        return message

    def again(self, responses: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Repeat the call; what the tool answered."""
        body: dict[str, Any] = self.sent(responses)["result"]["structuredContent"]
        return body

    @property
    def untouched(self) -> bool:
        """Whether the budget is what it was, and nothing was sent."""
        return self.writes.amount(self.budget_id) == self.before and self.writes.mutates() == 0


def mcp_bearer(box: Sandbox, user: str, client_id: str = MCP_CLIENT) -> dict[str, str]:
    """The header of a token that an MCP client holds for somebody."""
    role = SandboxRole(user, client_id, (Scope.TOOLS_READ, Scope.TOOLS_WRITE))
    claims = box.issuer.claims(box.world.users[user], role)
    return {"Authorization": "Bearer " + box.issuer.sign(claims)}


def validated(api: Api) -> int:
    """How often Google was asked whether it would do something: once for each preview."""
    return api.calls().get("google-ads:Mutate.validate", 0)
