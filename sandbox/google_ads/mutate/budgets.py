"""Campaign budgets: what may be created, changed and removed."""

from dataclasses import replace
from typing import Any, Final

from sandbox.google_ads.mutate.draft import Draft
from sandbox.google_ads.mutate.masks import Fields
from sandbox.google_ads.mutate.money import check_budget
from sandbox.google_ads.mutate.place import Place
from sandbox.google_ads.mutate.texts import check_name, is_taken
from sandbox.world import Budget

_ERROR: Final = "campaign_budget_error"
_LONGEST_NAME: Final = 255
_AMOUNTS: Final = ("amount_micros", "total_amount_micros")

FIELDS: Final = Fields(
    writable=frozenset(
        {"name", "amount_micros", "total_amount_micros", "explicitly_shared", "delivery_method"}
    ),
    fixed=frozenset({"period"}),
    read_only=frozenset({"id", "status", "reference_count", "has_recommended_budget"}),
)


def create(draft: Draft, message: Any, place: Place) -> tuple[int, ...]:
    """Create a budget and return its id.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    shared = message.explicitly_shared if message.HasField("explicitly_shared") else True
    period = place.choice(message, "period") or "DAILY"
    custom = period == "CUSTOM_PERIOD"
    if custom and shared:
        raise _cannot_be_shared(place)
    _check_period(message, place, custom=custom)
    field = "total_amount_micros" if custom else "amount_micros"
    if not message.HasField(field):
        raise place.required(field)
    check_budget(getattr(message, field), draft.account.currency, place, field)
    if shared and not message.name:
        raise place.required("name")
    budget_id = draft.new_id()
    if message.HasField("name"):
        _check_name(draft, message.name, place)
    draft.account.budgets[budget_id] = Budget(
        budget_id=budget_id,
        name=message.name.strip(),
        amount_micros=0 if custom else message.amount_micros,
        explicitly_shared=shared,
        delivery_method=_delivery(message, place) or "STANDARD",
        period=period,
        total_amount_micros=message.total_amount_micros if custom else None,
    )
    return (budget_id,)


def update(
    draft: Draft, ids: tuple[int, ...], message: Any, paths: tuple[str, ...], place: Place
) -> None:
    """Change a budget.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    budget = _live(draft, ids, place)
    custom = budget.total_amount_micros is not None
    changed: dict[str, Any] = {}
    if "explicitly_shared" in paths:
        changed["explicitly_shared"] = _shared(budget, message, paths, place)
    shared = changed.get("explicitly_shared", budget.explicitly_shared)
    if "name" in paths:
        changed["name"] = _renamed(draft, budget, message, place, shared=shared)
    meant, other = _AMOUNTS[::-1] if custom else _AMOUNTS
    if other in paths:
        _check_period(message, place, custom=custom)
    if meant in paths:
        if not message.HasField(meant):
            raise place.uncleared(meant)
        check_budget(getattr(message, meant), draft.account.currency, place, meant)
        changed[meant] = getattr(message, meant)
    if "delivery_method" in paths:
        changed["delivery_method"] = _delivery(message, place)
        if not changed["delivery_method"]:
            raise place.uncleared("delivery_method")
    draft.account.budgets[budget.budget_id] = replace(budget, **changed)


def remove(draft: Draft, ids: tuple[int, ...], place: Place) -> None:
    """Remove a budget that no campaign uses.

    Raises
    ------
    Refusal
        With Google's error code.
    """
    budget = _live(draft, ids, place)
    if users_of(draft, budget.budget_id):
        raise place.refusal(
            f"{_ERROR}.CAMPAIGN_BUDGET_IN_USE",
            "The campaign budget is associated with at least one campaign, and so the campaign "
            "budget cannot be removed.",
        )
    draft.account.budgets[budget.budget_id] = replace(budget, status="REMOVED")


def users_of(draft: Draft, budget_id: int) -> list[int]:
    """Return the campaigns, not removed, that use a budget."""
    campaigns = draft.account.campaigns.values()
    return [c.campaign_id for c in campaigns if c.budget_id == budget_id and c.status != "REMOVED"]


