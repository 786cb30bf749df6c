"""Which tools a caller has: by scope, role, chosen toolsets and grants (product.md §9)."""

from collections.abc import Collection, Iterable
from typing import Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.refusals import ScopeLackedError
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.caller import Caller, Channel
from wpp_mcp.tools.registry import OPERATIONS, TOOLSETS, OneAccount, Tool

Toolsets = frozenset[str] | None
"""The families a connection chose, ``None`` for all."""

_KNOWN: Final = frozenset(TOOLSETS.values())


def chosen(query: str | None, header: str | None) -> Toolsets:
    """Return what ``?toolsets=`` and ``X-MCP-Toolsets`` choose; both have to allow a family.

    Raises
    ------
    WppError
        ``INVALID_REQUEST`` for a name that is not known.
    """
    selections = [_names(text) for text in (query, header) if text is not None]
    if not selections:
        return None
    return frozenset.intersection(*selections)


def _names(text: str) -> frozenset[str]:
    names = frozenset(part.strip() for part in text.split(",") if part.strip())
    if not names <= _KNOWN:
        known = ", ".join(sorted(_KNOWN))
        raise WppError(ErrorCode.INVALID_REQUEST, f"Unknown toolset. Known: {known}")
    return names


def require(tool: Tool, caller: Caller, toolsets: Toolsets, channel: Channel) -> None:
    """Refuse a tool that is not in the caller's list, whatever the list's reason.

    Raises
    ------
    WppError
        ``FORBIDDEN``; with ``requiredScope`` where another sign-in would help.
    """
    if tool.scope not in caller.scopes:
        raise ScopeLackedError(tool.scope, caller.scopes)
    if caller.role not in tool.roles:
        raise WppError(ErrorCode.FORBIDDEN, f"{tool.name} is not for the role {caller.role.value}")
    if channel is not tool.channel:
        raise WppError(ErrorCode.FORBIDDEN, f"{tool.name} is not for this channel")
    chosen_too = tool.toolset == OPERATIONS  # whoever can preview can see what became of it
    if toolsets is not None and tool.toolset not in toolsets and not chosen_too:
        raise WppError(ErrorCode.FORBIDDEN, f"{tool.name} is not in the chosen toolsets")


def visible_tools(
    tools: Iterable[Tool],
    caller: Caller,
    toolsets: Toolsets,
    *,
    channel: Channel,
    granted: Collection[Api],
) -> list[Tool]:
    """Return the tools to list, sorted by name.

    A tool that needs an account is listed only to those who have one of its product.
    """
    shown = []
    for tool in sorted(tools, key=lambda tool: tool.name):
        try:
            require(tool, caller, toolsets, channel)
        except WppError:
            continue
        if not isinstance(tool.reach, OneAccount) or tool.api in granted:
            shown.append(tool)
    return shown
