"""The list of tools that a caller has."""

from dataclasses import dataclass

from wpp_mcp.access import intake
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.recording import BLOCKING, Facts, Recorder, new_operation_id
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.toolsets import Toolsets, visible_tools
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.caller import Caller, Principal
from wpp_mcp.routes import Route
from wpp_mcp.storage.dynamo import ConditionFailedError, StorageError
from wpp_mcp.tools.registry import Tool, catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A wish to see the list of tools."""

    principal: Principal
    toolsets: Toolsets
    route: Route
    correlation_id: str


class ToolLists:
    """Lists tools."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._recorder = Recorder(services)

    def tools_for(self, listing: Listing) -> tuple[Caller, list[Tool]]:
        """Return who calls, and the tools that the caller has. A refusal is recorded.

        Raises
        ------
        WppError
            ``UNAUTHENTICATED``, ``FORBIDDEN`` for a role that has no tools, ``RATE_LIMITED``,
            ``STORAGE_UNAVAILABLE`` or ``AUDIT_UNAVAILABLE``.
        """
        seen = intake.read(self._services, listing.principal)
        try:
            if seen.caller.role not in listing.route.roles:
                role = seen.caller.role.value
                raise WppError(ErrorCode.FORBIDDEN, f"Tools are not for the role {role}")
            granted = self._granted_products(seen)
        except WppError as error:
            if error.code in BLOCKING:
                self._recorder.refuse(seen, self._listing_facts(listing, seen, error))
            raise
        tools = visible_tools(
            catalogue().values(),
            seen.caller,
            listing.toolsets,
            channel=listing.route.channel,
            granted=granted,
        )
        return seen.caller, tools

    def _listing_facts(self, listing: Listing, seen: Snapshot, error: WppError) -> Facts:
        return Facts(
            what="tools/list",
            channel=listing.route.channel,
            operation_id=new_operation_id(self._services.runtime, seen.at),
            correlation_id=listing.correlation_id,
            started=seen.at,
            error=error,
        )

    def _granted_products(self, seen: Snapshot) -> set[Api]:
        wait = seen.window.user_wait(seen.user_counter, seen.policy)
        if wait is not None:
            raise WppError(ErrorCode.RATE_LIMITED, retry_after=wait)
        user_id = seen.caller.user_id
        try:
            held = [g for g in self._services.approved.of_user(user_id) if g.holds(seen.at)]
            self._services.dynamo.write(seen.window.count_user(user_id, seen.policy))
        except ConditionFailedError:
            raise WppError(ErrorCode.RATE_LIMITED, retry_after=1) from None
        except StorageError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        return {grant.account.api for grant in held}
