"""What was written to the world, and by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that was created, updated or removed, as Google's change history has it.

    Parameters
    ----------
    at
        Aware UTC.
    resource_type, operation, client
        Google's names, as ``CAMPAIGN_BUDGET``, ``UPDATE`` and ``GOOGLE_ADS_API``.
    resource_name, campaign, ad_group
        Resource names; the last two are empty where there is none.
    fields
        Names of the fields that were set, as in a field mask.
    number
        Counts the changes of an account; part of the event's name.
    """

    at: datetime
    user_email: str
    client: str
    resource_type: str
    resource_name: str
    operation: str
    fields: tuple[str, ...]
    number: int
    campaign: str = ""
    ad_group: str = ""


@dataclass(frozen=True, slots=True)
class AppliedMutate:
    """One write that changed the world: what was asked, and the names of what it wrote to.

    Parameters
    ----------
    request
        The MutateGoogleAdsRequest (protobuf).
    resource_names
        One for each operation; empty for one that failed while others were carried out.
    """

    at: datetime
    customer_id: str
    user_email: str
    client: str
    request: Any
    resource_names: tuple[str, ...]
