"""A: stored Google connections: whose consent it is, who can open it, what is kept of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.browsing import Person
from sandbox.faults import FaultKind
from sandbox.google_oauth import TARGET
from tests.security.stored import items
from tests.security.watched import WatchedSandbox
from tests.support.api import USD, Api
from tests.support.connecting import CALLS, NO_TOKEN, connected, forget, put, record
from wpp_mcp.console.google import WITHIN
from wpp_mcp.routes import CONNECT_PATH
from wpp_mcp.storage.tables import Table

OTHER = "other-practitioner"
SOUTH = "1000000201"


@pytest.fixture(autouse=True)
def nothing_left(watched: WatchedSandbox) -> Iterator[None]:
    yield
    for who in ("practitioner", OTHER):
        forget(watched, who)
        watched.google_oauth.remove_access(who)


@pytest.fixture
def person(attacker: Api, watched: WatchedSandbox) -> Iterator[Person]:
    """The practitioner, signed in."""
    with Person(watched.url) as somebody:
        yield somebody.open(CONNECT_PATH).submit("practitioner")


@pytest.fixture
def owner(attacker: Api, watched: WatchedSandbox) -> Iterator[Person]:
    """The practitioner, connected."""
    with connected(watched) as somebody:
        watched.cold_start()
        watched.calls.clear()
        yield somebody


def way_back(person: Person) -> str:
    """Consent at Google, and return the address that it leads back to, unopened."""
    person.submit("Connect Google").submit("Allow", follow=False)
    return str(person.headers["Location"])


def ask(api: Api, role: str = "practitioner", account: str = USD) -> dict[str, Any]:
    answer = api.execute("list_budgets", {"customerId": account}, role=role, headers=NO_TOKEN)
    return dict(answer.json())


def test_a_consent_serves_once(person: Person, watched: WatchedSandbox) -> None:
    back = way_back(person)
    assert "Google is connected." in person.open(back).page
    kept = record(watched)
    person.open(back)
    assert person.status == 400
    assert "was finished before" in person.page
    assert record(watched) == kept


def test_a_consent_ends(person: Person, watched: WatchedSandbox) -> None:
    back = way_back(person)
    watched.clock.advance(WITHIN)
    assert person.open(back).status == 400
    assert record(watched) == {}


@pytest.mark.parametrize("who", ["practitioner", OTHER])
def test_a_consent_comes_back_to_the_session_that_began_it(
    person: Person, watched: WatchedSandbox, who: str
) -> None:
    """Nobody's Google is connected to another person, nor from another's browser."""
    back = way_back(person)
    with Person(watched.url) as victim:
        victim.open(CONNECT_PATH).submit(who)
        victim.open(back)
        assert victim.status == 400
        assert "begun in another session" in victim.page
    assert record(watched) == record(watched, OTHER) == {}
    assert watched.calls.snapshot().get(TARGET) is None


def test_a_way_back_without_a_session_connects_nothing(
    person: Person, watched: WatchedSandbox
) -> None:
    back = way_back(person)
    with Person(watched.url) as nobody:
        nobody.open(back, follow=False)
        assert nobody.status == 303
        assert nobody.headers["Location"].startswith("/console/sign-in?next=")
    assert record(watched) == {}


@pytest.mark.parametrize(
    "query", ["", "?code=x", "?state=x&code=x", "?state=a&state=b", "?error=x"]
)
def test_a_way_back_that_nobody_began(person: Person, watched: WatchedSandbox, query: str) -> None:
    assert person.open(f"/console/google/callback{query}").status == 400
    assert record(watched) == {}
    assert watched.calls.snapshot().get(TARGET) is None


def test_a_code_of_another_consent_does_not_serve(person: Person, watched: WatchedSandbox) -> None:
    """The code is bound to the verifier of the consent that began it (PKCE)."""
    with Person(watched.url) as attacker:
        attacker.open(CONNECT_PATH).submit(OTHER)
        stolen = way_back(attacker).partition("code=")[2].partition("&")[0]
    mine = way_back(person)
    code = mine.partition("code=")[2].partition("&")[0]
    person.open(mine.replace(code, stolen))
    assert person.status == 400
    assert "does not accept this consent" in person.page
    assert record(watched) == {}


@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.DENIED, FaultKind.TIMEOUT])
def test_google_that_does_not_answer_connects_nothing(
    person: Person, watched: WatchedSandbox, kind: FaultKind
) -> None:
    back = way_back(person)
    watched.faults.arm(TARGET, kind)
    assert person.open(back).status == 503
    assert record(watched) == {}


@pytest.mark.parametrize("fault", ["kms:GenerateDataKey", "dynamodb:TransactWriteItems"])
def test_what_cannot_be_encrypted_or_recorded_is_not_connected(
    person: Person, watched: WatchedSandbox, fault: str
) -> None:
    back = way_back(person)
    watched.faults.arm(fault, FaultKind.UNAVAILABLE)
    assert person.open(back).status == 503
    assert record(watched) == {}


def test_no_token_lies_in_a_table_or_on_a_page(
    attacker: Api, owner: Person, watched: WatchedSandbox
) -> None:
    page = owner.html
    assert ask(attacker)["success"] is True
    owner.open(CONNECT_PATH)
    for text in (page, owner.html, *(repr(items(watched, table)) for table in Table)):
        for token in ("1//sandbox-", "sandbox-google-token-", "4/sandbox-"):
            assert token not in text
    kept = record(watched)
    assert set(kept) == {
        "userId", "version", "status", "scopes", "connectedAt", "dataKey", "refreshToken",
        "accessToken", "accessExpiresAt",
    }  # fmt: skip


def flipped(value: Any, at: int = -1) -> bytes:
    raw = bytearray(bytes(value))
    raw[at] ^= 1
    return bytes(raw)


TAMPERED = {
    "access token, last bit": lambda r: {"accessToken": flipped(r["accessToken"])},
    "access token, nonce": lambda r: {"accessToken": flipped(r["accessToken"], 0)},
    "access token, cut": lambda r: {"accessToken": bytes(r["accessToken"])[:5]},
    "data key": lambda r: {"dataKey": flipped(r["dataKey"])},
    "refresh token in the place of the access token": lambda r: {
        "accessToken": bytes(r["refreshToken"])
    },
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_stays_closed(
    attacker: Api, owner: Person, watched: WatchedSandbox, how: str
) -> None:
    stored = record(watched)
    put(watched, "practitioner", {**stored, **TAMPERED[how](stored)})
    assert_closed(attacker, watched)


def assert_closed(api: Api, box: WatchedSandbox, role: str = "practitioner", at: str = USD) -> None:
    """One opaque error outside; the reason in the log; Google is not called."""
    mark = box.mark()
    error = ask(api, role, at)["error"]
    assert error["code"] == "INTERNAL"
    assert error["message"] == "Something went wrong on our side"
    assert "connection" not in str(error)
    assert "stored Google connection" in box.log_since(mark)
    assert api.calls("google") == {}


def test_a_record_that_is_copied_to_another_person_stays_closed(
    attacker: Api, owner: Person, watched: WatchedSandbox
) -> None:
    put(watched, OTHER, record(watched))
    assert_closed(attacker, watched, OTHER, SOUTH)
    # Nor when this process has opened the original a moment ago.
    assert ask(attacker)["success"] is True
    watched.calls.clear()
    assert_closed(attacker, watched, OTHER, SOUTH)


def test_a_copied_refresh_token_is_not_renewed_for_another(
    attacker: Api, owner: Person, watched: WatchedSandbox
) -> None:
    stored = {n: v for n, v in record(watched).items() if not n.startswith("access")}
    put(watched, OTHER, stored)
    assert_closed(attacker, watched, OTHER, SOUTH)


def test_another_data_key_does_not_open_the_tokens(
    attacker: Api, owner: Person, watched: WatchedSandbox
) -> None:
    old = record(watched)
    owner.submit("Connect again").submit("Allow")
    put(watched, "practitioner", {**old, "dataKey": record(watched)["dataKey"]})
    watched.cold_start()
    watched.calls.clear()
    assert_closed(attacker, watched)


@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.THROTTLED, FaultKind.DENIED])
def test_without_kms_nothing_is_opened(
    attacker: Api, owner: Person, watched: WatchedSandbox, kind: FaultKind
) -> None:
    watched.faults.arm("kms:Decrypt", kind)
    assert ask(attacker)["error"]["code"] == "STORAGE_UNAVAILABLE"
    assert attacker.calls("google") == {}
    assert ask(attacker)["success"] is True


def test_what_is_open_serves_only_the_record_that_was_read(
    attacker: Api, owner: Person, watched: WatchedSandbox
) -> None:
    """A process that has the token open forgets it with the record."""
    assert ask(attacker)["success"] is True
    stored = record(watched)
    forget(watched)
    assert ask(attacker)["error"]["code"] == "GOOGLE_AUTH_EXPIRED"
    put(watched, "practitioner", stored)
    watched.calls.clear()
    assert ask(attacker)["success"] is True
    assert attacker.calls("kms") == {"kms:Decrypt": 1}


def test_two_people_at_once_each_have_their_own_google(
    attacker: Api, owner: Person, watched: WatchedSandbox
) -> None:
    """Google's word says whose token it was: each reaches nothing but their own account."""
    jobs = [("practitioner", USD), (OTHER, SOUTH)] * 8

    def call(job: tuple[str, str]) -> str:
        with Api(watched, paced=False) as client:
            for _ in range(5):
                body = ask(client, *job)
                code = "done" if body["success"] else str(body["error"]["code"])
                if code not in ("RATE_LIMITED", "AUDIT_UNAVAILABLE"):
                    return code
        return "done"  # a crowd of their own calls was in the way

    with connected(watched, OTHER), ThreadPoolExecutor(4) as pool:
        watched.cold_start()
        assert set(pool.map(call, jobs)) == {"done"}


@pytest.mark.parametrize("target", CALLS)
def test_no_token_is_logged(
    attacker: Api, owner: Person, watched: WatchedSandbox, target: str
) -> None:
    mark = watched.mark()
    tool, params = CALLS[target]
    watched.faults.arm(target, FaultKind.AUTH_EXPIRED)
    attacker.execute(tool, params, headers=NO_TOKEN)
    attacker.execute(tool, params, headers=NO_TOKEN)
    owner.open(CONNECT_PATH).submit("Disconnect")
    logged = watched.log_since(mark)
    assert logged
    for token in ("1//sandbox", "sandbox-google-token", "4/sandbox", "formToken"):
        assert token not in logged
    for secret in owner.cookies.values():
        assert secret not in logged
