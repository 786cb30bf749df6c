"""An MCP client signs a person in by itself, from the first 401 to a tool's answer."""

from collections.abc import Iterator

import pytest

from sandbox.box import Sandbox
from sandbox.browsing import Person, StoppedError
from tests.support.api import USD, Api
from tests.support.sign_in import (
    BOTH,
    CLI,
    CLI_REDIRECT,
    DESK,
    DESK_REDIRECT,
    Client,
    code_of,
    stopped,
    tokens_of,
    told,
)


@pytest.fixture
def browser(box: Sandbox) -> Iterator[Person]:
    opened = Person(box.url)
    yield opened
    opened.close()


CLIENTS = pytest.mark.parametrize(
    ("client_id", "redirect_uri"), [(CLI, CLI_REDIRECT), (DESK, DESK_REDIRECT)]
)


@CLIENTS
def test_from_the_first_401_to_a_tools_answer(
    api: Api, box: Sandbox, browser: Person, client_id: str, redirect_uri: str
) -> None:
    challenge = api.rpc("tools/list", headers={"Authorization": None}).headers["WWW-Authenticate"]
    resource = api.http.get(challenge.partition('resource_metadata="')[2].rstrip('"')).json()
    (issuer,) = resource["authorization_servers"]
    server = api.http.get(f"{issuer}/.well-known/oauth-authorization-server").json()
    client = Client(box, client_id, redirect_uri)
    assert client.query().startswith(server["authorization_endpoint"])

    browser.open(client.query())
    browser.submit("allow")
    with pytest.raises(StoppedError) as end:
        browser.submit("practitioner")

    assert end.value.address.startswith(f"{redirect_uri}?")
    answer = told(end.value.address)
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == (client.state, server["issuer"])
    issued = client.exchange(answer["code"])
    assert issued.headers["Cache-Control"] == "no-store"
    tokens = issued.json()
    assert (tokens["token_type"], tokens["scope"], tokens["expires_in"]) == ("Bearer", BOTH, 3600)
    call = {"name": "list_budgets", "arguments": {"customerId": USD}}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert api.rpc("tools/call", call, headers=bearer).json()["result"]["isError"] is False
    recorded = [(e["tool"], e["action"], e["result"], e["clientId"]) for e in api.audit()[:2]]
    assert recorded[1] == ("sign_in", "write", "success", client_id)


def test_a_refused_person_is_told_to_the_client(box: Sandbox, browser: Person, api: Api) -> None:
    client = Client(box)
    browser.open(client.query())

    answer = stopped(lambda: browser.submit("deny"))

    assert answer["error"] == "access_denied"
    assert (answer["state"], answer["iss"]) == (client.state, box.url)
    assert api.calls("dynamodb") == {}


def test_refresh_and_revoke(box: Sandbox, browser: Person, api: Api) -> None:
    client = Client(box)
    tokens = tokens_of(browser, client)

    again = client.refresh(tokens["refresh_token"]).json()

    assert again["refresh_token"] != tokens["refresh_token"]
    assert again["scope"] == tokens["scope"]
    bearer = {"Authorization": f"Bearer {again['access_token']}"}
    assert api.rpc("tools/list", headers=bearer).status_code == 200
    assert client.revoke(again["refresh_token"]).status_code == 200
    for ended in (tokens["refresh_token"], again["refresh_token"]):
        assert client.refresh(ended).json()["error"] == "invalid_grant"


def test_more_scope_when_a_tool_needs_it(box: Sandbox, browser: Person, api: Api) -> None:
    """The client signed in to write; a tool that reads sends it back for more."""
    client = Client(box)
    first = tokens_of(browser, client, scope="tools/write")
    call = {"name": "list_budgets", "arguments": {"customerId": USD}}

    refused = api.rpc(
        "tools/call", call, headers={"Authorization": f"Bearer {first['access_token']}"}
    )

    assert refused.status_code == 403
    assert (
        'error="insufficient_scope", scope="tools/read tools/write"'
        in refused.headers["WWW-Authenticate"]
    )
    more = tokens_of(browser, Client(box), scope=f"{first['scope']} tools/read")
    assert more["scope"] == BOTH
    bearer = {"Authorization": f"Bearer {more['access_token']}"}
    assert api.rpc("tools/call", call, headers=bearer).json()["result"]["isError"] is False


def test_two_sign_ins_in_one_browser_do_not_get_in_each_others_way(
    box: Sandbox, browser: Person, api: Api
) -> None:
    one, two = Client(box), Client(box, DESK, DESK_REDIRECT)
    first, second = code_of(browser, one), code_of(browser, two)

    assert two.exchange(second).status_code == 200
    assert one.exchange(first).status_code == 200
