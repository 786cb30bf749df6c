from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wpp_mcp.edge.viewer import VIEWER_HEADER, network_of, viewer_address

ROOT = Path(__file__).resolve().parents[3]
NO_ADDRESS = [
    "",
    "unknown",
    "198.51.100.7, 203.0.113.9",
    "198.51.100.07",
    "198.51.100.7:443",
    "198.51.100.0/24",
    " 198.51.100.7",
    "fe80::1%eth0",
    'fe80::1%"}\nforged',
    "1" * 5000,
]


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_what_is_no_address_is_nobodys(text: str) -> None:
    assert viewer_address({VIEWER_HEADER: text}) is None
    assert network_of(text) is None


def test_without_the_edges_header_there_is_no_address() -> None:
    assert viewer_address({"x-forwarded-for": "198.51.100.7", "x-real-ip": "198.51.100.7"}) is None


@given(st.ip_addresses())
def test_an_address_is_in_the_network_that_is_blocked_for_it(address: object) -> None:
    network = ip_network(network_of(str(address)) or "")
    told = viewer_address({VIEWER_HEADER: str(address)})
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        assert network.prefixlen == 64
        assert address in network
        assert told == str(address)
    else:
        assert network.num_addresses == 1
        assert ip_address(told or "").version == 4


def test_a_site_is_one_however_many_addresses_of_it_call() -> None:
    assert (
        network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    )
    assert network_of("::ffff:198.51.100.7") == network_of("198.51.100.7") == "198.51.100.7/32"


def test_the_header_is_read_in_one_place() -> None:
    code = ROOT / "layers/core/python/wpp_mcp"
    naming = {
        path.relative_to(code).as_posix()
        for path in code.rglob("*.py")
        if "x-viewer-address" in (text := path.read_text()) or "VIEWER_HEADER" in text
    }
    reading = {
        path.relative_to(code).as_posix()
        for path in code.rglob("*.py")
        if "viewer_address(" in path.read_text()
    }
    assert naming == {"edge/viewer.py"}
    assert reading == {"edge/viewer.py", "gateway/http.py"}
