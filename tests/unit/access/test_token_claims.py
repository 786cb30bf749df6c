"""What the pool's trigger writes into a token, and for whom it refuses one."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.support.aws import PREFIX, Aws, Scripted, refusal
from tests.unit.support.people import ANN, record
from tests.unit.support.surroundings import Surroundings
from tests.unit.support.token_trigger import Pool, event
from wpp_mcp.models.caller import Role
from wpp_mcp.storage.directory import Directory
from wpp_mcp.storage.items import encode

SUB = "5488c4d8-3081-7005-2a1f-5d1c0f2b7a10"


@pytest.fixture
def pool(tables: Aws, around: Surroundings) -> Pool:
    made = Pool(tables, around)
    made.put(record())
    return made


@pytest.mark.parametrize("role", list(Role))
def test_the_claims_are_the_directorys(pool: Pool, role: Role) -> None:
    pool.put(record(role=role, agency="south-2"))
    assert pool.access(event())["claimsToAddOrOverride"] == {
        "employeeId": "WPP-1001",
        "agency": "south-2",
        "role": role.value,
    }


@pytest.mark.parametrize(
    ("asked", "suppressed"),
    [
        (["tools/read", "tools/write", "access/manage", "audit/read"], []),
        (["tools/read", "openid", "email"], ["email", "openid"]),
        (["aws.cognito.signin.user.admin", "audit/read"], ["aws.cognito.signin.user.admin"]),
        (["tools/read", "tools/delete", "TOOLS/WRITE"], ["TOOLS/WRITE", "tools/delete"]),
    ],
)
def test_only_scopes_of_ours_stay_and_none_is_added(
    pool: Pool, asked: list[str], suppressed: list[str]
) -> None:
    said = pool.access(event(*asked))
    assert (said["scopesToAdd"], said["scopesToSuppress"]) == ([], suppressed)


@pytest.mark.parametrize(
    "spelling", ["ann@agency.example", "Ann@Agency.Example", "ANN@AGENCY.EXAMPLE"]
)
@pytest.mark.parametrize("verified", ["true", "True", True])
@pytest.mark.parametrize("source", ["HostedAuth", "RefreshTokens", "NewPasswordChallenge"])
def test_a_verified_address_counts_in_any_case_at_each_token(
    pool: Pool, spelling: str, verified: Any, source: str
) -> None:
    asked = event(email=spelling, email_verified=verified)
    asked["triggerSource"] = f"TokenGeneration_{source}"
    assert pool.access(asked)["claimsToAddOrOverride"]["employeeId"] == "WPP-1001"


def test_somebody_of_the_agencys_provider_is_found_by_the_mapped_address(pool: Pool) -> None:
    identities = '[{"providerName":"agency","userId":"ann@agency.example","primary":"true"}]'
    asked = event(identities=identities, **{"cognito:user_status": "EXTERNAL_PROVIDER"})
    asked["userName"] = "agency_ann@agency.example"
    assert pool.access(asked)["claimsToAddOrOverride"]["employeeId"] == "WPP-1001"
    assert pool.refuses(event(identities=identities, email_verified=None))["reason"]


WRITABLE = {
    "custom:employeeId": "WPP-2002",
    "employeeId": "WPP-2002",
    "agency": "south",
    "custom:agency": "south",
    "role": "admin",
    "custom:role": "admin",
    "cognito:groups": "admin",
    "preferred_username": "max@agency.example",
    "name": "max@agency.example",
    "profile": "max@agency.example",
    "zoneinfo": "max@agency.example",
}


def test_a16_nothing_else_that_the_pool_knows_is_believed(pool: Pool) -> None:
    pool.put(record(user_id="max@agency.example", employee_id="WPP-2002", role=Role.ADMIN))
    asked = event(**WRITABLE)
    asked["userName"] = "max@agency.example"
    asked["request"]["groupConfiguration"]["groupsToOverride"] = ["admin"]
    asked["request"]["clientMetadata"] = {"employeeId": "WPP-2002", "role": "admin"}
    assert pool.access(asked)["claimsToAddOrOverride"] == {
        "employeeId": "WPP-1001",
        "agency": ANN.agency,
        "role": "practitioner",
    }


ATTRIBUTES: dict[str, dict[str, Any]] = {
    "not verified": {"email_verified": "false"},
    "verified is not said": {"email_verified": None},
    "verified is odd": {"email_verified": "yes"},
    "verified is a number": {"email_verified": 1},
    "no address": {"email": None},
    "an empty address": {"email": ""},
    "another type": {"email": ["ann@agency.example"]},
    "somebody else": {"email": "bob@agency.example"},
    "a plus address": {"email": "ann+x@agency.example"},
    "blanks around": {"email": " ann@agency.example "},
    "a line break": {"email": "ann@agency.example\n"},
    "a null byte": {"email": "ann@agency.example\x00"},
    "two at signs": {"email": "ann@agency.example@agency.example"},
    "a dot at the end": {"email": "ann@agency.example."},
    "a name before it": {"email": "Ann <ann@agency.example>"},
    "a cyrillic a": {"email": "\u0430nn@agency.example"},
    "a full-width a": {"email": "\uff41nn@agency.example"},
    "a zero-width space": {"email": "ann\u200b@agency.example"},
    "too long": {"email": f"{'a' * 250}@agency.example"},
}


@pytest.mark.parametrize("case", ATTRIBUTES)
def test_no_token_without_the_verified_address_of_somebody(pool: Pool, case: str) -> None:
    said = pool.refuses(event(**ATTRIBUTES[case]))
    assert (said["metric"], said["sub"]) == ("RefusedTokens", SUB)
    assert "employee_id" not in said


KNOWN_TO_NOBODY: Final = {"somebody else", "a plus address", "a dot at the end"}


@pytest.mark.parametrize("case", sorted(set(ATTRIBUTES) - KNOWN_TO_NOBODY))
def test_the_directory_is_not_asked_about_what_is_no_address(
    around: Surroundings, case: str
) -> None:
    storage = Scripted(refusal("AskedInVain"))
    assert Pool(storage, around).refuses(event(**ATTRIBUTES[case]))["metric"] == "RefusedTokens"
    assert storage.calls == []


def test_a_letter_that_becomes_ascii_in_lower_case_is_another_letter(pool: Pool) -> None:
    """The Kelvin sign, whose lower case is an ordinary k."""
    pool.put(record(user_id="kim@agency.example", employee_id="WPP-2"))
    assert "\u212aim@agency.example".lower() == "kim@agency.example"
    assert pool.refuses(event(email="\u212aim@agency.example"))["reason"]


RECORDS: dict[str, dict[str, Any]] = {
    "disabled": {"active": False},
    "an employee id of elsewhere": {"employee_id": "EXT-9001"},
    "an employee id in another case": {"employee_id": "wpp-1001"},
    "an employee id with more": {"employee_id": "WPP-1001 "},
    "an agency that begins oddly": {"agency": "-north"},
    "an agency that is none": {"agency": "North Wind"},
}


@pytest.mark.parametrize("case", RECORDS)
def test_no_token_for_a_record_that_does_not_say_who_may(pool: Pool, case: str) -> None:
    pool.put(record(**RECORDS[case]))
    said = pool.refuses(event())
    assert said["metric"] == "RefusedTokens"
    assert said.get("employee_id") == ("WPP-1001" if case == "disabled" else None)


def test_no_token_where_two_have_one_employee_id(pool: Pool) -> None:
    """Each call finds a person by it: which of the two would be a guess."""
    pool.put(record(user_id="max@agency.example"))
    for address in (ANN.user_id, "max@agency.example"):
        assert pool.refuses(event(email=address))["employee_id"] == "WPP-1001"


def test_no_token_where_a_record_stands_under_anothers_key(pool: Pool) -> None:
    pool.put(record(user_id="max@agency.example"), key=ANN.user_id)
    assert pool.refuses(event())["reason"] == "the record is another person's"


def broken(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    made = event()
    change(made)
    return made


EVENTS: dict[str, dict[str, Any]] = {
    "version 1": broken(lambda e: e.update(version="1")),
    "no version": broken(lambda e: e.pop("version")),
    "another trigger": broken(lambda e: e.update(triggerSource="PreSignUp_SignUp")),
    "no trigger": broken(lambda e: e.pop("triggerSource")),
    "a forged line": broken(lambda e: e.update(triggerSource="TokenGeneration_x\n{}")),
    "no request": broken(lambda e: e.pop("request")),
    "a request that is none": broken(lambda e: e.update(request="x")),
    "nobody": broken(lambda e: e["request"].pop("userAttributes")),
    "attributes that are none": broken(lambda e: e["request"].update(userAttributes=[])),
    "no scopes": broken(lambda e: e["request"].pop("scopes")),
    "scopes that are none": broken(lambda e: e["request"].update(scopes="tools/read")),
    "scopes of another type": broken(lambda e: e["request"].update(scopes=["tools/read", 1])),
    "empty scopes": broken(lambda e: e["request"].update(scopes=[])),
    "past the pool's pages": event("aws.cognito.signin.user.admin"),
    "an id token's scopes": event("openid", "email"),
    "scopes in another case": event("Tools/Read"),
}


@pytest.mark.parametrize("case", EVENTS)
def test_no_token_for_an_event_of_another_kind(pool: Pool, case: str) -> None:
    assert pool.refuses(EVENTS[case])["metric"] == "RefusedTokens"


@pytest.mark.parametrize("code", ["InternalServerError", "ThrottlingException", "AccessDenied"])
def test_no_token_while_the_directory_cannot_be_read(around: Surroundings, code: str) -> None:
    said = Pool(Scripted(refusal(code)), around).refuses(event())
    assert (said["metric"], said["reason"]) == ("FailedCalls", f"storage: {code}")


def test_no_token_where_only_the_index_cannot_be_read(
    pool: Pool, tables: Aws, around: Surroundings
) -> None:
    key = Directory.user_key(ANN.user_id).attributes()
    found = {"Responses": {PREFIX + "directory": [encode({**key, **record().item()})]}}
    said = Pool(Scripted(found, refusal("InternalServerError")), around).refuses(event())
    assert said["metric"] == "FailedCalls"


def test_no_token_for_a_damaged_record(pool: Pool, tables: Aws) -> None:
    key = Directory.user_key(ANN.user_id).attributes()
    tables.dynamodb.put_item(TableName=PREFIX + "directory", Item=encode({**key, "userId": "x"}))
    assert pool.refuses(event())["metric"] == "FailedCalls"


ODD = st.text(
    st.sampled_from("annANN@agency.example+ .\u212a\u0430\u0131\u017f\t\u00df"), max_size=30
)


@given(ODD)
def test_no_other_spelling_is_ann(pool: Pool, spelling: str) -> None:
    """Whatever gets claims is, letter by letter, the address that the directory holds."""
    assume(spelling.isascii() is False or spelling.lower() != ANN.user_id)
    assert pool.refuses(event(email=spelling))["reason"]


@given(st.text(max_size=6), st.text(max_size=6), st.booleans())
def test_nothing_around_the_address_is_overlooked(
    pool: Pool, before: str, after: str, upper: bool
) -> None:
    assume(before or after)
    address = ANN.user_id.upper() if upper else ANN.user_id
    assert pool.refuses(event(email=f"{before}{address}{after}"))["reason"]
