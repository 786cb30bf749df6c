"""Controls that change the world as people do who use Google's own pages."""

from typing import Any, Final

from google.ads.googleads.v26.services.types.google_ads_service import MutateGoogleAdsRequest

from sandbox.clock import SandboxClock
from sandbox.google_ads.failures import Refusal
from sandbox.google_ads.mutate import Mutations
from sandbox.world import AdsAccount, World

_REQUEST: Final[Any] = MutateGoogleAdsRequest.pb()
_WEB: Final = "GOOGLE_ADS_WEB_CLIENT"
_STATUSES: Final = ("ENABLED", "PAUSED", "REMOVED")


class UnknownThingError(Exception):
    """There is no such account, budget or campaign."""


class GoogleAdsPage:
    """Google Ads as somebody of the client sees it in a browser.

    No approval of the product counts here, but Google's rules do, and the change history shows
    what was done and that it was not done over the API.
    """

    def __init__(self, world: World, clock: SandboxClock) -> None:
        self._world = world
        self._mutations = Mutations(world, clock)

    def change_budget(
        self, customer_id: str, budget_id: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Set the amount, a total where the budget has one, and return what holds now.

        Raises
        ------
        UnknownThingError
            Where there is no such budget.
        ValueError
            For a body that does not say an amount, or one that Google refuses.
        """
        account = self._account(customer_id)
        budget = account.budgets.get(_number(budget_id))
        if budget is None:
            raise UnknownThingError(f"account {customer_id} has no budget {budget_id}")
        amount = body.get("amount_micros")
        if set(body) != {"amount_micros"} or type(amount) is not int or abs(amount) >= 1 << 63:
            raise ValueError('send {"amount_micros": a whole number}')
        field = "amount_micros" if budget.total_amount_micros is None else "total_amount_micros"
        name = f"customers/{customer_id}/campaignBudgets/{budget_id}"
        self._write(account, "campaign_budget", name, {field: amount})
        changed = account.budgets[budget.budget_id]
        return {
            "id": changed.budget_id,
            "amount_micros": changed.amount_micros,
            "total_amount_micros": changed.total_amount_micros,
        }

    def change_campaign(
        self, customer_id: str, campaign_id: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Set status and name, or one of them, and return what holds now.

        Raises
        ------
        UnknownThingError
            Where there is no such campaign.
        ValueError
            For a body that says neither, and what Google refuses.
        """
        account = self._account(customer_id)
        campaign = account.campaigns.get(_number(campaign_id))
        if campaign is None:
            raise UnknownThingError(f"account {customer_id} has no campaign {campaign_id}")
        status, name = body.get("status"), body.get("name", "")
        if not body or set(body) - {"status", "name"} or not isinstance(name, str):
            raise ValueError('send {"status": ..., "name": ...}, or one of them')
        if "status" in body and status not in _STATUSES:
            raise ValueError(f"status is one of {', '.join(_STATUSES)}")
        if status == "REMOVED" and "name" in body:
            raise ValueError("what is removed gets no other name")
        named = f"customers/{customer_id}/campaigns/{campaign_id}"
        self._write(account, "campaign", named, body)
        changed = account.campaigns[campaign.campaign_id]
        return {"id": changed.campaign_id, "status": changed.status, "name": changed.name}

    def _account(self, customer_id: str) -> AdsAccount:
        account = self._world.accounts.get(customer_id)
        if account is None or account.manager:
            raise UnknownThingError(f"there is no account {customer_id}")
        return account

    def _write(self, account: AdsAccount, kind: str, name: str, fields: dict[str, Any]) -> None:
        request = _REQUEST(customer_id=account.customer_id)
        operation = getattr(request.mutate_operations.add(), f"{kind}_operation")
        if fields.get("status") == "REMOVED":
            operation.remove = name
        else:
            operation.update.resource_name = name
            for field, value in fields.items():
                _set(operation.update, field, value)
                operation.update_mask.paths.append(field)
        domain = self._world.clients[account.client].domain
        try:
            self._mutations.apply(account, request, f"marketing@{domain}", _WEB)
        except Refusal as refusal:
            raise ValueError(f"Google refuses: {refusal.code}: {refusal.message}") from None


def _set(message: Any, field: str, value: Any) -> None:
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    setattr(message, field, enum.values_by_name[value].number if enum else value)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else -1
