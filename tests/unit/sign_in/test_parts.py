"""What the authorization server does not start with."""

import pytest

from tests.unit.support.aws import ENVIRON
from tests.unit.support.surroundings import FakeClock, Surroundings
from wpp_mcp.config import ConfigurationError
from wpp_mcp.sign_in.parts import Parts

FULL = ENVIRON | {
    "WPP_USER_POOL_ID": "us-east-1_Test",
    "WPP_OMA_CLIENT_IDS": "oma",
    "WPP_MCP_CLIENT_IDS": "mcp,other",
    "WPP_SIGN_IN_DOMAIN": "login.agency.example",
    "WPP_SIGN_IN_CLIENT_ID": "mcp",
}


def parts(**changes: str) -> Parts:
    return Parts(Surroundings(FakeClock()).runtime(FULL | changes))


def test_the_issuer_is_the_origin_of_the_resource() -> None:
    assert f"{parts().issuer}/mcp" == ENVIRON["WPP_RESOURCE_URL"]


@pytest.mark.parametrize("client_id", ["oma", "unknown", "MCP"])
def test_our_own_client_at_the_pool_is_one_of_mcp(client_id: str) -> None:
    """As OMA's or the console's it would be given more than MCP clients may have."""
    with pytest.raises(ConfigurationError) as caught:
        parts(WPP_SIGN_IN_CLIENT_ID=client_id)
    assert str(caught.value) == "WPP_SIGN_IN_CLIENT_ID is not one of WPP_MCP_CLIENT_IDS"


@pytest.mark.parametrize("name", ["WPP_MCP_CLIENTS", "WPP_CLIENT_DOCUMENTS"])
def test_a_wrong_list_of_clients_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        parts(**{name: "http://client.example/metadata.json"})
