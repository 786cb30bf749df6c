import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import google.ads.googleads.v26 as api
import grpc
import pytest
from google.ads.googleads.v26.services.services.google_ads_service import transports

from wpp_mcp.google.ads.connector import API_VERSION
from wpp_mcp.google.read_only import READ_CALLS, ReadOnlyChannel, ReadOnlyChannelError


def methods() -> set[str]:
    """Every method of every service, from the library's own channels."""
    folder = Path(str(api.__file__)).parent / "services" / "services"
    return {
        found
        for file in folder.glob("*/transports/grpc.py")
        for found in re.findall(r'"(/google\.ads\.[\w.]+/\w+)"', file.read_text())
    }


METHODS = methods()
ALLOWED = sorted(m for m in METHODS if ".".join(m.split(".")[-1:]) in READ_CALLS)
REFUSED = sorted(METHODS - set(ALLOWED))


class Sent:
    def __init__(self) -> None:
        self.methods: list[Any] = []

    def __call__(self, details: Any, _request: Any) -> str:
        self.methods.append(details.method)
        return "answer"


def through(method: Any) -> tuple[list[Any], list[str]]:
    """Call both ways; return what was sent and what was refused."""
    sent, refused, channel = Sent(), [], ReadOnlyChannel()
    for intercept in (channel.intercept_unary_unary, channel.intercept_unary_stream):
        try:
            assert intercept(sent, SimpleNamespace(method=method), object()) == "answer"
        except ReadOnlyChannelError as error:
            refused.append(str(error))
    return sent.methods, refused


def test_the_walk_sees_the_api_in_use() -> None:
    assert api.__name__.endswith(API_VERSION)
    assert len(METHODS) > 150
    assert {m.rpartition(".")[2] for m in ALLOWED} == set(READ_CALLS) & {
        m.rpartition(".")[2] for m in METHODS
    }
    assert any(m.endswith("GoogleAdsService/Mutate") for m in REFUSED)


@pytest.mark.parametrize("method", ALLOWED)
def test_a_read_passes(method: str) -> None:
    assert through(method) == ([method] * 2, [])
    assert through(method.encode()) == ([method.encode()] * 2, [])


@pytest.mark.parametrize("method", REFUSED)
def test_everything_else_is_refused_before_it_leaves(method: str) -> None:
    assert through(method) == ([], [f"not on the read list: {method}"] * 2)
    assert through(method.encode())[0] == []


@pytest.mark.parametrize(
    "method",
    [
        "",
        "/",
        "Search",
        "/google.ads.googleads.v26.services.GoogleAdsService/search",
        "/google.ads.googleads.v26.services.GoogleAdsService/Search/Mutate",
        "/google.ads.googleads.v26.services.GoogleAdsService/Mutate/Search",
        "/google.ads.googleads.v26.services.XGoogleAdsService/Search",
        "/google.ads.googleads.v26.services.CampaignService/Search",
        "/google.ads.googleads.v99.services.NewService/ApplyEverything",
    ],
)
def test_look_alikes_are_refused(method: str) -> None:
    assert through(method)[0] == []


def test_a_real_stub_does_not_get_through() -> None:
    with grpc.insecure_channel("127.0.0.1:1") as plain:
        channel = grpc.intercept_channel(plain, ReadOnlyChannel())
        service = transports.GoogleAdsServiceGrpcTransport(channel=channel, credentials=None)
        with pytest.raises(ReadOnlyChannelError, match="Mutate"):
            service.mutate(SimpleNamespace(SerializeToString=bytes), timeout=1)
