"""From a verified token to a person whom the directory knows, on every call.

The token names an employee id, the tables are keyed by e-mail address. The pairing is remembered
in the process (it saves one call), never the record: that is read with each call and must still
pair the two, so a disabled user or a lost role counts at once.
"""

import threading
from collections import OrderedDict
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.caller import Caller, Principal
from wpp_mcp.storage.directory import Directory, user_of
from wpp_mcp.storage.dynamo import StorageError
from wpp_mcp.storage.items import Item

_REMEMBERED: Final = 5_000


class Callers:
    """Finds the person behind a principal."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._user_ids: OrderedDict[str, str] = OrderedDict()

    def user_id(self, principal: Principal) -> str:
        """Return whom to read from the directory.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED`` where the employee id is unknown or not unique,
            ``STORAGE_UNAVAILABLE`` where that cannot be found out.
        """
        with self._lock:
            known = self._user_ids.get(principal.employee_id)
        if known is not None:
            return known
        try:
            found = self._directory.user_id_of(principal.employee_id)
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        if found is None:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason="not in the directory")
        with self._lock:
            self._user_ids[principal.employee_id] = found
            while len(self._user_ids) > _REMEMBERED:
                self._user_ids.popitem(last=False)
        return found

    def caller(self, principal: Principal, record: Item | None) -> Caller:
        """Return the caller, from the record that was read on this very call.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED`` where the record is gone, disabled, or another employee's.
        """
        user = None if record is None else user_of(record)
        if user is None or user.employee_id != principal.employee_id:
            with self._lock:
                self._user_ids.pop(principal.employee_id, None)
            raise WppError(ErrorCode.UNAUTHENTICATED, reason="the directory says otherwise")
        if not user.active:
            raise WppError(ErrorCode.UNAUTHENTICATED, reason="disabled")
        return Caller(
            user_id=user.user_id,
            employee_id=user.employee_id,
            name=user.name,
            role=user.role,
            agency=user.agency,
            client_id=principal.client_id,
            client_kind=principal.client_kind,
            scopes=principal.scopes,
            oma_key=principal.oma_key,
            manager=user.manager,
        )
