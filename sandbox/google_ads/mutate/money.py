"""Amounts that Google takes: positive, and whole in the currency's smallest billable unit."""

from typing import Final

from sandbox.google_ads.mutate.place import Place

_WITHOUT_DECIMALS: Final = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
        "XAF", "XOF", "XPF",
    }
)  # fmt: skip
_THREE_DECIMALS: Final = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_UNIT: Final = 10_000
_LARGEST_AMOUNT: Final = 10**16
_LARGEST_BID: Final = 10**12


def billable_unit(currency: str) -> int:
    """Return the smallest billable unit in micros: a cent of most currencies (ISO 4217)."""
    if currency in _WITHOUT_DECIMALS:
        return 1_000_000
    return 1_000 if currency in _THREE_DECIMALS else _UNIT


def check_budget(micros: int, currency: str, place: Place, field: str) -> None:
    """Refuse an amount that cannot be a budget.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    unit = billable_unit(currency)
    code, words = "", ""
    if micros < 0:
        code, words = "NEGATIVE_MONEY_AMOUNT", "A money amount was negative."
    elif micros < unit:
        code = "MONEY_AMOUNT_LESS_THAN_CURRENCY_MINIMUM_CPC"
        words = "A money amount was less than the minimum CPC for currency."
    elif micros > _LARGEST_AMOUNT:
        code = "MONEY_AMOUNT_TOO_LARGE"
        words = "A money amount was greater than the maximum allowed."
    elif micros % unit:
        code = "NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT"
        words = "A money amount was not a multiple of a minimum unit."
    if code:
        raise place.refusal(f"campaign_budget_error.{code}", words, field)


def check_bid(micros: int, currency: str, place: Place, *fields: str) -> None:
    """Refuse an amount that cannot be a bid.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    unit = billable_unit(currency)
    if micros < unit:
        raise place.refusal("bidding_error.BID_TOO_SMALL", "The bid is too small.", *fields)
    if micros > _LARGEST_BID:
        raise place.refusal("bidding_error.BID_TOO_BIG", "The bid is too big.", *fields)
    if micros % unit:
        raise place.refusal(
            "bidding_error.BID_TOO_MANY_FRACTIONAL_DIGITS",
            "The bid has too many fractional digit precision.",
            *fields,
        )
