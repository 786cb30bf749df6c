"""Everything that makes a function call AWS, through the front door: a line for each journey."""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sandbox.box import Sandbox
from sandbox.browsing import Person
from sandbox.invoke import filled
from tests.security.stored import PRACTITIONER, bearer
from tests.support import write_journeys
from tests.support.api import NOT_GRANTED, USD, Api
from tests.support.connecting import CALLS, NO_TOKEN, connect, connected, forget
from tests.support.renewing import until
from tests.support.sign_in import Client, stopped, tokens_of
from wpp_mcp.access.sealed import SealingKeys, seal
from wpp_mcp.functions import Function
from wpp_mcp.models.caller import Scope
from wpp_mcp.routes import CONNECT_PATH, PREFLIGHTS
from wpp_mcp.secret_store import SecretName

_EVENTS: Final = Path(__file__).resolve().parents[2] / "events"
_ONE: Final = {"customerId": USD}
_TOOLS: Final = (*CALLS.values(), ("list_accessible_accounts", {}), ("list_budgets", {}))
Way = Callable[..., Any]


def _execute(api: Api, tool: str, params: Mapping[str, Any], **how: Any) -> Any:
    sealed = how.pop("sealed", None)
    return api.execute(tool, params, **how, **({"approvedAccounts": sealed} if sealed else {}))


def _mcp(api: Api, tool: str, params: Mapping[str, Any], **how: Any) -> Any:
    sealed = how.pop("sealed", None)
    meta = {"_meta": {"com.wpp/approvedAccounts": sealed}} if sealed else {}
    return api.modern("tools/call", {"name": tool, "arguments": dict(params), **meta}, **how)


def _calls(way: Way) -> Callable[[Api], None]:
    """Tools of every product, allowed and refused, with a sealed list, with a connection."""

    def journey(api: Api) -> None:
        for tool, params in _TOOLS:
            way(api, tool, params)
        way(api, "list_budgets", {"customerId": NOT_GRANTED})
        way(api, "list_budgets", _ONE, sealed=_sealed(api.box))
        way(api, "list_budgets", _ONE, headers=_without_scope(api.box))
        with connected(api.box):
            way(api, "list_budgets", _ONE, headers=NO_TOKEN)
            until(api, timedelta(minutes=2))
            way(api, "list_budgets", _ONE, headers=NO_TOKEN)
        forget(api.box)

    return journey


def _sealed(box: Sandbox) -> dict[str, str]:
    now = int(box.clock().timestamp())
    listed = [{"api": "Google Ads", "accountId": USD}]
    times = {"iat": now, "exp": now + 300, "jti": "journey"}
    keys = SealingKeys.derive(box.secrets[SecretName.OMA_SHARED_SECRET.value])
    given = {"userId": PRACTITIONER, "accounts": listed, **times}
    return seal(keys, given, secrets.token_bytes(12))


def _without_scope(box: Sandbox) -> dict[str, str | None]:
    return dict(bearer(box, "practitioner", Scope.AUDIT_READ))


def _requests_of_oma(api: Api) -> None:
    for _ in range(2):
        api.execute("list_budgets", _ONE, omaRequestId="journey-1")
    api.execute("list_campaigns", _ONE, omaRequestId="journey-1")
    refresh = "1//sandbox-refresh-practitioner"
    api.execute("list_budgets", _ONE, headers=NO_TOKEN, googleOAuthToken=refresh)


def _too_many(api: Api) -> None:
    with Api(api.box, paced=False) as hasty:
        for _ in range(12):
            hasty.execute("list_budgets", _ONE)
            hasty.rpc("tools/list")


def _lists(api: Api) -> None:
    for headers in (None, _without_scope(api.box)):
        api.send("GET", "/mcp/tools/list", role="practitioner", headers=headers)
        api.rpc("tools/list", headers=headers)
        api.modern("tools/list", headers=headers)


def _audit(api: Api) -> None:
    entry = api.audit()[0]
    filters = (
        {"operationId": entry["operationId"]},
        {"api": "Google Ads", "accountId": USD},
        {"agency": "north"},
        {"userId": PRACTITIONER, "verify": "true"},
    )
    for query in filters:
        answer = api.send("GET", "/mcp/audit-logs", role="auditor", params=query)
        assert answer.status_code == 200, answer.text
    scope = bearer(api.box, "practitioner", Scope.TOOLS_READ)
    api.send("GET", "/mcp/audit-logs", role="practitioner", headers=dict(scope))


def _open(api: Api) -> None:
    for path in ("/health", "/mcp/health", "/.well-known/oauth-authorization-server"):
        assert api.send("GET", path).status_code == 200
    for route in PREFLIGHTS:
        assert api.send("OPTIONS", route.path).status_code == 204


def _signs_in(api: Api) -> None:
    with Person(api.box.url) as person:
        client = Client(api.box)
        tokens = tokens_of(person, client)
        again = client.refresh(tokens["refresh_token"]).json()
        assert client.revoke(again["refresh_token"]).status_code == 200
        person.open(Client(api.box).query())
        assert stopped(lambda: person.submit("deny"))["error"] == "access_denied"


def _console(api: Api) -> None:
    with Person(api.box.url) as person:
        person.open(CONNECT_PATH).submit("practitioner")
        person.submit("Connect", headers={"Sec-Fetch-Site": "cross-site"})
        assert person.status == 403
        person.open(CONNECT_PATH)
        connect(person)
        person.open("/mcp/tools/list")
        person.open(CONNECT_PATH).submit("Disconnect")
        person.open(CONNECT_PATH).submit("Sign out")


JOURNEYS: Final[tuple[Callable[[Api], None], ...]] = (
    _calls(_execute),
    _calls(_mcp),
    write_journeys.by_oma,
    write_journeys.by_two,
    write_journeys.on_the_page,
    write_journeys.by_tools(_execute),
    write_journeys.by_tools(_mcp),
    write_journeys.in_the_middle,
    write_journeys.policies,
    write_journeys.by_hand,
    _requests_of_oma,
    _too_many,
    _lists,
    _audit,
    _open,
    _signs_in,
    _console,
)


def sample(box: Sandbox, function: Function) -> Any:
    """The sample of a function, for this sandbox."""
    return filled((_EVENTS / f"{function.value}.json").read_text(), box)


def drive(box: Sandbox, function: Function, event: Mapping[str, Any] | None = None) -> Any:
    """Let a function that AWS calls handle an event; its sample where none is given."""
    return box.invoke(function, sample(box, function) if event is None else dict(event))
