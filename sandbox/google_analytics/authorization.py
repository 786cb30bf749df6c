"""Whether Google lets this caller reach this property, from the headers of one call."""

import re
from typing import Any, Final

import grpc

from sandbox.google_analytics.failures import (
    Refusal,
    permission_denied,
    token_expired,
    token_refused,
)
from sandbox.google_analytics.properties import Property, visible_properties
from sandbox.world import World

_BEARER: Final = "Bearer "
_PROPERTY: Final = re.compile(r"properties/([0-9]{1,20})")


def signed_in(world: World, context: grpc.ServicerContext) -> str:
    """Return the e-mail address of the token's user.

    Raises
    ------
    Refusal
        Without a token, and for one that is unknown or expired.
    """
    metadata: dict[str, Any] = dict(context.invocation_metadata())
    bearer = str(metadata.get("authorization", ""))
    if not bearer.startswith(_BEARER):
        raise token_refused("CREDENTIALS_MISSING")
    token = bearer.removeprefix(_BEARER)
    if world.is_expired_token(token):
        raise token_expired()
    email = world.google_user(token)
    if email is None:
        raise token_refused("ACCESS_TOKEN_TYPE_UNSUPPORTED")
    return email


def readable(world: World, email: str, name: str) -> Property:
    """Return the property of a name, when Google shows it to the user.

    Raises
    ------
    Refusal
        Otherwise, alike for a property that is not there.
    """
    match = _PROPERTY.fullmatch(name)
    if match is None:
        raise Refusal(
            f"Invalid property ID: {name.removeprefix('properties/')}. A numeric Property ID is "
            "required. To learn more about Property ID, see "
            "https://developers.google.com/analytics/devguides/reporting/data/v1/property-id."
        )
    found = visible_properties(world, email).get(match[1])
    if found is None:
        raise permission_denied()
    return found
