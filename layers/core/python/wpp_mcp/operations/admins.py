"""The two admins behind a change of policies, as the directory has them when it is carried out."""

from collections.abc import Mapping

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Role
from wpp_mcp.operations.people import same_person
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.storage.directory import Directory, UserRecord, user_of
from wpp_mcp.storage.dynamo import Key, Write
from wpp_mcp.storage.items import Item


def keys_of_both(record: OperationRecord) -> list[Key]:
    """Return whom to read from the directory: who asked, and who approved."""
    return [Directory.user_key(user_id) for user_id, _ in _named(record)]


def require_both(record: OperationRecord, found: Mapping[Key, Item]) -> list[Write]:
    """Return the checks that two different admins stand behind a change until it is written.

    Parameters
    ----------
    found
        What stands under `keys_of_both` now.

    Raises
    ------
    WppError
        `not_both`: one of them is gone, disabled, somebody else or no admin, or they are one.
    StorageError
        A record of theirs is damaged.
    """
    admins = [_admin(found, *names) for names in _named(record)]
    match admins:
        case [UserRecord() as asked, UserRecord() as approved] if not same_person(asked, approved):
            return [Directory.still(asked), Directory.still(approved)]
    raise not_both()


def not_both() -> WppError:
    """Return the refusal of what not two admins stand behind any more (threats.md C8)."""
    return WppError(
        ErrorCode.SECOND_APPROVAL_REQUIRED,
        "Two admins have to agree, and not both who did are admins any more",
        action="Ask for it again",
    )


def _named(record: OperationRecord) -> list[tuple[str, str]]:
    approval = record.approval
    names = [(record.user_id, record.employee_id)]
    return names if approval is None else [*names, (approval.by, approval.employee_id)]


def _admin(found: Mapping[Key, Item], user_id: str, employee_id: str) -> UserRecord | None:
    item = found.get(Directory.user_key(user_id))
    user = None if item is None else user_of(item)
    if user is None or not user.active or user.role is not Role.ADMIN:
        return None
    return user if user.employee_id == employee_id else None
