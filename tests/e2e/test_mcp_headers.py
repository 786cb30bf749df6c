"""Routing headers of ``POST /mcp`` that say something else than the body (SEP-2243)."""

import mcp_types as types
import pytest

from tests.support.api import USD, Api

CALL = {"name": "list_budgets", "arguments": {"customerId": USD}}


@pytest.mark.parametrize("era", ["rpc", "modern"])
@pytest.mark.parametrize("header", [{"Mcp-Method": "tools/list"}, {"Mcp-Name": "list_campaigns"}])
def test_a_mismatch_is_refused_as_the_protocol_says(
    api: Api, era: str, header: dict[str, str]
) -> None:
    answer = getattr(api, era)("tools/call", CALL, headers=header)

    assert answer.status_code == 400
    assert answer.json()["id"] == 1
    assert answer.json()["error"]["code"] == types.HEADER_MISMATCH
    assert answer.json()["error"]["data"]["code"] == "INVALID_REQUEST"
    assert api.calls("google-ads") == {}


@pytest.mark.parametrize("identity", [None, True, 1.5, [], {"id": 1}])
def test_what_is_no_id_is_not_repeated(api: Api, identity: object) -> None:
    message = {"jsonrpc": "2.0", "id": identity, "method": "tools/list"}
    answer = api.send(
        "POST", "/mcp", role="agent", json=message, headers={"Mcp-Method": "tools/call"}
    )

    assert answer.status_code == 400
    assert "id" not in answer.json()
    assert answer.json()["error"]["code"] == types.HEADER_MISMATCH


def test_an_error_without_a_message_has_no_id(api: Api) -> None:
    answer = api.send("POST", "/mcp", role="agent", content=b"{")

    assert answer.status_code == 400
    assert "id" not in answer.json()
    assert answer.json()["error"]["code"] == types.PARSE_ERROR
