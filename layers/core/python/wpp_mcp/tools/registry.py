"""The tools: what each is called, takes, returns, needs and touches. One definition for all uses.

A tool is a function in a module of a product's package, declared with `read_tool` or `write_tool`;
`catalogue` finds it there. Nothing else has to be edited to add one, and a test fails for a tool
whose declaration is not complete.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from wpp_mcp.audit.entry import Action
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.caller import Channel, Role, Scope
from wpp_mcp.models.changes import Plan
from wpp_mcp.routes import TOOL_ROLES
from wpp_mcp.tools.inputs import ToolInput, WireModel
from wpp_mcp.tools.table import Table

PRODUCTS: Final = ("analytics", "google_ads", "operations", "search_console")
OPERATIONS: Final = "operations"
"""The toolset of tools that belong to no product; every caller has it."""

TOOLSETS: Final[Mapping[Api, str]] = {
    Api.GOOGLE_ADS: "ads",
    Api.ANALYTICS: "analytics",
    Api.SEARCH_CONSOLE: "search-console",
}


@dataclass(frozen=True, slots=True)
class OneAccount:
    """The tool touches the account that a parameter names."""

    parameter: str


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The tool touches nothing but the caller's own grants."""


@dataclass(frozen=True, slots=True)
class OwnOperations:
    """The tool touches operations of the caller; their accounts are checked where they are read."""


@dataclass(frozen=True, slots=True)
class Public:
    """The tool touches no account; ``reason`` says why that is so."""

    reason: str


Reach = OneAccount | OwnAccounts | OwnOperations | Public


class Kind(StrEnum):
    """What a tool's body returns, and so what is done with it."""

    READ = "read"
    WRITE = "write"
    """A `Plan`: it is previewed, and nothing else."""
    OPERATION = "operation"
    """It moves an operation on; the gateway knows how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool.

    Parameters
    ----------
    description
        When to use it and when not; the function's docstring.
    connection
        The type of what the body works with; the gateway makes one, bound to the account.
    run
        The body: ``(connection, input) -> Table``, of a tool that writes ``-> Plan``.
    """

    name: str
    title: str
    description: str
    api: Api | None
    kind: Kind = Kind.READ
    action: Action
    scope: Scope
    roles: frozenset[Role]
    channel: Channel
    reach: Reach
    input: type[ToolInput]
    row: type[WireModel] | None
    connection: type[Any]
    run: Callable[[Any, Any], Any]

    @property
    def toolset(self) -> str:
        """The name under which callers choose this family."""
        return OPERATIONS if self.api is None else TOOLSETS[self.api]


F = TypeVar("F", bound=Callable[..., Any])
_DECLARED: Final = "__wpp_tool__"


def read_tool(
    *, api: Api | None, title: str, account: str | None = None, reach: Reach | None = None
) -> Callable[[F], F]:
    """Declare a tool that reads.

    Parameters
    ----------
    api
        The product it belongs to; ``None`` for what is about operations themselves.
    account
        The parameter (snake_case) that names the one account it touches.
    reach
        Instead of ``account``: `OwnAccounts`, or `Public` with a reason.

    Raises
    ------
    TypeError
        The declaration is not complete: the product does not start.
    """

    def declare(function: F) -> F:
        connection, given, answer = _signature(function)
        (row,) = get_args(answer) or (None,)
        if get_origin(answer) is not Table or row is None:
            raise TypeError(f"{function.__name__}: a tool that reads returns Table[row]")
        return _declared(
            function,
            Tool(
                **_said(function, title),
                api=api,
                action=Action.READ,
                scope=Scope.TOOLS_READ,
                reach=_reach(function, given, account, reach),
                input=given,
                row=row,
                connection=connection,
            ),
        )

    return declare


