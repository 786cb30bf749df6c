"""A14, A16: what a token says about a person comes from the directory, through the pool's trigger.

People sign in through the front door; the sandbox's pool calls the real trigger with its event.
"""

import base64
import json
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.faults import FaultKind
from tests.security.watched import directory_says
from tests.support.api import Api
from tests.support.sign_in import (
    READ,
    Client,
    SignInSandbox,
    assert_refused,
    at_pool,
    sign_ins,
    stopped,
    tokens_of,
)
from wpp_mcp.console.places import SIGN_IN
from wpp_mcp.models.caller import Role
from wpp_mcp.models.cookies import SESSION_COOKIE

OURS = {"employeeId": "WPP-1001", "agency": "north", "role": "practitioner"}


def said(token: str) -> dict[str, Any]:
    """The claims of a token."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def ours(token: str) -> dict[str, Any]:
    """What our trigger wrote into a token."""
    return {name: value for name, value in said(token).items() if name in OURS}


def refused_at_the_pool(signing: SignInSandbox, visitor: Person, person: str) -> None:
    """Nobody of that name gets further than the pool, and no sign-in is recorded."""
    before = len(sign_ins(signing))
    client = Client(signing)
    at_pool(visitor, client)
    back = stopped(lambda: visitor.submit(person))
    assert (back["error"], back["state"]) == ("server_error", client.state)
    assert "code" not in back
    assert len(sign_ins(signing)) == before


def test_a_token_says_what_the_directory_says(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    tokens = tokens_of(visitor, client, scope=READ)

    assert ours(tokens["access_token"]) == OURS
    assert said(tokens["access_token"])["scope"] == READ
    assert said(tokens["access_token"])["aud"] == f"{signing.url}/mcp"
    with directory_says(signing, "practitioner", role=Role.AUDITOR, agency="south"):
        fresh = client.refresh(tokens["refresh_token"]).json()
    assert ours(fresh["access_token"]) == OURS | {"role": "auditor", "agency": "south"}


def test_a14_no_other_number_gets_a_token(signing: SignInSandbox, visitor: Person) -> None:
    with directory_says(signing, "practitioner", employee_id="EXT-9001"):
        refused_at_the_pool(signing, visitor, "practitioner")
    with directory_says(signing, "practitioner", employee_id="WPP-1002"):
        # Which is somebody else's already.
        refused_at_the_pool(signing, visitor, "practitioner")


@pytest.mark.parametrize("who", ["outsider", "practitioner"])
def test_nobody_gets_a_token_whom_the_directory_does_not_let(
    signing: SignInSandbox, visitor: Person, who: str
) -> None:
    with directory_says(signing, "practitioner", active=False):
        refused_at_the_pool(signing, visitor, who)


def test_a16_whoever_changes_their_address_gets_no_token_and_no_other_person(
    signing: SignInSandbox, visitor: Person
) -> None:
    """Were the app clients' settings lost: the pool's own rule is that it is not verified then."""
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    known = signing.pool.users["practitioner"]
    usual = dict(known.attributes)
    known.write({"email": signing.world.users["admin"].email})
    try:
        refused_at_the_pool(signing, visitor, "practitioner")
        assert_refused(client.refresh(token), "invalid_grant")
        with Person(signing.url) as person:
            person.open(SIGN_IN).submit("practitioner")
            assert (person.status, SESSION_COOKIE in person.cookies) == (400, False)
    finally:
        known.attributes = usual
    assert ours(client.refresh(token).json()["access_token"]) == OURS


def test_a16_every_other_attribute_that_a_person_could_write_says_nothing(
    signing: SignInSandbox, visitor: Person
) -> None:
    admin = signing.world.users["admin"]
    known = signing.pool.users["practitioner"]
    usual = dict(known.attributes)
    names = ("name", "profile", "zoneinfo", "preferred_username", "nickname", "custom:email")
    known.write(dict.fromkeys(names, admin.email))
    known.write({"employeeId": admin.employee_id, "custom:employeeId": admin.employee_id})
    known.write({"role": "admin", "custom:role": "admin", "agency": "south"})
    try:
        token = tokens_of(visitor, Client(signing))["access_token"]
    finally:
        known.attributes = usual
    assert ours(token) == OURS
    with Api(signing) as api:
        bearer = {"Authorization": f"Bearer {token}"}
        caller = api.send("GET", "/mcp/tools/list", headers=bearer, role="practitioner").json()
    assert caller["caller"]["userId"] == "practitioner@north.example"
    assert caller["caller"]["role"] == "practitioner"


@pytest.mark.parametrize("operation", ["BatchGetItem", "Query"])
def test_while_the_directory_is_away_nobody_gets_a_token(
    signing: SignInSandbox, visitor: Person, operation: str
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client)["refresh_token"]
    signing.trigger_faults.arm(f"dynamodb:{operation}", FaultKind.UNAVAILABLE, 9)
    try:
        refused_at_the_pool(signing, visitor, "practitioner")
        assert_refused(client.refresh(token), "invalid_grant")
    finally:
        signing.trigger_faults.clear()
    assert client.refresh(token).status_code == 200


def test_a_refusal_is_counted_and_names_nobody(signing: SignInSandbox, visitor: Person) -> None:
    mark = len(signing.logged())
    with directory_says(signing, "practitioner", active=False):
        refused_at_the_pool(signing, visitor, "practitioner")

    lines = [json.loads(line) for line in signing.logged(mark).splitlines()]
    (refusal,) = (line for line in lines if line.get("message") == "no token")
    assert (refusal["security"], refusal["reason"]) == (True, "disabled")
    assert refusal["employee_id"] == "WPP-1001"
    assert "practitioner@" not in json.dumps(refusal)
    assert [line["RefusedTokens"] for line in lines if "RefusedTokens" in line] == [[1.0]]
