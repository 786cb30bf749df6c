"""What a tool reads operations with: those that the caller may see, and no others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wpp_mcp.models.caller import Caller
from wpp_mcp.operations import views
from wpp_mcp.operations.calls import keys, unknown
from wpp_mcp.operations.lists import Question, Whose, listed
from wpp_mcp.operations.people import Part, part_of
from wpp_mcp.operations.records import operation_of
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.views import PageOf
from wpp_mcp.storage.operations import Operations


@dataclass(frozen=True, slots=True)
class OperationBook:
    """The operations that a caller may see, as they stand at one moment.

    Parameters
    ----------
    page
        Returns the address of an operation's page.
    """

    store: Operations
    caller: Caller
    now: datetime
    page: PageOf

    def one(self, operation_id: str) -> dict[str, Any]:
        """Return all of an operation that people may see.

        Raises
        ------
        WppError
            ``NOT_FOUND``, also for one that is not the caller's to see.
        StorageError
            DynamoDB did not answer.
        """
        item = self.store.find(operation_id) if keys(operation_id) else None
        if item is None:
            raise unknown()
        record = operation_of(item)
        if part_of(self.caller, record) is Part.NONE:
            raise unknown()
        return views.view(record, self.now, self.page)

    def several(self, whose: Whose, status: Status | None) -> tuple[list[dict[str, Any]], bool]:
        """Return a page of operations, and whether there are more.

        Raises
        ------
        WppError
            ``FORBIDDEN`` for operations that are not the caller's to see.
        StorageError
            DynamoDB did not answer.
        """
        question = Question(whose=whose, status=status)
        found = listed(self.store, self.caller, question, self.now)
        rows = [views.row(record, self.now, self.page) for record in found.records]
        return rows, found.next_token is not None
