import base64
import re
from hashlib import sha256

import pytest
from jinja2 import UndefinedError

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.pages.rendering import error_page, onward, page, redirect

STRANGE = '"><script>alert(1)</script><a href="javascript:x">\u202e\u200b\x1b[31m'


def test_the_policy_lets_the_style_of_the_page_in_and_nothing_run() -> None:
    response = error_page(WppError(ErrorCode.NOT_FOUND))
    style = re.findall(r"(?s)<style>(.*?)</style>", str(response.body))
    digest = base64.b64encode(sha256(style[0].encode()).digest()).decode()

    assert len(style) == 1
    assert response.headers["Content-Security-Policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_text_of_strangers_is_text() -> None:
    error = WppError(ErrorCode.INVALID_REQUEST, STRANGE, action=STRANGE)
    body = str(error_page(error).body)

    assert "<script" not in body
    assert '<a href="javascript' not in body
    assert not set("\u202e\u200b\x1b") & set(body)


def test_an_address_cannot_leave_its_attribute() -> None:
    body = str(onward('https://a.example/?x="><b>').body)
    assert '"><b>' not in body
    assert body.count("https://a.example/?x=&#34;&gt;&lt;b&gt;") == 2


def test_an_error_says_what_to_do_and_what_to_ask_about() -> None:
    error = WppError(ErrorCode.INTERNAL, action="Try again", extra={"correlationId": "r-1"})
    response = error_page(error)

    assert response.status == 500
    assert all(text in str(response.body) for text in (error.message, "Try again", "r-1"))
    assert "Reference" not in str(error_page(WppError(ErrorCode.NOT_FOUND)).body)


def test_a_redirect_names_its_place_and_sets_cookies() -> None:
    response = redirect("https://a.example/", cookies=("a=b",))
    assert (response.status, response.headers["Location"]) == (303, "https://a.example/")
    assert response.cookies == ("a=b",)


def test_a_name_that_a_template_lacks_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        page("onward")
