"""Agencies, their clients and people, and who was granted what."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency."""

    agency_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Client:
    """One client of an agency, with the properties it has beside Google Ads."""

    client_id: str
    name: str
    agency: str
    domain: str
    search_console_sites: tuple[str, ...]
    analytics_property: str


@dataclass(frozen=True, slots=True)
class User:
    """One person.

    Parameters
    ----------
    key
        The name of this person in the sandbox, for example ``other-practitioner``.
    role
        ``practitioner``, ``manager``, ``admin`` or ``auditor``.
    manager
        The e-mail address of the local manager, empty where there is none.
    status
        ``active``, or ``unknown`` for somebody whom the directory does not hold.
    """

    key: str
    employee_id: str
    email: str
    name: str
    role: str
    agency: str
    manager: str
    status: str = "active"

    @property
    def in_directory(self) -> bool:
        """Whether the directory holds this person."""
        return self.status != "unknown"


@dataclass(frozen=True, slots=True)
class Grant:
    """One approved account of one user; both moments are aware UTC.

    Parameters
    ----------
    api
        ``Google Ads``, ``Analytics`` or ``GSC``.
    account_id
        Customer id, number of the property, or Search Console property.
    login_customer_id
        For Google Ads, the account to log in with.
    """

    user: str
    api: str
    account_id: str
    login_customer_id: str | None
    account_name: str
    client: str
    agency: str
    approved_by: str
    approved_at: datetime
    expires_at: datetime
