"""Which URLs belong to a property, as rules that hold for all URLs."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.search_console.coverage import covers, is_domain, require_covered
from wpp_mcp.models.accounts import AccountRef, Api

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
hosts = st.lists(labels, min_size=2, max_size=4).map(".".join)
paths = st.from_regex(r"(/[A-Za-z0-9_~=&?,;-]{0,8}){0,4}", fullmatch=True)
schemes = st.sampled_from(["http", "https"])
rests = st.text("abz09./:@\\%2eE?#[]-_\t\n \u3002\uff0f", max_size=20)


def domain(name: str) -> AccountRef:
    return AccountRef(Api.SEARCH_CONSOLE, f"sc-domain:{name}")


def prefix(url: str) -> AccountRef:
    return AccountRef(Api.SEARCH_CONSOLE, url)


ASTER = domain("aster.example")
WWW = prefix("https://www.aster.example/")
DE = prefix("https://www.aster.example/de/")
SHOP = prefix("https://www.aster.example/shop")


@given(schemes, hosts, paths)
def test_a_domain_property_covers_its_hosts_and_subdomains(
    scheme: str, host: str, path: str
) -> None:
    assert covers(domain(host), f"{scheme}://{host}{path}")
    assert covers(domain(host), f"{scheme}://www.{host}{path}")
    assert covers(domain(host), f"{scheme}://a.b.{host}:8080{path}")


@given(schemes, hosts, hosts, paths)
def test_a_domain_property_covers_no_other_host(
    scheme: str, host: str, other: str, path: str
) -> None:
    inside = other == host or other.endswith(f".{host}")
    assert covers(domain(host), f"{scheme}://{other}{path}") is inside
    assert not covers(domain(host), f"{scheme}://x{host}{path}")
    assert not covers(domain(host), f"{scheme}://{host}.example{path}")
    assert not covers(domain(f"www.{host}"), f"{scheme}://{host}{path}")


@given(schemes, hosts, st.sampled_from(["/", "/de/", "/a/b/"]), paths)
def test_a_url_prefix_property_covers_what_begins_with_it(
    scheme: str, host: str, start: str, path: str
) -> None:
    site = prefix(f"{scheme}://{host}{start}")
    assert covers(site, f"{scheme}://{host}{start}{path.lstrip('/')}")
    assert covers(site, f"{scheme.upper()}://{host.upper()}{start}")
    other = "http" if scheme == "https" else "https"
    assert not covers(site, f"{other}://{host}{start}")
    assert not covers(site, f"{scheme}://www.{host}{start}")
    assert not covers(site, f"{scheme}://{host}:81{start}")


@given(schemes, hosts, rests)
def test_what_is_covered_is_so_in_the_eyes_of_the_standard_library_too(
    scheme: str, host: str, rest: str
) -> None:
    for url in (f"{scheme}://{host}{rest}", f"{scheme}://{rest}{host}", f"{scheme}://{rest}"):
        for site in (domain("z09.ab"), domain(host), prefix(f"{scheme}://{host}/")):
            if covers(site, url):
                seen = urlsplit(url)
                wanted = site.account_id.removeprefix("sc-domain:")
                wanted = wanted if is_domain(site) else host
                found = seen.hostname or ""
                assert found == wanted or (is_domain(site) and found.endswith(f".{wanted}"))
                assert seen.username is None


@given(st.text(max_size=40))
def test_text_that_is_no_url_belongs_to_nothing(text: str) -> None:
    assert not covers(ASTER, text)
    assert not covers(WWW, text)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.aster.example@evil.example/",
        "https://evil.example\\@www.aster.example/",
        "https://evil.example#.aster.example/",
        "https://evil.example?.aster.example/",
        "https://evil.example/.aster.example/",
        "https://www.aster.example\n.evil.example/",
        "https://www.aster.example\t/",
        " https://www.aster.example/",
        "https://www.aster.example/ ",
        "https:/www.aster.example/",
        "//www.aster.example/",
        "ftp://www.aster.example/",
        "javascript://www.aster.example/%0aalert(1)",
        "https://www.aster.example:443443/",
        "https://www.aster.example:x/",
        "https://www.aster.example./",
        "https://.aster.example/",
        "https://www。aster。example/",
        "https://www.aster.example/ü",
        "https://www.a\u017fter.example/",
        "sc-domain:aster.example",
    ],
)
def test_what_can_be_read_in_two_ways_belongs_to_nothing(url: str) -> None:
    assert not covers(ASTER, url)
    assert not covers(WWW, url)


@pytest.mark.parametrize(
    ("site", "url", "inside"),
    [
        (WWW, "https://www.aster.example", True),
        (WWW, "https://www.aster.example:443/x?y=1#z", True),
        (WWW, "https://blog.aster.example/", False),
        (DE, "https://www.aster.example/de/", True),
        (DE, "https://www.aster.example/de", False),
        (DE, "https://www.aster.example/den/", False),
        (DE, "https://www.aster.example/DE/", False),
        (DE, "https://www.aster.example/de/../fr/", False),
        (DE, "https://www.aster.example/de/%2E%2e/fr/", False),
        (DE, "https://www.aster.example/de/..%2Ffr/", False),
        (DE, "https://www.aster.example/de/..%5Cfr/", False),
        (DE, "https://www.aster.example/de/a..b/", True),
        (DE, "https://www.aster.example/de/?next=/../fr", True),
        (SHOP, "https://www.aster.example/shop", True),
        (SHOP, "https://www.aster.example/shop/boots", True),
        (SHOP, "https://www.aster.example/shop?x", True),
        (SHOP, "https://www.aster.example/shopping", False),
        (prefix("https://www.aster.example/a/../b/"), "https://www.aster.example/a/../b/", False),
    ],
)
def test_prefixes(site: AccountRef, url: str, inside: bool) -> None:
    assert covers(site, url) is inside


def test_the_refusal_names_the_site_and_not_what_follows() -> None:
    with pytest.raises(WppError) as caught:
        require_covered(ASTER, "https://www.dune.example:8443/reset?key=secret")
    assert caught.value.code is ErrorCode.ACCOUNT_NOT_AUTHORIZED
    assert caught.value.extra == {
        "api": "GSC", "requestedAccount": "https://www.dune.example:8443/"
    }  # fmt: skip
    assert "secret" not in str(caught.value)
    with pytest.raises(WppError) as caught:
        require_covered(ASTER, "nonsense")
    assert (caught.value.code, caught.value.extra) == (ErrorCode.INVALID_REQUEST, {})
    require_covered(ASTER, "https://www.aster.example/")
