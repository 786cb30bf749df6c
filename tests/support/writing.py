"""Writes over HTTP, as OMA makes them, and what became of them."""

from datetime import timedelta
from typing import Any

from sandbox.box import Sandbox
from tests.support.api import USD, Api
from wpp_mcp.functions import Function
from wpp_mcp.operations.records import OperationRecord, operation_of
from wpp_mcp.storage.items import decode, encode
from wpp_mcp.storage.operations import Operations

MUTATE = "google-ads:Mutate"
OVER = timedelta(minutes=6)
"""After which whatever was left in the middle is due."""


class Writes:
    """Writes in one account of the practitioner's."""

    def __init__(self, api: Api, customer_id: str = USD) -> None:
        self.api = api
        self.box = api.box
        self.customer_id = customer_id
        self._used: set[str] = set()

    def budget(self, least: int = 50, most: int = 400) -> tuple[str, int]:
        """A budget that no test has touched: its id and amount, neither tiny nor risky."""
        rows = self.api.execute("list_budgets", {"customerId": self.customer_id}).json()
        for row in rows["data"]["rows"]:
            if row["budgetId"] not in self._used and least < row["amount"] < most:
                self._used.add(row["budgetId"])
                return row["budgetId"], row["amount"]
        raise LookupError("no budget is left")

    def skip_idle(self) -> None:
        """Leave out budgets that nothing spends from."""
        account = self.box.world.accounts[self.customer_id]
        spent = {c.budget_id for c in account.campaigns.values() if c.status == "ENABLED"}
        self._used |= {str(one) for one in account.budgets if one not in spent}

    def amount(self, budget_id: str) -> int:
        """What a budget is now."""
        account = self.box.world.accounts[self.customer_id]
        return account.budgets[int(budget_id)].amount_micros // 1_000_000

    def set_amount(self, budget_id: str, amount: int) -> None:
        """Change a budget as if in Google's own page."""
        path = f"/google-ads/{self.customer_id}/budgets/{budget_id}"
        self.api.control("POST", path, json={"amount_micros": amount * 1_000_000})

    def preview(self, budget_id: str, amount: int, role: str = "practitioner") -> dict[str, Any]:
        """Preview a budget's change."""
        params = {
            "customerId": self.customer_id,
            "budgetId": budget_id,
            "newDailyAmountDollars": amount,
        }
        return self.previewed("update_budget", params, role)

    def previewed(
        self, tool: str, params: dict[str, Any], role: str = "practitioner"
    ) -> dict[str, Any]:
        """Preview a write."""
        answer = self.api.execute(tool, params, role=role)
        assert answer.status_code == 202, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def rollback(self, *operation_ids: str, role: str = "practitioner") -> dict[str, Any]:
        """Preview the undoing of operations."""
        return self.previewed("preview_rollback", {"operationIds": list(operation_ids)}, role)

    def confirm(self, preview: dict[str, Any], **headers: str | None) -> Any:
        """Confirm as the person; returns the HTTP answer."""
        body = {
            "operationId": preview["operationId"],
            "confirmationToken": preview["confirmationToken"],
            "userConfirmation": "APPROVED",
        }
        path = "/mcp/confirm-operation"
        return self.api.send("POST", path, role="practitioner", headers=headers, json=body)

    def approved(self, preview: dict[str, Any]) -> str:
        """Let a manager approve, and the requester agree; return the token to confirm with."""
        path = f"/operations/{preview['operationId']}/decision"
        body = {"decision": "APPROVED", "digest": preview["digest"]}
        for role in ("manager", "practitioner"):
            answer = self.api.send("POST", path, role=role, json=body)
            assert answer.status_code == 200, answer.text
        token: str = answer.json()["confirmationToken"]
        return token

    def done(self, preview: dict[str, Any]) -> dict[str, Any]:
        """Confirm what goes well."""
        answer = self.confirm(preview)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def stored(self, operation_id: str) -> OperationRecord:
        """An operation as it stands in the table."""
        return stored(self.box, operation_id)

    def mutates(self) -> int:
        """How many requests that change something Google Ads has got."""
        return self.api.calls().get(MUTATE, 0)

    def reconcile(self) -> dict[str, Any]:
        """Let time pass, and run the job that settles."""
        self.box.clock.advance(OVER)
        return job(self.box, "reconciliation")


def job(box: Sandbox, name: str) -> dict[str, Any]:
    """Run a job of operations."""
    return box.invoke(Function.OPERATION_JOBS, {"job": name})


def stored(box: Sandbox, operation_id: str) -> OperationRecord:
    """An operation as it stands in the table."""
    key = Operations.key(operation_id)
    found = box.aws.plain("dynamodb").get_item(
        TableName=box.table_prefix + key.table.value, Key=encode(key.attributes())
    )
    return operation_of(decode(found["Item"]))
