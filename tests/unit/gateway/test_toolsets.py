from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.support.people import ANN
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.gateway.toolsets import Toolsets, chosen, require, visible_tools
from wpp_mcp.models.accounts import Api
from wpp_mcp.models.caller import Caller, Channel, Role, Scope
from wpp_mcp.tools.registry import OneAccount, catalogue

TOOLS = list(catalogue().values())
ADS = frozenset({"ads"})
NONE: frozenset[str] = frozenset()
callers = st.builds(
    lambda role, scopes: replace(ANN, role=role, scopes=scopes),
    st.sampled_from(Role),
    st.frozensets(st.sampled_from(Scope)),
)
choices = st.sampled_from([None, ADS, NONE])


@pytest.mark.parametrize(
    ("query", "header", "expected"),
    [
        (None, None, None),
        ("ads", None, ADS),
        (None, " ads , ads", ADS),
        ("ads", "ads", ADS),
        ("ads", "", NONE),
    ],
)
def test_query_and_header_choose(query: str | None, header: str | None, expected: Toolsets) -> None:
    assert chosen(query, header) == expected


@pytest.mark.parametrize("text", ["ads,other", "ADS", "*", "all"])
def test_an_unknown_toolset_is_refused(text: str) -> None:
    for arguments in ((text, None), (None, text), ("ads", text)):
        with pytest.raises(WppError, match="Known: ads") as caught:
            chosen(*arguments)
        assert caught.value.code is ErrorCode.INVALID_REQUEST


@given(callers, choices, st.sampled_from(Channel), st.sampled_from([(), (Api.GOOGLE_ADS,)]))
def test_the_list_is_what_may_be_called(
    caller: Caller, toolsets: Toolsets, channel: Channel, granted: tuple[Api, ...]
) -> None:
    shown = visible_tools(reversed(TOOLS), caller, toolsets, channel=channel, granted=granted)
    assert [tool.name for tool in shown] == sorted(tool.name for tool in shown)
    for tool in TOOLS:
        usable = (
            tool.scope in caller.scopes
            and caller.role in tool.roles
            and channel is tool.channel
            and (toolsets is None or tool.toolset in {*toolsets, "operations"})
        )
        if usable:
            require(tool, caller, toolsets, channel)
        else:
            with pytest.raises(WppError) as caught:
                require(tool, caller, toolsets, channel)
            assert caught.value.code is ErrorCode.FORBIDDEN
        has_account = not isinstance(tool.reach, OneAccount) or tool.api in granted
        assert (tool in shown) is (usable and has_account)


def test_a_missing_scope_is_named() -> None:
    tool = next(tool for tool in TOOLS if tool.scope is Scope.TOOLS_READ)
    with pytest.raises(WppError) as caught:
        require(tool, replace(ANN, scopes=frozenset(), role=Role.AUDITOR), NONE, Channel.AGENT)
    assert caught.value.body()["requiredScope"] == "tools/read"
    with pytest.raises(WppError) as caught:
        require(tool, replace(ANN, role=Role.AUDITOR), None, Channel.AGENT)
    assert "requiredScope" not in caught.value.body()
