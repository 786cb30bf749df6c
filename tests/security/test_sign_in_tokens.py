"""Sign-in: what comes of a code, for whom, and that it is recorded."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sandbox.browsing import Person
from tests.security.watched import directory_says
from tests.support.api import USD, Api
from tests.support.sign_in import (
    BOTH,
    DESK,
    DESK_REDIRECT,
    READ,
    Client,
    SignInSandbox,
    assert_refused,
    code_of,
    sign_ins,
    tokens_of,
)
from wpp_mcp.http_client import Answer
from wpp_mcp.models import strict_json
from wpp_mcp.models.caller import Scope


def slow(*_: Any) -> Answer:
    raise TimeoutError


CALL = {"name": "list_budgets", "arguments": {"customerId": USD}}
NO_GRANT = {
    "error": "invalid_grant",
    "error_description": "This sign-in does not hold: sign in again",
}


def test_a_sign_in_is_recorded_for_the_client_that_asked(
    signing: SignInSandbox, visitor: Person
) -> None:
    before = len(sign_ins(signing))
    tokens_of(visitor, Client(signing, DESK, DESK_REDIRECT))

    entry, *others = sign_ins(signing)
    assert len(others) == before
    assert (entry["clientId"], entry["channel"], entry["action"]) == (DESK, "person", "write")
    assert (entry["result"], entry["role"]) == ("success", "practitioner")


def test_nothing_that_is_issued_is_stored(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    waiting = _sessions(signing)
    tokens = client.exchange(code).json()

    assert "sandbox-code-" not in waiting
    for secret in (code, client.verifier, tokens["access_token"], tokens["refresh_token"]):
        assert secret not in waiting
        assert secret not in _sessions(signing)
    assert "sandbox-refresh-" not in _sessions(signing)


def _sessions(signing: SignInSandbox) -> str:
    table = f"{signing.table_prefix}sessions"
    return str(signing.aws.plain("dynamodb").scan(TableName=table)["Items"])


@pytest.mark.parametrize("person", ["agent-of-nobody", "disabled", "stranger"])
def test_a_person_who_may_not_gets_no_token(
    signing: SignInSandbox, visitor: Person, person: str
) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    held = set(signing.pool._refresh)
    changes: dict[str, dict[str, Any]] = {
        "agent-of-nobody": {"employee_id": "WPP-9999"},
        "disabled": {"active": False},
        "stranger": {"employee_id": "WPP-0000", "active": False},
    }
    with directory_says(signing, "practitioner", **changes[person]):
        answer = client.exchange(code)

    assert_refused(answer, "invalid_grant")
    assert answer.json() == NO_GRANT
    # What the pool had given is taken back: nobody holds it.
    assert signing.posted == ["token", "revoke"]
    assert set(signing.pool._refresh) == held


def claims_of(signing: SignInSandbox, **changes: Any) -> Callable[..., Answer]:
    """A pool whose token says something else."""

    def odd(url: str, _: Mapping[str, str], usual: Callable[[], Answer]) -> Answer:
        answer = usual()
        if url.endswith("/revoke"):
            return answer
        body = strict_json.loads(answer.body)
        role = _Role("sandbox-mcp-client", (Scope.TOOLS_READ, Scope.TOOLS_WRITE))
        claims = signing.issuer.claims(signing.world.users["practitioner"], role)  # type: ignore[arg-type]
        body["access_token"] = signing.issuer.sign(claims | changes)
        return Answer(200, strict_json.dumps(body).encode())

    return odd


class _Role:
    def __init__(self, client_id: str, scopes: tuple[Scope, ...]) -> None:
        self.client_id = client_id
        self.scopes = scopes


ODD_CLAIMS: dict[str, dict[str, Any]] = {
    "more scope": {"scope": BOTH},
    "to read the audit": {"scope": "tools/read audit/read"},
    "what MCP clients never use here": {"scope": "tools/read access/manage"},
    "what others would understand": {"scope": "tools/read aws.cognito.signin.user.admin"},
    "no scope": {"scope": ""},
    "another client": {"client_id": "sandbox-oma-client"},
    "an unknown client": {"client_id": "x"},
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "https://evil.example/mcp"},
    "an id token": {"token_use": "id"},
    "ended": {"exp": 1},
    "no employee id": {"employeeId": ""},
}


@pytest.mark.parametrize("case", ODD_CLAIMS)
@pytest.mark.parametrize("grant", ["code", "refresh"])
def test_a_token_that_says_something_else_than_was_agreed(
    signing: SignInSandbox, visitor: Person, grant: str, case: str
) -> None:
    client = Client(signing)
    token = tokens_of(visitor, client, scope=READ)["refresh_token"]
    code = code_of(visitor, client, scope=READ)
    before = len(sign_ins(signing))

    with signing.pool_answers(claims_of(signing, **{"scope": READ, **ODD_CLAIMS[case]})):
        answer = client.exchange(code) if grant == "code" else client.refresh(token)

    assert_refused(answer, "invalid_grant")
    assert answer.json() == NO_GRANT
    assert len(sign_ins(signing)) == before


def test_less_scope_than_asked_for_is_said(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    with signing.pool_answers(claims_of(signing, scope=READ)):
        body = client.exchange(code).json()
    assert body["scope"] == READ
    # What was told is what a refresh is held to.
    with signing.pool_answers(claims_of(signing, scope=READ)):
        assert client.refresh(body["refresh_token"], scope=READ).status_code == 200


BAD: dict[str, tuple[dict[str, str | None], str]] = {
    "no grant type": ({"grant_type": None}, "invalid_request"),
    "a password": ({"grant_type": "password"}, "unsupported_grant_type"),
    "client credentials": ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
    "no code": ({"code": None}, "invalid_request"),
    "a secret": ({"client_secret": "x"}, "invalid_client"),
    "an empty secret": ({"client_secret": ""}, "invalid_client"),
    "an assertion": ({"client_assertion": "x"}, "invalid_client"),
    "a kind of assertion": ({"client_assertion_type": "x"}, "invalid_client"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_request_that_is_none(signing: SignInSandbox, visitor: Person, case: str) -> None:
    client = Client(signing)
    code = code_of(visitor, client)
    changes, error = BAD[case]

    assert_refused(client.exchange(code, **changes), error)
    assert signing.posted == []


@pytest.mark.parametrize(
    ("value", "scheme"),
    [("Basic c2FuZGJveC1jbGk6", "Basic"), ("Bearer x", "Bearer"), ("", "Bearer")],
)
@pytest.mark.parametrize("endpoint", ["token", "revoke"])
def test_clients_have_no_secret_to_authenticate_with(
    signing: SignInSandbox, visitor: Person, endpoint: str, value: str, scheme: str
) -> None:
    fields = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "sandbox-cli"}
    answer = Client(signing).form(endpoint, {**fields, "token": "x"}, Authorization=value)

    assert_refused(answer, "invalid_client", 401)
    assert answer.headers["WWW-Authenticate"] == f'{scheme} realm="wpp-mcp"'


@pytest.mark.parametrize("endpoint", ["token", "revoke"])
@pytest.mark.parametrize(
    "body", [b"token=a&token=b&grant_type=a&grant_type=b", b"token=%ff", b"&".join([b"a=1"] * 60)]
)
def test_a_form_is_strict(
    signing: SignInSandbox, visitor: Person, endpoint: str, body: bytes
) -> None:
    with Api(signing) as api:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = api.send("POST", f"/oauth/{endpoint}", headers=kind, content=body)
        large = api.send("POST", f"/oauth/{endpoint}", headers=kind, content=b"a" * 1_000_001)
    assert_refused(answer, "invalid_request")
    assert_refused(large, "invalid_request", 413)


def test_an_answer_is_for_the_client_alone(signing: SignInSandbox, visitor: Person) -> None:
    client = Client(signing)
    answer = client.exchange(code_of(visitor, client, scope=READ))
    body = answer.json()

    assert body.keys() == {"access_token", "token_type", "expires_in", "scope", "refresh_token"}
    assert (body["token_type"], body["scope"], body["expires_in"]) == ("Bearer", READ, 3600)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox-refresh-" not in answer.text
    with Api(signing) as api:
        bearer = {"Authorization": f"Bearer {body['access_token']}"}
        assert api.rpc("tools/call", CALL, headers=bearer).json()["result"]["isError"] is False
        google = api.rpc("tools/list", headers={"Authorization": f"Bearer {body['refresh_token']}"})
        assert google.status_code == 401


def test_h6_the_log_holds_nothing_that_a_sign_in_is_made_of(
    signing: SignInSandbox, visitor: Person
) -> None:
    client = Client(signing)
    visitor.open(client.query())
    consent = visitor.forms[0].fields["consent"]
    tokens = tokens_of(visitor, client)
    code = code_of(visitor, client)
    client.exchange(code, code_verifier="a" * 43)
    client.exchange(code)
    client.refresh(tokens["refresh_token"], client_id=DESK)
    visitor.open(f"{signing.url}/oauth/callback?state={client.state}&code={code}")
    visitor.send("POST", "/oauth/consent", {"consent": consent, "decision": "x"})
    with signing.pool_answers(slow):
        client.refresh(tokens["refresh_token"])

    def breaks(*_: Any) -> Answer:
        raise RuntimeError(f"marked {tokens['access_token']}")

    with signing.pool_answers(breaks):
        assert_refused(client.refresh(tokens["refresh_token"]), "server_error", 500)
    logged = signing.logged()
    secrets = [consent, code, client.state, client.verifier, *tokens.values()]
    secrets += list(visitor.cookies.values())

    held = [s for s in secrets if isinstance(s, str) and len(s) > 30 and s in logged]
    assert held == []
    assert "the code is unknown, used or too old" in logged
    assert "RuntimeError: marked [hidden]" in logged
