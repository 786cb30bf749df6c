import pytest
from hypothesis import given
from hypothesis import strategies as st

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models.accounts import AccountRef, Api, api_named, normalise

ids = st.from_regex(r"[0-9]{10}", fullmatch=True)
blanks = st.text(" ", max_size=3)


@given(ids, st.booleans(), blanks, blanks)
def test_every_spelling_is_the_same_account(
    digits: str, dashed: bool, before: str, after: str
) -> None:
    text = f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if dashed else digits
    account = normalise(Api.GOOGLE_ADS, before + text + after)
    assert account == AccountRef(Api.GOOGLE_ADS, digits)
    assert account.key == str(account) == f"Google Ads:{digits}"


@given(st.text(max_size=15) | st.text("0123456789- ", max_size=14))
def test_what_is_accepted_is_ten_ascii_digits(text: str) -> None:
    try:
        account = normalise(Api.GOOGLE_ADS, text)
    except WppError as refused:
        assert refused.code is ErrorCode.INVALID_REQUEST  # noqa: PT017
        return
    assert len(account.account_id) == 10
    assert set(account.account_id) <= set("0123456789")
    assert text.strip(" ").replace("-", "") == account.account_id


@pytest.mark.parametrize(
    "spelling",
    [
        *("", "123456789", "12345678901", "1234-567-890", "123-4567890", "123--456-7890"),
        *("customers/1234567890", "1234567890\n", "\t1234567890", "\u00a01234567890"),
        *(
            "١٢٣٤٥٦٧٨٩٠",
            "\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10",
            "123\u2010456\u20107890",
            "1234567890\x00",
        ),
        *(1234567890, None, True, ["1234567890"], 1234567890.0),
    ],
)
def test_other_spellings_are_refused(spelling: object) -> None:
    with pytest.raises(WppError) as caught:
        normalise(Api.GOOGLE_ADS, spelling)
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert "123-456-7890" in caught.value.message


@pytest.mark.parametrize(
    ("name", "api"),
    [
        ("Google Ads", Api.GOOGLE_ADS),
        ("GoogleAds", Api.GOOGLE_ADS),
        ("Analytics", Api.ANALYTICS),
        ("GSC", Api.SEARCH_CONSOLE),
        ("Search Console", Api.SEARCH_CONSOLE),
    ],
)
def test_all_names_of_the_products(name: str, api: Api) -> None:
    assert api_named(name) is api


@pytest.mark.parametrize("name", ["google ads", "", "BigQuery", "GOOGLE_ADS"])
def test_an_unknown_product_is_refused(name: str) -> None:
    with pytest.raises(WppError, match="Known: Analytics, GSC, Google Ads"):
        api_named(name)
