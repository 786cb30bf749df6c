from dataclasses import replace
from typing import Any

import pytest

from tests.unit.support.people import ANN, person, principal, record
from wpp_mcp.access.callers import Callers
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Role
from wpp_mcp.storage.directory import UserRecord
from wpp_mcp.storage.dynamo import StorageError


class Directory:
    """Employee ids to user ids, counting the questions."""

    def __init__(self, known: dict[str, str | None]) -> None:
        self.known = known
        self.asked: list[str] = []
        self.down = False

    def user_id_of(self, employee_id: str) -> str | None:
        self.asked.append(employee_id)
        if self.down:
            raise StorageError("throttled")
        return self.known.get(employee_id)


@pytest.fixture
def directory() -> Directory:
    return Directory({ANN.employee_id: ANN.user_id})


def refused(code: ErrorCode, call: Any, *arguments: Any) -> WppError:
    with pytest.raises(WppError) as caught:
        call(*arguments)
    assert caught.value.code is code
    return caught.value


def item(user: UserRecord) -> dict[str, Any]:
    return {"recordId": f"USER#{user.user_id}", **user.item()}


def test_the_pairing_is_remembered(directory: Directory) -> None:
    callers = Callers(directory)
    assert {callers.user_id(principal()) for _ in range(3)} == {ANN.user_id}
    assert directory.asked == [ANN.employee_id]


def test_who_is_unknown_is_asked_for_again(directory: Directory) -> None:
    callers = Callers(directory)
    stranger = replace(principal(), employee_id="WPP-9")
    refused(ErrorCode.UNAUTHENTICATED, callers.user_id, stranger)
    directory.known["WPP-9"] = "new@agency.example"
    assert callers.user_id(stranger) == "new@agency.example"


def test_a_directory_that_is_down_lets_nobody_in(directory: Directory) -> None:
    directory.down = True
    refused(ErrorCode.STORAGE_UNAVAILABLE, Callers(directory).user_id, principal())


def test_memory_is_bounded() -> None:
    directory = Directory({f"WPP-{n}": f"{n}@agency.example" for n in range(5_001)})
    callers = Callers(directory)
    for number in range(5_001):
        callers.user_id(replace(principal(), employee_id=f"WPP-{number}"))
    callers.user_id(replace(principal(), employee_id="WPP-5000"))
    assert len(directory.asked) == 5_001
    callers.user_id(replace(principal(), employee_id="WPP-0"))
    assert len(directory.asked) == 5_002


def test_role_and_agency_are_the_directorys(directory: Directory) -> None:
    claimed = replace(principal(), role=Role.ADMIN, agency="elsewhere")
    assert Callers(directory).caller(claimed, item(record())) == ANN


def test_a10_a_disabled_user_is_nobody(directory: Directory) -> None:
    disabled = item(record(active=False))
    refused(ErrorCode.UNAUTHENTICATED, Callers(directory).caller, principal(), disabled)


@pytest.mark.parametrize("found", [None, item(record(person("bob", Role.ADMIN), employee_id="x"))])
def test_a_record_that_says_otherwise_is_nobody_and_forgotten(
    directory: Directory, found: dict[str, Any] | None
) -> None:
    callers = Callers(directory)
    callers.user_id(principal())
    error = refused(ErrorCode.UNAUTHENTICATED, callers.caller, principal(), found)
    assert error.body() == WppError(ErrorCode.UNAUTHENTICATED).body()
    callers.user_id(principal())
    assert directory.asked == [ANN.employee_id] * 2
