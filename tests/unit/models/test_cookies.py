import pytest

from wpp_mcp.models.cookies import SESSION_COOKIE, host_cookie, no_cookie, read_cookies

OURS = f"{SESSION_COOKIE}=genuine"


@pytest.mark.parametrize("blank", ["", " ", "\t", "  "])
def test_cookies_are_read_as_browsers_write_them(blank: str) -> None:
    assert read_cookies({"cookies": [f"{blank}{OURS}{blank}", "other=a=b"]}) == {
        SESSION_COOKIE: "genuine",
        "other": "a=b",
    }
    assert read_cookies({}) == read_cookies({"cookies": None}) == {}


BLANKS = ["\u2000", "\u00a0", "\u0085", "\u3000", "\x1f", "\x0b", "\x0c", "\r", "\n", "\ufeff"]


@pytest.mark.parametrize("blank", BLANKS)
def test_a_name_that_another_host_could_plant_is_not_ours(blank: str) -> None:
    """To a browser such a name has no prefix, so that anybody in the domain may set it."""
    planted = f"{blank}{SESSION_COOKIE}=planted"

    assert read_cookies({"cookies": [planted]}) == {}
    assert read_cookies({"cookies": [OURS, planted]}) == {SESSION_COOKIE: "genuine"}
    assert read_cookies({"cookies": [f"{SESSION_COOKIE}{blank}=planted"]}) == {}


def test_a_cookie_that_came_twice_is_left_out() -> None:
    assert read_cookies({"cookies": [OURS, f"{SESSION_COOKIE}=planted"]}) == {}


def test_our_cookies_are_this_hosts_alone() -> None:
    kept = "; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert host_cookie("a", "b", seconds=5) == f"a=b; Max-Age=5{kept}"
    assert no_cookie("a") == f"a=; Max-Age=0{kept}"
