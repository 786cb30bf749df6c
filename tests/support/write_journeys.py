"""Changes through the front door: previewed, decided, carried out, left unknown, undone."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any, Final

from sandbox.box import Sandbox
from sandbox.browsing import Person
from sandbox.faults import FaultKind
from tests.support.api import USD, Api
from tests.support.connecting import NO_TOKEN, connected, forget
from tests.support.renewing import until

SITE: Final = "sc-domain:aster.example"
MUTATE: Final = "google-ads:Mutate"
TOO_MUCH: Final = 1000
"""Percent of what a budget is: more than any policy allows."""

_MICROS: Final = 1_000_000
_LARGE: Final = 450
"""Units a day: a tenth more is over the 500 for which it takes two people."""
_NUMBERS: Final = count(1)
Way = Callable[..., Any]


def raised(
    box: Sandbox, percent: int = 110, *, for_two: bool = False
) -> tuple[str, dict[str, Any]]:
    """The tool and its parameters that bring the next budget of an account to so many percent.

    Parameters
    ----------
    for_two
        One so large that a second person has to agree.
    """
    budgets = [
        one
        for one in box.world.accounts[USD].budgets.values()
        if one.amount_micros
        and not one.explicitly_shared
        and (one.amount_micros > _LARGE * _MICROS) is for_two
    ]
    budget = budgets[next(_NUMBERS) % len(budgets)]
    amount = budget.amount_micros * percent // 100 // _MICROS
    named = {"customerId": USD, "budgetId": str(budget.budget_id)}
    return "update_budget", {**named, "newDailyAmountDollars": amount}


def previewed(api: Api, *, for_two: bool = False, **how: Any) -> dict[str, Any]:
    """Preview a raise of a budget over HTTP, and return the answer."""
    answer = api.execute(*raised(api.box, for_two=for_two), **how)
    body: dict[str, Any] = answer.json()
    assert answer.status_code == 202, answer.text
    return body


def confirm(
    api: Api, preview: Mapping[str, Any], says: str = "APPROVED", **changes: Any
) -> dict[str, Any]:
    """Confirm or reject a preview as OMA does; changes are members of the body, or ``headers``."""
    headers = changes.pop("headers", None)
    body = {
        "operationId": preview["operationId"],
        "confirmationToken": preview.get("confirmationToken", "none"),
        "userConfirmation": says,
        **changes,
    }
    answer = api.send(
        "POST", "/mcp/confirm-operation", role="practitioner", headers=headers, json=body
    )
    told: dict[str, Any] = answer.json()
    return told


def digest_of(api: Api, operation_id: str, role: str = "manager") -> str:
    """The digest that a decision about an operation is bound to."""
    answer = api.send("GET", f"/operations/{operation_id}", role=role)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["operation"]["digest"])


def decide(
    api: Api, operation_id: str, says: str = "APPROVED", *, role: str = "manager"
) -> dict[str, Any]:
    """Decide about an operation over HTTP."""
    body = {"decision": says, "digest": digest_of(api, operation_id, role)}
    answer = api.send("POST", f"/operations/{operation_id}/decision", role=role, json=body)
    told: dict[str, Any] = answer.json()
    return told


def unknown(api: Api, fault: FaultKind = FaultKind.TIMEOUT_AFTER_APPLY) -> dict[str, Any]:
    """Confirm a raise that Google carries out without an answer: its outcome is not known."""
    preview = previewed(api)
    api.box.faults.arm(MUTATE, fault)
    told = confirm(api, preview)
    assert told["error"]["code"] == "OUTCOME_UNKNOWN", told
    return preview


# Journeys: everything that makes a function call AWS because of a change


def by_oma(api: Api) -> None:
    """Confirmed twice, rejected, confirmed with a wrong token, refused for a limit, repeated."""
    done = previewed(api, omaRequestId="journey-write-1")
    assert confirm(api, done)["success"] is True
    assert confirm(api, done)["success"] is True
    api.execute(*raised(api.box), omaRequestId="journey-write-1")
    assert confirm(api, previewed(api), "REJECTED")["status"] == "REJECTED"
    confirm(api, previewed(api), confirmationToken="not-that-one")
    api.execute(*raised(api.box, TOO_MUCH))
    undone = api.execute("preview_rollback", {"operationIds": [done["operationId"]]})
    assert confirm(api, undone.json())["success"] is True, undone.text
    with connected(api.box):
        for _ in range(2):
            assert confirm(api, previewed(api), headers=NO_TOKEN)["success"]
            # The second time the connection's access token is renewed.
            until(api, timedelta(minutes=2))
    forget(api.box)


def by_two(api: Api) -> None:
    """One that a manager approves, one that a manager rejects, and who asks alone."""
    preview = previewed(api, for_two=True)
    confirm(api, preview)
    assert decide(api, preview["operationId"])["success"] is True
    own = decide(api, preview["operationId"], role="practitioner")
    assert confirm(api, {**preview, **own})["success"] is True, own
    decide(api, previewed(api, for_two=True)["operationId"], "REJECTED")
    for query in ({}, {"view": "agency"}, {"view": "agency", "status": "AWAITING_APPROVAL"}):
        answer = api.send("GET", "/operations", role="manager", params=query)
        assert answer.status_code == 200, answer.text


def on_the_page(api: Api) -> None:
    """Approved by a second person in the console, and refused by another."""
    for says in ("Approve", "Reject"):
        preview = previewed(api, for_two=True)
        with Person(api.box.url) as manager:
            manager.open(f"/console/operations/{preview['operationId']}").submit("manager")
            manager.submit(says)
            assert manager.status == 200, manager.page


def by_tools(way: Way) -> Callable[[Api], None]:
    """An assistant submits a sitemap, looks, cancels, and undoes: by a way of calling tools."""

    def journey(api: Api) -> None:
        sitemap = {"siteUrl": SITE, "sitemapUrl": "https://www.aster.example/sitemap-new.xml"}
        low = result_of(way(api, "submit_sitemap", sitemap))
        confirmed = {k: low[k] for k in ("operationId", "confirmationToken")}
        assert result_of(way(api, "confirm_operation", confirmed))["success"] is True
        named = {"operationId": low["operationId"]}
        way(api, "get_operation", named)
        way(api, "list_operations", {})
        way(api, "list_operations", {"view": "agency"}, role="manager")
        other = result_of(way(api, *raised(api.box)))
        way(api, "cancel_operation", {"operationId": other["operationId"]})
        way(api, "preview_rollback", {"operationIds": [low["operationId"]]})

    return journey


def result_of(answer: Any) -> dict[str, Any]:
    """What a tool answered, over whichever way."""
    body: dict[str, Any] = answer.json()
    return body["result"]["structuredContent"] if "result" in body else body


def in_the_middle(api: Api) -> None:
    """A client that can be asked is asked for its person's word, and comes back with it."""
    tool, params = raised(api.box)
    able = {"io.modelcontextprotocol/clientCapabilities": {"elicitation": {"url": {}}}}
    call = {"name": tool, "arguments": params, "_meta": able}
    asked = api.modern("tools/call", call).json()["result"]
    assert asked["resultType"] == "input_required", asked
    with Person(api.box.url) as person:
        url = asked["inputRequests"]["approval"]["params"]["url"]
        person.open(url.removeprefix(api.box.url)).submit("practitioner")
        person.submit("Approve")
        assert person.status == 200, person.page
    words = {"approval": {"action": "accept"}}
    again = {**call, "requestState": asked["requestState"], "inputResponses": words}
    assert result_of(api.modern("tools/call", again))["success"] is True


