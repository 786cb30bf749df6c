"""What in Google Ads API v26 shows other accounts, or people, beside the granted account.

Read from the fields of `GoogleAdsRow` (v26); a test walks them and fails when a new version
brings a field of this kind that is not listed here.
"""

from collections.abc import Mapping
from typing import Final

_TREE: Final = "lists the accounts above or below this one"
_LINKS: Final = "shows the accounts and partners that this one is linked with"
_ACCESS: Final = "shows the people who can reach the account"
_CONSUMERS: Final = "holds personal data of people"
_OWNER: Final = "names the account that owns the resource, often a manager account"
_PAYMENTS: Final = "names the payments profile that an agency shares between clients"

RESOURCES: Final[Mapping[str, str]] = {
    "customer_client": _TREE,
    "customer_client_link": _TREE,
    "customer_manager_link": _TREE,
    # Portfolio strategies of manager accounts, with id and name of the owning account.
    "accessible_bidding_strategy": _OWNER,
    # Links to other Google Ads accounts, Merchant Center, Analytics providers and data partners.
    "account_link": _LINKS,
    "data_link": _LINKS,
    "product_link": _LINKS,
    "product_link_invitation": _LINKS,
    "third_party_app_analytics_link": _LINKS,
    # E-mail addresses of users, of who invited them and of who asked for a change of access.
    "customer_user_access": _ACCESS,
    "customer_user_access_invitation": _ACCESS,
    "multi_party_auth_review": _ACCESS,
    # Names, telephone numbers and messages of consumers, licensees and staff.
    "lead_form_submission_data": _CONSUMERS,
    "local_services_employee": _CONSUMERS,
    "local_services_lead": _CONSUMERS,
    "local_services_lead_conversation": _CONSUMERS,
    "local_services_verification_artifact": _CONSUMERS,
}

# Single fields, with everything below and above them, of resources that are fine otherwise.
FIELDS: Final[Mapping[str, str]] = {
    "conversion_action.owner_customer": _OWNER,
    "conversion_custom_variable.owner_customer": _OWNER,
    "conversion_value_rule.owner_customer": _OWNER,
    "conversion_value_rule_set.owner_customer": _OWNER,
    "goal.owner_customer": _OWNER,
    "customer.conversion_tracking_setting.google_ads_conversion_customer": _OWNER,
    "customer.conversion_tracking_setting.cross_account_conversion_tracking_id": _OWNER,
    # Ids and names of the accounts that own or use a customer match list.
    "recommendation.refresh_customer_match_list_recommendation": _OWNER,
    "billing_setup.payments_account": _PAYMENTS,
    "billing_setup.payments_account_info": _PAYMENTS,
}


def resource_reason(resource: str) -> str | None:
    """Return why nothing may be read from a resource, or None when it may be."""
    return RESOURCES.get(resource)


def field_reason(field: str) -> str | None:
    """Return why a field may not be used in any clause, or None when it may be.

    A field above a refused one is refused too: Google answers some messages as a whole.
    """
    resource = field.partition(".")[0]
    if resource in RESOURCES:
        return RESOURCES[resource]
    for refused, reason in FIELDS.items():
        if f"{field}.".startswith(f"{refused}.") or f"{refused}.".startswith(f"{field}."):
            return reason
    return None
