"""Who sees which properties, and what belongs to a property."""

from typing import Final
from urllib.parse import urlsplit

from sandbox.search_console.failures import (
    bad_token,
    forbidden,
    insufficient_scope,
    login_required,
)
from sandbox.world import Client, World

_BEARER: Final = "Bearer "
_DOMAIN: Final = "sc-domain:"
_WRITERS: Final = frozenset({"siteOwner", "siteFullUser"})


def signed_in(world: World, authorization: str | None, scopes: frozenset[str]) -> str:
    """Return the e-mail address of the token's user, who allowed one of the scopes.

    Raises
    ------
    Refusal
        401 without a token, or for one that is unknown or expired; 403 for one without the scope.
    """
    if authorization is None or not authorization.startswith(_BEARER):
        raise login_required()
    token = authorization.removeprefix(_BEARER)
    email = world.google_user(token)
    if email is None or world.is_expired_token(token):
        raise bad_token(expired=world.is_expired_token(token))
    allowed = world.scopes_of(token)
    if scopes and allowed is not None and not allowed & scopes:
        raise insufficient_scope(scopes)
    return email


def visible_sites(world: World, email: str) -> dict[str, Client]:
    """Return the properties that Google shows to a user: those of clients whose ads they see."""
    accounts = (world.accounts[key] for key in world.visible_customers(email))
    clients = {account.client for account in accounts if account.client}
    return {
        site: world.clients[client]
        for client in sorted(clients)
        for site in world.clients[client].search_console_sites
    }


def visible_site(world: World, email: str, site_url: str) -> Client:
    """Return whose property it is.

    Raises
    ------
    Refusal
        403, the same whether the property is another's or does not exist.
    """
    client = visible_sites(world, email).get(site_url)
    if client is None:
        raise forbidden(site_url)
    return client


def check_can_write(world: World, email: str, site_url: str) -> None:
    """Refuse a user who may only look at a property.

    Raises
    ------
    Refusal
        403.
    """
    if permission(world, email) not in _WRITERS:
        raise forbidden(site_url)


def permission(world: World, email: str) -> str:
    """Return the permission level of a user on the properties that they see."""
    user = world.user(email)
    return "siteFullUser" if user is None or user.role == "practitioner" else "siteOwner"


def belongs(site_url: str, url: str) -> bool:
    """Whether a URL is part of a property."""
    parts = urlsplit(url)
    if site_url.startswith(_DOMAIN):
        domain, host = site_url.removeprefix(_DOMAIN), parts.hostname or ""
        return parts.scheme in ("http", "https") and (host == domain or host.endswith(f".{domain}"))
    return url.startswith(site_url)
