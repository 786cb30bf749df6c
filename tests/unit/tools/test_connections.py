import pytest

from tests.unit.support.people import account, grant
from tests.unit.support.surroundings import NOW, Surroundings, unexpected
from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.connector import GoogleAds, GoogleAdsFields
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.exchange import given
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Endpoints
from wpp_mcp.tools.connections import CONNECTIONS, Opening, OwnGrants


@pytest.fixture
def google(around: Surroundings) -> GoogleCall:
    return GoogleCall(
        tokens=given("not a token", unexpected),
        developer_token=str,
        endpoints=Endpoints(),
        deadline=Deadline(around.clock, NOW),
        chance=around.chance,
        sleep=around.sleep,
    )


def test_an_account_is_opened_by_its_one_grant(google: GoogleCall) -> None:
    opened = CONNECTIONS[GoogleAds](Opening(google, (grant("1111111111"),)))
    assert isinstance(opened, GoogleAds)
    assert opened.account == account(1)
    assert opened._login_customer_id == "9999999999"


@pytest.mark.parametrize("count", [0, 2])
def test_any_other_number_of_grants_opens_nothing(google: GoogleCall, count: int) -> None:
    grants = tuple(grant(str(n) * 10) for n in range(1, count + 1))
    with pytest.raises(WppError) as caught:
        CONNECTIONS[GoogleAds](Opening(google, grants))
    assert caught.value.code is ErrorCode.INTERNAL


def test_the_others_get_what_they_need(google: GoogleCall) -> None:
    grants = (grant("1111111111"), grant("2222222222"))
    assert CONNECTIONS[OwnGrants](Opening(google, grants)) == OwnGrants(grants)
    assert isinstance(CONNECTIONS[GoogleAdsFields](Opening(google, grants)), GoogleAdsFields)


def test_a_call_shows_neither_token(google: GoogleCall) -> None:
    assert "not a token" not in repr(google)
