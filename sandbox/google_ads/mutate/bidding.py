"""A campaign's bidding strategy: chosen by which message of the oneof is set."""

from dataclasses import replace
from typing import Any, Final

from sandbox.google_ads.mutate.money import check_bid
from sandbox.google_ads.mutate.place import Place
from sandbox.world import Bidding

SCHEMES: Final[dict[str, tuple[str, ...]]] = {
    "manual_cpc": ("enhanced_cpc_enabled",),
    "target_spend": ("cpc_bid_ceiling_micros",),
    "maximize_conversions": ("target_cpa_micros",),
    "maximize_conversion_value": ("target_roas",),
    "target_cpa": ("target_cpa_micros",),
    "target_roas": ("target_roas",),
}
"""The standard strategies that the sandbox plays, and what each is held to."""
PATHS: Final = frozenset(f"{scheme}.{name}" for scheme in SCHEMES for name in SCHEMES[scheme])
_NEEDED: Final = frozenset({"target_cpa.target_cpa_micros", "target_roas.target_roas"})
_NAMES: Final = {"enhanced_cpc_enabled": "enhanced_cpc"}
_ROAS: Final = (0.01, 1000.0)


def chosen(message: Any, currency: str, place: Place) -> tuple[str, Bidding]:
    """Return the strategy of a new campaign and what it is held to.

    Raises
    ------
    Refusal
        Without a strategy, or for a target that cannot be.
    """
    scheme = message.WhichOneof("campaign_bidding_strategy")
    if scheme is None:
        raise place.required("campaign_bidding_strategy")
    bidding = Bidding()
    for name in SCHEMES[scheme]:
        bidding = _held(bidding, message, (scheme, name), currency, place)
    return scheme.upper(), bidding


def changed(
    strategy: str, bidding: Bidding, message: Any, paths: tuple[str, ...], place: Place, money: str
) -> tuple[str, Bidding]:
    """Return strategy and targets after an update; another strategy starts without targets.

    Parameters
    ----------
    money
        The account's currency.

    Raises
    ------
    Refusal
        For a target that cannot be, and two strategies at once.
    """
    named = [path for path in paths if path.partition(".")[0] in SCHEMES]
    schemes = {path.partition(".")[0] for path in named}
    if len(schemes) > 1:
        raise place.refusal(
            "campaign_error.INCOMPATIBLE_CAMPAIGN_FIELD", "Two fields are in conflicting modes."
        )
    for scheme in schemes:
        if scheme.upper() != strategy:
            strategy, bidding = scheme.upper(), Bidding()
            named = [f"{scheme}.{name}" for name in SCHEMES[scheme]]
    for path in named:
        scheme, _, name = path.partition(".")
        if name:
            bidding = _held(bidding, message, (scheme, name), money, place)
    return strategy, bidding


def _held(
    bidding: Bidding, message: Any, field: tuple[str, str], currency: str, place: Place
) -> Bidding:
    scheme, name = field
    inner = getattr(message, scheme)
    value = getattr(inner, name)
    if not value:
        if f"{scheme}.{name}" in _NEEDED:
            raise place.required(scheme, name)
        value = False if name == "enhanced_cpc_enabled" else None
    elif name.endswith("_micros"):
        check_bid(value, currency, place, scheme, name)
    elif name == "target_roas" and not _ROAS[0] <= value <= _ROAS[1]:
        code = "TOO_LOW" if value < _ROAS[0] else "TOO_HIGH"
        raise place.refusal(f"range_error.{code}", "The target is out of range.", scheme, name)
    return replace(bidding, **{_NAMES.get(name, name): value})
