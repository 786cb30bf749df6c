"""Whether Google lets this caller reach this account, from the headers of one call."""

import re
from dataclasses import dataclass
from typing import Any, Final

import grpc

from sandbox.google_ads.failures import (
    Refusal,
    permission_denied,
    token_expired,
    unauthenticated,
)
from sandbox.world import AdsAccount, World

_TEN_DIGITS: Final = re.compile("[0-9]{10}")
_BEARER: Final = "Bearer "


@dataclass(frozen=True, slots=True)
class Headers:
    """What one call says about its caller."""

    token: str
    login_customer_id: str | None

    @classmethod
    def of(cls, context: grpc.ServicerContext) -> "Headers":
        """Read the headers.

        Raises
        ------
        Refusal
            Without a bearer token or a developer token.
        """
        metadata: dict[str, Any] = dict(context.invocation_metadata())
        bearer = str(metadata.get("authorization", ""))
        if not bearer.startswith(_BEARER):
            raise unauthenticated(
                "OAUTH_TOKEN_HEADER_INVALID",
                "The OAuth token in the request header is missing or malformed.",
            )
        if not metadata.get("developer-token"):
            raise Refusal(
                "request_error",
                "DEVELOPER_TOKEN_PARAMETER_MISSING",
                "The developer token is not specified in the request header.",
            )
        return cls(bearer.removeprefix(_BEARER), metadata.get("login-customer-id"))


def signed_in(world: World, headers: Headers) -> str:
    """Return the e-mail address of the token's user.

    Raises
    ------
    Refusal
        For a token that is unknown or expired.
    """
    if world.is_expired_token(headers.token):
        raise token_expired()
    email = world.google_user(headers.token)
    if email is None:
        raise unauthenticated(
            "OAUTH_TOKEN_INVALID", "The OAuth access token in the request header is invalid."
        )
    return email


def reachable(world: World, headers: Headers, customer_id: str) -> AdsAccount:
    """Return the account, when the token's user reaches it with this login customer.

    As Google has it, the login customer is one to which the user has access directly, and the
    account is that one or lies below it. Without the header the account itself counts.

    Raises
    ------
    Refusal
        Otherwise.
    """
    email = signed_in(world, headers)
    if not _TEN_DIGITS.fullmatch(customer_id):
        raise Refusal(
            "request_error",
            "INVALID_CUSTOMER_ID",
            f"Invalid customer ID '{customer_id}'.",
            path=("customer_id",),
        )
    login = headers.login_customer_id or customer_id
    if not _TEN_DIGITS.fullmatch(login):
        raise Refusal(
            "header_error",
            "INVALID_LOGIN_CUSTOMER_ID",
            "The login customer ID could not be validated.",
        )
    account = world.accounts.get(customer_id)
    if account is None or world.login_customer_id(email, customer_id) is None:
        raise permission_denied()
    if login not in world.access_roots(email) or not _is_below(world, customer_id, login):
        raise permission_denied()
    return account


def _is_below(world: World, customer_id: str, login: str) -> bool:
    return customer_id == login or login == world.manager_account.customer_id
