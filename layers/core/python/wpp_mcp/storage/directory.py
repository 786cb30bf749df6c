"""The directory: who works here, with which role, for which agency (product.md §5)."""

from dataclasses import dataclass
from typing import Any

from wpp_mcp.models.caller import Role
from wpp_mcp.storage.dynamo import Dynamo, Key, StorageError, Write
from wpp_mcp.storage.items import Item
from wpp_mcp.storage.tables import Table


@dataclass(frozen=True, slots=True)
class UserRecord:
    """One person. ``user_id`` is the e-mail address in lower case."""

    user_id: str
    employee_id: str
    name: str
    role: Role
    agency: str
    manager: str | None
    active: bool

    def item(self) -> dict[str, Any]:
        """Return the attributes beside the key."""
        values: dict[str, Any] = {
            "userId": self.user_id,
            "employeeId": self.employee_id,
            "name": self.name,
            "role": self.role.value,
            "agency": self.agency,
            "status": "ACTIVE" if self.active else "DISABLED",
        }
        return values | ({"manager": self.manager} if self.manager else {})


class Directory:
    """Reads users."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    @staticmethod
    def user_key(user_id: str) -> Key:
        """Return the key of a person's record."""
        return Key(Table.DIRECTORY, f"USER#{user_id}")

    @classmethod
    def still(cls, user: UserRecord) -> Write:
        """Return the check that a person is who they were when they were read.

        It closes the gap between a look at the directory and what is done on its word.
        """
        read = {name: user.item()[name] for name in ("employeeId", "role", "status")}
        return Write(
            cls.user_key(user.user_id),
            condition=" AND ".join(f"#{name} = :{name}" for name in read),
            names={f"#{name}": name for name in read},
            values={f":{name}": value for name, value in read.items()},
            check=True,
        )

    def user_id_of(self, employee_id: str) -> str | None:
        """Look an employee id up; ``None`` where it is unknown or not unique.

        The index lags behind the table, so the record itself is read again by key.
        """
        items, _ = self._dynamo.query(
            Table.DIRECTORY,
            "employeeId = :employee",
            {":employee": employee_id},
            index="employeeId-index",
            limit=2,
        )
        if len(items) != 1 or not isinstance(items[0].get("userId"), str):
            return None
        return str(items[0]["userId"])


def user_of(item: Item) -> UserRecord:
    """Return the person in an item.

    Raises
    ------
    StorageError
        The record is damaged: nobody is let in on a guess.
    """
    try:
        return UserRecord(
            user_id=str(item["userId"]),
            employee_id=str(item["employeeId"]),
            name=str(item["name"]),
            role=Role(item["role"]),
            agency=str(item["agency"]),
            manager=item.get("manager"),
            active=item["status"] == "ACTIVE",
        )
    except (KeyError, ValueError) as error:
        raise StorageError("damaged directory record") from error
