"""AnalyticsAdminService: properties and the accounts above them."""

from typing import Any, Final

import grpc
from google.analytics.admin_v1beta.types import (
    Account,
    ListAccountSummariesResponse,
)
from google.analytics.admin_v1beta.types import Property as PropertyMessage

from sandbox.google_analytics.failures import Refusal
from sandbox.google_analytics.properties import Property, visible_properties
from sandbox.world import World

_PROPERTY: Final[Any] = PropertyMessage.pb()
_ACCOUNT: Final[Any] = Account.pb()
_SUMMARIES: Final[Any] = ListAccountSummariesResponse.pb()
_ORDINARY: Final = 1
_STANDARD: Final = 1


def property_of(site: Property) -> Any:
    """Return the Admin API's property."""
    message = _PROPERTY(
        name=site.name,
        parent=site.parent,
        account=site.parent,
        display_name=site.display_name,
        time_zone=site.time_zone,
        currency_code=site.currency,
        property_type=_ORDINARY,
        service_level=_STANDARD,
    )
    kinds = message.DESCRIPTOR.fields_by_name["industry_category"].enum_type
    message.industry_category = kinds.values_by_name[site.industry].number
    message.create_time.FromDatetime(site.created)
    message.update_time.FromDatetime(site.created)
    return message


def account_of(world: World, email: str, name: str) -> Any:
    """Return the account of a name, when Google shows it to the user.

    Raises
    ------
    Refusal
        Otherwise.
    """
    for site in visible_properties(world, email).values():
        if site.parent == name:
            message = _ACCOUNT(name=name, display_name=site.client.name, region_code="US")
            message.create_time.FromDatetime(site.created)
            return message
    raise Refusal("The caller does not have permission", grpc.StatusCode.PERMISSION_DENIED)


def summaries_of(world: World, email: str) -> Any:
    """Return everything that Google shows to the user."""
    answer = _SUMMARIES()
    for site in visible_properties(world, email).values():
        summary = answer.account_summaries.add(
            name=site.parent.replace("accounts/", "accountSummaries/"),
            account=site.parent,
            display_name=site.client.name,
        )
        summary.property_summaries.add(
            property=site.name,
            display_name=site.display_name,
            property_type=_ORDINARY,
            parent=site.parent,
        )
    return answer