def policies(api: Api) -> None:
    """Show the policies; change them twice: a second admin agrees by OMA, and in the console."""
    shown = api.send("GET", "/policies", role="admin")
    assert shown.status_code == 200, shown.text
    decide(api, _policy(api, 499), role="second-admin")
    with Person(api.box.url) as admin:
        admin.open(f"/console/operations/{_policy(api, 500)}").submit("second-admin")
        admin.submit("Approve")
        assert admin.status == 200, admin.page


def _policy(api: Api, percent: int) -> str:
    asked = {"scope": "ENVIRONMENT", "document": {"limits": {"percent": percent}}}
    answer = api.send("PUT", "/policies", role="admin", json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["operationId"])


def by_hand(api: Api) -> None:
    """Unknown outcomes that managers settle: over HTTP, in the console, refused for a digest."""
    path = f"/operations/{(operation_id := unknown(api)['operationId'])}/settlement"
    for digest in ("another", digest_of(api, operation_id)):
        answer = api.send("POST", path, role="manager", json={"applied": True, "digest": digest})
    assert answer.status_code == 200, answer.text
    with Person(api.box.url) as manager:
        manager.open(f"/console/operations/{unknown(api)['operationId']}").submit("manager")
        manager.submit("Nothing was done")
        assert manager.status == 200, manager.page


def left(box: Sandbox) -> None:
    """Leave operations to the jobs, of a person who has connected Google; the clock goes on.

    One that nobody confirms, one that was carried out without an answer, one that was not carried
    out either, and one whose mails did not get into the queue. The access token of the connection
    is at its end by then.
    """
    with Api(box) as api, connected(box):
        previewed(api)
        unknown(api)
        unknown(api, FaultKind.TIMEOUT)
        preview = previewed(api)
        box.faults.arm("sqs:SendMessageBatch", FaultKind.UNAVAILABLE, 3)
        assert confirm(api, preview)["success"] is True
        until(api, timedelta(minutes=2))
