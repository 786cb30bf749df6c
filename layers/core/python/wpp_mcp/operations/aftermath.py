"""What follows an outcome that stands: marks on what it has undone, and the mails.

None of it changes the outcome. What could not be done at once a job does later, since until then
the operation says when to look again.
"""

from wpp_mcp.access.services import Services
from wpp_mcp.operations.records import OperationRecord
from wpp_mcp.operations.runs import NOTIFY_AGAIN
from wpp_mcp.operations.states import Status
from wpp_mcp.operations.telling import Telling
from wpp_mcp.operations.undone import Marking
from wpp_mcp.storage.dynamo import ConditionFailedError, StorageError


class Aftermath:
    """Sees to what follows an outcome."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._telling = Telling(services)
        self._marking = Marking(services)

    def follow(
        self, record: OperationRecord, audit_log_id: str | None, note: str = ""
    ) -> tuple[str, ...]:
        """Mark what was undone and queue the mails; return who is told.

        Parameters
        ----------
        record
            In the revision that stands in the table.
        """
        try:
            undone = self._marking.follow(record)
        except StorageError as error:
            self._services.log.warning(
                "what was undone is not marked",
                extra={"operation_id": record.operation_id, "reason": str(error)},
            )
            return ()
        return self._telling.ended(record, audit_log_id, undone, note)

    def overdue(self, record: OperationRecord) -> tuple[str, ...]:
        """Do again what did not follow an outcome in its time; nobody gets a mail twice.

        Raises
        ------
        StorageError
            DynamoDB did not answer.
        """
        if record.status is Status.FAILED:
            self._look_again(record, never=True)
            return ()
        told = self.follow(record, record.audit_log_id)
        if not told:
            self._look_again(record)
        return told

    def _look_again(self, record: OperationRecord, *, never: bool = False) -> None:
        until = None if never else self._services.runtime.clock() + NOTIFY_AGAIN
        try:
            self._services.dynamo.write(record.move(record.status, until=until))
        except ConditionFailedError:
            return  # it has moved on: whoever did that has said when to look again