def write_tool(
    *, api: Api, title: str, account: str, action: Action = Action.WRITE
) -> Callable[[F], F]:
    """Declare a tool that plans a write: it returns a `Plan`, and cannot write.

    Parameters
    ----------
    account
        The parameter (snake_case) that names the one account it touches.
    action
        ``DELETE`` where what it plans removes things.

    Raises
    ------
    TypeError
        The declaration is not complete: the product does not start.
    """

    def declare(function: F) -> F:
        connection, given, answer = _signature(function)
        if answer is not Plan:
            raise TypeError(f"{function.__name__}: a tool that writes returns a Plan")
        return _declared(
            function,
            Tool(
                **_said(function, title),
                api=api,
                kind=Kind.WRITE,
                action=action,
                scope=Scope.TOOLS_WRITE,
                reach=_reach(function, given, account, None),
                input=given,
                row=None,
                connection=connection,
            ),
        )

    return declare


def operation_tool(*, title: str, scope: Scope, action: Action = Action.WRITE) -> Callable[[F], F]:
    """Declare a tool that moves one operation on; the gateway carries it out (`gateway.calls`).

    Its function takes the input alone, and does nothing by itself.

    Raises
    ------
    TypeError
        The declaration is not complete: the product does not start.
    """

    def declare(function: F) -> F:
        hints = get_type_hints(function)
        names = list(inspect.signature(function).parameters)
        if len(names) != 1:
            raise TypeError(f"{function.__name__}: declare (input) -> None")
        return _declared(
            function,
            Tool(
                **_said(function, title),
                api=None,
                kind=Kind.OPERATION,
                action=action,
                scope=scope,
                reach=OwnOperations(),
                input=hints[names[0]],
                row=None,
                connection=type(None),
            ),
        )

    return declare


def _declared(function: F, tool: Tool) -> F:
    setattr(function, _DECLARED, tool)
    return function


def _said(function: Callable[..., Any], title: str) -> dict[str, Any]:
    """Return what holds for every tool."""
    description = inspect.getdoc(function)
    if not description:
        raise TypeError(f"{function.__name__}: say when to use it")
    return {
        "name": function.__name__,
        "title": title,
        "description": description,
        "roles": TOOL_ROLES,
        "channel": Channel.AGENT,
        "run": function,
    }


def _reach(
    function: Callable[..., Any],
    given: type[ToolInput],
    account: str | None,
    reach: Reach | None,
) -> Reach:
    touched = OneAccount(account) if account else reach
    if touched is None or (isinstance(touched, Public) and not touched.reason.strip()):
        raise TypeError(f"{function.__name__}: say which account it touches")
    if account and account not in given.model_fields:
        raise TypeError(f"{function.__name__}: there is no parameter {account}")
    return touched


def _signature(function: Callable[..., Any]) -> tuple[type[Any], type[ToolInput], Any]:
    try:
        hints = get_type_hints(function)
        connection, given = (hints[name] for name in inspect.signature(function).parameters)
        answer = hints["return"]
    except (KeyError, ValueError, NameError) as error:
        problem = "declare (connection, input) -> Table[row] or Plan, with types"
        raise TypeError(f"{function.__name__}: {problem}") from error
    return connection, given, answer


@cache
def catalogue() -> Mapping[str, Tool]:
    """Return every tool by name, sorted. Importing them loads no Google library.

    Raises
    ------
    TypeError
        Two tools have one name.
    """
    tools: dict[str, Tool] = {}
    for product in PRODUCTS:
        package = importlib.import_module(f"wpp_mcp.tools.{product}")
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{package.__name__}.{info.name}")
            for _, member in inspect.getmembers(module, inspect.isfunction):
                tool = getattr(member, _DECLARED, None)
                if tool is None or member.__module__ != module.__name__:
                    continue
                if tool.name in tools:
                    raise TypeError(f"two tools are called {tool.name}")
                tools[tool.name] = tool
    return dict(sorted(tools.items()))


def products() -> tuple[Api, ...]:
    """Return the products that have tools: what a Google connection is for."""
    used = {tool.api for tool in catalogue().values() if tool.api is not None}
    return tuple(api for api in Api if api in used)
