"""Deciding one tool call: who, which tool, which accounts, how often, asked before.

Pure but for opening a sealed list. Every check has a test that takes the way through the HTTP
gateway and fails without it (tests/security).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from wpp_mcp.access.google_access import GoogleWay
from wpp_mcp.access.grants import Grants
from wpp_mcp.access.intake import Snapshot
from wpp_mcp.access.mentions import mentioned
from wpp_mcp.access.sealed import SealedAccounts, open_sealed
from wpp_mcp.access.services import Services
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.toolsets import Toolsets, require
from wpp_mcp.models.accounts import AccountRef, normalise
from wpp_mcp.models.caller import Channel, ClientKind, Principal
from wpp_mcp.models.time import Deadline
from wpp_mcp.secret_store import SecretName, SecretUnavailableError
from wpp_mcp.storage.approved_accounts import GrantRecord
from wpp_mcp.storage.dynamo import Key
from wpp_mcp.storage.operations import Operations
from wpp_mcp.tools.inputs import ToolInput, parsed, wire_params
from wpp_mcp.tools.registry import Kind, OneAccount, OwnAccounts, Tool, catalogue

MAX_ACCOUNTS: Final = 20
"""Accounts that one call may name, so that one batch read holds their grants and counters."""


MAX_OPERATION_ID: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """One call of a tool, from whichever channel.

    Parameters
    ----------
    google_token
        The user's Google access token. Kept for the call, never stored, logged or returned.
    sealed
        The sealed list as it came, unopened.
    user_id
        Whom the caller says to be; must be whom the token says.
    request_id
        ``omaRequestId``.
    resumes
        The operation that this call has previewed before, from a sealed state; with
        ``agreed_in_form`` where the client says that the person has agreed to it.
    """

    principal: Principal
    channel: Channel
    tool: str
    params: Mapping[str, Any]
    google_token: str | None = field(default=None, repr=False)
    sealed: Any = field(default=None, repr=False)
    user_id: str | None = None
    request_id: str | None = None
    toolsets: Toolsets = None
    resumes: str | None = None
    agreed_in_form: bool = False
    correlation_id: str
    deadline: Deadline

    @property
    def google(self) -> GoogleWay:
        """How this call gets to Google."""
        return GoogleWay(self.google_token, self.deadline)


@dataclass(frozen=True, slots=True)
class Named:
    """What a call names, found before anything is read.

    Parameters
    ----------
    account
        The account that the tool will touch.
    accounts
        It and every other account that the parameters mention.
    problem
        Why the naming is not valid; raised after the checks that come before.
    """

    tool: Tool | None
    params: dict[str, Any]
    account: AccountRef | None = None
    accounts: tuple[AccountRef, ...] = ()
    problem: WppError | None = None
    resumes: str | None = None

    @property
    def operations(self) -> tuple[Key, ...]:
        """The operations that the call names, of a tool that moves some on; what it resumes."""
        names: list[Any] = [self.resumes]
        if self.tool is not None and self.tool.kind is Kind.OPERATION:
            several = self.params.get("operationIds")
            names += [self.params.get("operationId")]
            names += several[:MAX_ACCOUNTS] if isinstance(several, list) else []
        return tuple(dict.fromkeys(Operations.key(name) for name in names if _is_id(name)))


@dataclass(frozen=True, slots=True)
class Decided:
    """A call that may run."""

    tool: Tool
    request: ToolInput
    account: AccountRef | None
    grants: tuple[GrantRecord, ...]


def _is_id(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= MAX_OPERATION_ID


def names_in(call: ToolCall) -> Named:
    """Return the tool and the accounts that a call names; never raises."""
    tool = catalogue().get(call.tool)
    params = dict(call.params)
    if tool is None:
        problem = WppError(ErrorCode.INVALID_REQUEST, "There is no tool of this name")
        return Named(None, params, problem=problem)
    try:
        params = wire_params(tool.input, params)
        account = _declared_account(tool, params)
    except WppError as error:
        return Named(tool, params, accounts=_accounts(params, None)[:MAX_ACCOUNTS], problem=error)
    accounts = _accounts(params, account)
    if len(accounts) > MAX_ACCOUNTS:
        problem = WppError(
            ErrorCode.INVALID_REQUEST, f"Name {MAX_ACCOUNTS} accounts in one call at most"
        )
        return Named(tool, params, account, accounts[:MAX_ACCOUNTS], problem)
    return Named(tool, params, account, accounts, resumes=call.resumes)


def _declared_account(tool: Tool, params: Mapping[str, Any]) -> AccountRef | None:
    if not isinstance(tool.reach, OneAccount) or tool.api is None:
        return None
    alias = tool.input.model_fields[tool.reach.parameter].alias or tool.reach.parameter
    if alias not in params:
        return None  # the schema names what is missing
    try:
        return normalise(tool.api, params[alias])
    except WppError as error:
        raise WppError(
            error.code, error.message, details=[{"field": alias, "problem": error.message}]
        ) from None


def _accounts(params: Mapping[str, Any], account: AccountRef | None) -> tuple[AccountRef, ...]:
    found = dict.fromkeys(mentioned(dict(params)))
    return tuple(dict.fromkeys([account, *found] if account else found))


class Decision:
    """The checks of a call, in their order.

    Attributes
    ----------
    sealed
        The opened list of this call, as soon as it has been opened.
    """

    def __init__(self, services: Services, call: ToolCall, named: Named, seen: Snapshot) -> None:
        self._services = services
        self.call = call
        self.named = named
        self._seen = seen
        self.sealed: SealedAccounts | None = None

    def decide(self) -> Decided:
        """Run every check.

        Raises
        ------
        WppError
            Of the first check that fails.
        """
        self._check_rate_of_user()
        tool = self._check_tool()
        grants = self._check_accounts(tool)
        if self.named.problem is not None:
            raise self.named.problem
        request = parsed(tool.input, self.named.params)
        self._check_rate_of_accounts()
        return Decided(tool, request, self.named.account, grants)

    def _check_rate_of_user(self) -> None:
        seen = self._seen
        wait = seen.window.user_wait(seen.user_counter, seen.policy)
        if wait is not None:
            raise WppError(ErrorCode.RATE_LIMITED, "Too many calls of this user", retry_after=wait)

    def _check_tool(self) -> Tool:
        call, caller = self.call, self._seen.caller
        if call.user_id is not None and call.user_id.lower() != caller.user_id:
            raise WppError(ErrorCode.FORBIDDEN, "userId is not the user of the token")
        if self.named.tool is None:
            raise self.named.problem or WppError(ErrorCode.INVALID_REQUEST)
        require(self.named.tool, caller, call.toolsets, call.channel)
        return self.named.tool

    def _check_accounts(self, tool: Tool) -> tuple[GrantRecord, ...]:
        self.sealed = self._opened()
        grants = Grants(self._seen.grants, self.sealed, self._seen.at)
        grants.require(self.named.accounts)
        if isinstance(tool.reach, OwnAccounts):
            own = self._services.approved.of_user(self._seen.caller.user_id)
            records = {grant.account: grant for grant in own}
            return Grants(records, self.sealed, self._seen.at).usable()
        account = self.named.account
        return (self._seen.grants[account],) if account else ()

    def _opened(self) -> SealedAccounts | None:
        if self.call.sealed is None:
            demanded = self._seen.policy.require_sealed_accounts
            if demanded and self._seen.caller.client_kind is ClientKind.OMA:
                raise WppError(
                    ErrorCode.APPROVED_ACCOUNTS_INVALID,
                    "A sealed list of approved accounts has to come with the call",
                )
            return None
        try:
            secrets = tuple(self._services.secrets.get(SecretName.OMA_SHARED_SECRET))
        except SecretUnavailableError as error:
            raise WppError(ErrorCode.STORAGE_UNAVAILABLE, reason=str(error)) from error
        return open_sealed(
            secrets, self.call.sealed, user_id=self._seen.caller.user_id, now=self._seen.at
        )

    def _check_rate_of_accounts(self) -> None:
        seen = self._seen
        for account in self.named.accounts:
            wait = seen.window.account_wait(seen.account_counters.get(account), seen.policy)
            if wait is not None:
                raise WppError(
                    ErrorCode.RATE_LIMITED, "Too many calls on this account", retry_after=wait
                )
