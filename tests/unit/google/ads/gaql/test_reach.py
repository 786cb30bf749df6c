"""Nothing in the version of Google's API in use shows other accounts without being refused."""

import re

from wpp_mcp.google.ads.gaql import reach

TELLING = re.compile(
    r"(^|_)(customer|customer_id|email|email_address|user_email|account_name|payments_account|"
    r"client_customer|manager_customer|descriptive_name|first_name|last_name)$"
)
# Fields with a telling name that are about the granted account itself.
HARMLESS = {
    "customer_asset_set.customer",
    "customer_label.customer",
    "customer.descriptive_name",
    # Who changed something in the granted account is what its change history is for.
    "change_event.user_email",
    # The Business Profile that the granted account itself takes its locations from.
    "asset_set.location_set.business_profile_location_set.email_address",
    "change_event.old_resource.asset_set.location_set.business_profile_location_set.email_address",
    "change_event.new_resource.asset_set.location_set.business_profile_location_set.email_address",
}


def leaves(message, prefix="", above=()):
    for field in message.fields:
        path = f"{prefix}{field.name}"
        below = field.message_type
        if below is None:
            yield path
        elif below.full_name not in above and len(above) < 5:
            yield from leaves(below, f"{path}.", (*above, below.full_name))


def row():
    from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow

    return GoogleAdsRow.pb().DESCRIPTOR


def test_telling_fields_are_refused_or_known_to_be_harmless():
    telling = {path for path in leaves(row()) if TELLING.search(path.rpartition(".")[2])}
    assert len(telling) > 20
    assert {path for path in telling if reach.field_reason(path) is None} == HARMLESS


def test_refused_names_exist():
    paths = set(leaves(row()))
    resources = {path.partition(".")[0] for path in paths}
    assert set(reach.RESOURCES) <= resources
    for field in reach.FIELDS:
        assert any(f"{path}.".startswith(f"{field}.") for path in paths), field
