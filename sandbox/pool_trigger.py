"""How the user pool calls its trigger before it issues a token, and what it takes from the answer.

The trigger is the product's own function. Its calls of AWS are the pool's affair: they are counted
apart from those of the functions behind the API, and faults for it are ordered apart.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.world import User

Invoke = Callable[[dict[str, Any]], dict[str, Any]]
SIGN_IN: Final = "TokenGeneration_HostedAuth"
REFRESH: Final = "TokenGeneration_RefreshTokens"

_NAMESPACE: Final = uuid.UUID("6f1d3d0e-52b1-4c8e-9d3a-6b2a4f6a9c11")


class TriggerRefusedError(Exception):
    """The trigger failed, for whatever reason: no token is issued."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What the trigger let into an access token."""

    claims: Mapping[str, Any]
    scopes: tuple[str, ...]


@dataclass(slots=True)
class PoolUser:
    """What stands in the pool about a person."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, user: User) -> "PoolUser":
        """Return somebody as an administrator has added them, their address verified."""
        subject = str(uuid.uuid5(_NAMESPACE, user.key))
        return cls(
            subject,
            {
                "sub": subject,
                "cognito:user_status": "CONFIRMED",
                "email": user.email,
                "email_verified": "true",
            },
        )

    def write(self, attributes: Mapping[str, str]) -> None:
        """Write attributes as a person could, were it not for the app client's settings.

        An address that is changed in this way is not verified any more.
        """
        self.attributes |= attributes
        if "email" in attributes:
            self.attributes["email_verified"] = "false"


def granted(
    invoke: Invoke, source: str, client_id: str, user: PoolUser, scopes: Sequence[str]
) -> Granted:
    """Ask the trigger what an access token says.

    Raises
    ------
    TriggerRefusedError
        It failed, or answered what the pool does not understand.
    """
    event = {
        "version": "2",
        "triggerSource": source,
        "region": "us-east-1",
        "userPoolId": "us-east-1_Sandbox",
        "userName": user.name,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client_id},
        "request": {
            "userAttributes": dict(user.attributes),
            "groupConfiguration": {
                "groupsToOverride": [],
                "iamRolesToOverride": [],
                "preferredRole": None,
            },
            "scopes": list(scopes),
        },
        "response": {"claimsAndScopeOverrideDetails": None},
    }
    try:
        answer = invoke(event)
        access = answer["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]
        suppressed = set(access["scopesToSuppress"])
        kept = [scope for scope in scopes if scope not in suppressed]
        return Granted(dict(access["claimsToAddOrOverride"]), (*kept, *access["scopesToAdd"]))
    except Exception as error:  # whatever a trigger fails with, it has failed
        raise TriggerRefusedError(str(error)) from error