def _live(draft: Draft, ids: tuple[int, ...], place: Place) -> Budget:
    budget = draft.account.budgets.get(ids[0])
    if budget is None:
        raise place.not_found()
    if budget.status == "REMOVED":
        raise place.refusal(
            f"{_ERROR}.CAMPAIGN_BUDGET_REMOVED", "The requested campaign budget no longer exists."
        )
    return budget


def _check_period(message: Any, place: Place, *, custom: bool) -> None:
    """Refuse the amount of the other kind of budget."""
    if custom and message.HasField("amount_micros"):
        raise place.refusal(
            f"{_ERROR}.BUDGET_AMOUNT_MUST_BE_UNSET_FOR_CUSTOM_BUDGET_PERIOD",
            "Budget amount must be unset when BudgetPeriod is CUSTOM.",
            "amount_micros",
        )
    if not custom and message.HasField("total_amount_micros"):
        raise place.refusal(
            f"{_ERROR}.TOTAL_BUDGET_AMOUNT_MUST_BE_UNSET_FOR_BUDGET_PERIOD_DAILY",
            "Total budget amount must be unset when BudgetPeriod is DAILY.",
            "total_amount_micros",
        )


def _shared(budget: Budget, message: Any, paths: tuple[str, ...], place: Place) -> bool:
    field = "explicitly_shared"
    if not message.explicitly_shared and budget.explicitly_shared:
        raise place.refusal(
            f"{_ERROR}.CANNOT_UPDATE_CAMPAIGN_BUDGET_TO_IMPLICITLY_SHARED",
            "Cannot change explicitly shared campaign budgets back to implicitly shared ones.",
            field,
        )
    becomes = message.explicitly_shared and not budget.explicitly_shared
    if becomes and budget.total_amount_micros is not None:
        raise _cannot_be_shared(place)
    if becomes and ("name" not in paths or not message.name):
        raise place.refusal(
            f"{_ERROR}.CANNOT_UPDATE_CAMPAIGN_BUDGET_TO_EXPLICITLY_SHARED_WITHOUT_NAME",
            "An implicit campaign budget without a name cannot be changed to explicitly shared "
            "campaign budget.",
            field,
        )
    return bool(message.explicitly_shared)


def _renamed(draft: Draft, budget: Budget, message: Any, place: Place, *, shared: bool) -> str:
    if not shared:
        raise place.refusal(
            f"{_ERROR}.CANNOT_MODIFY_FIELD_OF_IMPLICITLY_SHARED_CAMPAIGN_BUDGET",
            "This field is not mutable on implicitly shared campaign budgets",
            "name",
        )
    if not message.name:
        raise place.uncleared("name")
    _check_name(draft, message.name, place, but=budget.budget_id)
    return str(message.name.strip())


def _check_name(draft: Draft, name: str, place: Place, *, but: int = 0) -> None:
    check_name(name, place, longest=_LONGEST_NAME, bad="string_format_error.ILLEGAL_CHARS")
    others = [b for b in draft.account.budgets.values() if b.status != "REMOVED"]
    if is_taken(name, (b.name for b in others if b.budget_id != but)):
        raise place.refusal(
            f"{_ERROR}.DUPLICATE_NAME", "A campaign budget with this name already exists.", "name"
        )


def _delivery(message: Any, place: Place) -> str:
    method = place.choice(message, "delivery_method")
    if method == "ACCELERATED":
        raise place.refusal(
            f"{_ERROR}.CANNOT_USE_ACCELERATED_DELIVERY_MODE",
            "Cannot use accelerated delivery method on this budget.",
            "delivery_method",
        )
    return method


def _cannot_be_shared(place: Place) -> Exception:
    return place.refusal(
        f"{_ERROR}.CAMPAIGN_BUDGET_CANNOT_BE_SHARED",
        "The campaign budget cannot be shared.",
        "explicitly_shared",
    )
