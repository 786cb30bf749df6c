"""The second half of the demo: money is changed, stopped, approved and changed back.

A budget is raised with the person's consent, a rise that is too steep is refused, a large one waits
for a manager, a value that somebody changed meanwhile is not overwritten, and one is undone.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import httpx2

from sandbox.box import Sandbox
from sandbox.printing import Printer

_A_MOMENT: Final = timedelta(seconds=1)
_MEANWHILE: Final = timedelta(days=3)
"""How long a raised budget is spent from before it is changed back."""


class WritesFailedError(Exception):
    """The server answered something that the demo is not about."""


class Writes:
    """Plays the steps for one account of a practitioner.

    Parameters
    ----------
    http
        Calls as the practitioner, through OMA.
    """

    def __init__(self, box: Sandbox, http: httpx2.AsyncClient, account: str, out: Printer) -> None:
        self._box = box
        self._http = http
        self._account = account
        self._out = out

    async def play(self) -> None:
        """Play every step."""
        low, high = await self._budgets()
        raised = await self._raised(low)
        await self._refused(low)
        await self._approved(high)
        await self._drifted(low)
        await self._undone(high)
        await self._mails()
        if raised == low["amount"]:
            raise WritesFailedError("the budget was not raised")

    async def _budgets(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a small budget, and one whose rise needs a second person."""
        rows = await self._rows()
        daily = [row for row in rows if row.get("amount") and not row["shared"]]
        low = next(row for row in daily if 50 <= row["amount"] <= 300)
        high = next(row for row in daily if row["amount"] >= 300 and row != low)
        return low, high

    async def _raised(self, budget: Mapping[str, Any]) -> Any:
        wanted = _times(budget["amount"], "1.4")
        preview = await self._preview(budget, wanted)
        self._out.head(f"A raise of the budget {budget['budgetName']!r} is previewed, not done")
        self._show(preview)
        self._out.line("the person reads this in OMA, and agrees")
        done = await self._confirmed(preview["operationId"], preview["confirmationToken"])
        data = done["data"]
        self._out.line(
            f"HTTP 200: {data['result']}, {data['previousAmount']} -> {data['newAmount']}"
            f" {data['currency']}; Google shows it {data['changes'][0]['readBack']}",
            "good",
        )
        [fresh] = [row for row in await self._rows() if row["budgetId"] == budget["budgetId"]]
        self._out.line(f"a fresh report says: {fresh['amount']} {data['currency']} a day")
        return fresh["amount"]

    async def _refused(self, budget: Mapping[str, Any]) -> None:
        wanted = _times(budget["amount"], "10")
        answer = await self._ask("update_budget", self._change(budget, wanted))
        error = answer.json()["error"]
        self._out.head("Ten times the value of this morning is refused, however many people agree")
        self._out.line(f"HTTP {answer.status_code}: {error['code']}: {error['message']}", "bad")
        _require(error["code"] == "SAFETY_LIMIT_EXCEEDED", error)

    async def _approved(self, budget: Mapping[str, Any]) -> None:
        wanted = max(_times(budget["amount"], "1.5"), 600)
        preview = await self._preview(budget, wanted)
        self._out.head("A large one waits for a second person")
        self._show(preview)
        operation = preview["operationId"]
        await self._decide(operation, preview["digest"], "practitioner")
        await self._decide(operation, preview["digest"], "manager")
        decided = await self._decide(operation, preview["digest"], "practitioner")
        done = await self._confirmed(operation, decided["confirmationToken"])
        data = done["data"]
        self._out.line(
            f"now it is carried out: {data['result']}, {data['newAmount']} {data['currency']}",
            "good",
        )

    async def _decide(self, operation: str, digest: str, role: str) -> dict[str, Any]:
        name = self._box.world.users[role].name
        body = {"decision": "APPROVED", "digest": digest}
        answer = await self._http.post(
            f"/operations/{operation}/decision", json=body, headers=self._box.headers(role)
        )
        told: dict[str, Any] = answer.json()
        said = told["error"]["code"] if "error" in told else f"{told['status']}"
        style = "bad" if "error" in told else "good"
        self._out.line(f"{name} ({role}) approves: HTTP {answer.status_code}, {said}", style)
        return told

    async def _drifted(self, budget: Mapping[str, Any]) -> None:
        self._out.head("Somebody changes the budget in Google's own page before it is confirmed")
        [now] = [row for row in await self._rows() if row["budgetId"] == budget["budgetId"]]
        preview = await self._preview(budget, _times(now["amount"], "1.1"))
        micros = int(Decimal(str(now["amount"])) * 1_000_000) + 7_000_000
        path = f"/_sandbox/google-ads/{self._account}/budgets/{budget['budgetId']}"
        await self._http.post(path, json={"amount_micros": micros})
        answer = await self._confirm(preview["operationId"], preview["confirmationToken"])
        error = answer.json()["error"]
        changed = error["details"]["changed"][0]
        self._out.line(f"HTTP {answer.status_code}: {error['code']}: {error['message']}", "bad")
        before, live = changed["previewed"]["amount"], changed["live"]["amount"]
        self._out.line(f"previewed from {before}, Google shows {live}: nothing was changed")

    async def _undone(self, budget: Mapping[str, Any]) -> None:
        executed = await self._latest(budget)
        self._box.clock.advance(_MEANWHILE)
        # The token has ended meanwhile, as tokens do.
        self._http.headers.update(self._box.headers("practitioner"))
        self._out.head("Three days later the large one is undone, by the same path")
        answer = await self._ask("preview_rollback", {"operationIds": [executed]})
        preview = answer.json()
        _require("preview" in preview, preview)
        self._show(preview)
        self._impact(preview["preview"].get("impact", {}))
        done = await self._confirmed(preview["operationId"], preview["confirmationToken"])
        shown = (await self._http.get(f"/operations/{executed}")).json()["operation"]
        self._out.line(f"undone: {done['data']['result']}", "good")
        self._out.line(f"the operation that was undone is {shown['status']}")

    def _impact(self, impact: Mapping[str, Any]) -> None:
        since, before = impact.get("since"), impact.get("before")
        if not since or not before:
            return
        self._out.line("what the account's own metrics say of the time between:")
        columns = {"days": "days", "cost": "cost", "clicks": "clicks", "conversions": "conv."}
        rows = [{"when": "since", **since}, {"when": "as long before", **before}]
        self._out.table(rows, {"when": "", **columns})

    async def _latest(self, budget: Mapping[str, Any]) -> str:
        page = (await self._http.get("/operations", params={"status": "SUCCEEDED"})).json()
        for row in page["operations"]:
            shown = (await self._http.get(f"/operations/{row['operationId']}")).json()["operation"]
            if shown["preview"]["changes"][0]["id"] == budget["budgetId"]:
                return str(row["operationId"])
        raise WritesFailedError("the operation is not in the list")

    async def _mails(self) -> None:
        mails = (await self._http.get("/_sandbox/outbox")).json()["mails"]
        self._out.head(f"{len(mails)} mails were sent about that")
        rows = [{"to": ", ".join(one["to"]), "subject": one["subject"]} for one in mails]
        self._out.table(rows, {"to": "to", "subject": "subject"})

    def _show(self, answer: Mapping[str, Any]) -> None:
        preview = answer["preview"]
        for one in preview["changes"]:
            if "before" in one and "after" in one:
                money = one.get("money", {})
                unit = f" {money['currency']}" if money else ""
                self._out.line(f"{one['field']}: {one['before']} -> {one['after']}{unit}")
        money = preview.get("money")
        if money:
            self._out.line(
                f"money: {money['perDay']:+} a day, {money['perMonth']:+} a month"
                f" {money['currency']}"
            )
        self._out.line(f"risk: {preview['riskLevel']} ({'; '.join(preview['riskReasons'])})")
        self._out.line(f"undo: {preview['undo']['kind']}")
        for warning in preview["warnings"]:
            self._out.line(f"note: {warning}", "dim")

    async def _rows(self) -> list[dict[str, Any]]:
        answer = (await self._ask("list_budgets", {"customerId": self._account})).json()
        _require("data" in answer, answer)
        rows: list[dict[str, Any]] = answer["data"]["rows"]
        return rows

    async def _preview(self, budget: Mapping[str, Any], amount: float) -> dict[str, Any]:
        answer = await self._ask("update_budget", self._change(budget, amount))
        body: dict[str, Any] = answer.json()
        _require(answer.status_code == httpx2.codes.ACCEPTED, body)
        return body

    def _change(self, budget: Mapping[str, Any], amount: float) -> dict[str, Any]:
        return {
            "customerId": self._account,
            "budgetId": budget["budgetId"],
            "newDailyAmountDollars": amount,
        }

    async def _ask(self, tool: str, params: Mapping[str, Any]) -> httpx2.Response:
        return await self._post("/mcp/execute-tool", {"tool": tool, "params": params})

    async def _post(self, path: str, body: Mapping[str, Any]) -> httpx2.Response:
        # People are slower than ten calls a second.
        self._box.clock.advance(_A_MOMENT)
        return await self._http.post(path, json=body)

    async def _confirmed(self, operation: str, token: str) -> dict[str, Any]:
        answer = await self._confirm(operation, token)
        body: dict[str, Any] = answer.json()
        _require(body.get("success") is True, body)
        return body

    async def _confirm(self, operation: str, token: str) -> httpx2.Response:
        body = {
            "operationId": operation,
            "confirmationToken": token,
            "userConfirmation": "APPROVED",
        }
        return await self._post("/mcp/confirm-operation", body)


def _times(amount: float, factor: str) -> float:
    return float(Decimal(str(amount)) * Decimal(factor))


def _require(held: bool, answer: Mapping[str, Any]) -> None:  # noqa: FBT001 - what has to hold
    if not held:
        raise WritesFailedError(str(answer.get("error", answer))[:500])
