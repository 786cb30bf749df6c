"""What the user pool writes into an access token, from the directory (product.md §2; A14, A16).

The pool's trigger before it issues a token, version 2 (Amazon Cognito, "Pre token generation"). It
runs at each sign-in and at each refresh. A person is found by the e-mail address that the pool, or
the agency's identity provider, has verified; nothing else that stands in the pool about a person
is believed. Whoever is not found, or not exactly once, gets no token at all.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from wpp_mcp.config import TableSettings
from wpp_mcp.models.caller import AGENCY, EMPLOYEE_ID, Scope
from wpp_mcp.observability import CallMetrics, Metric, logger_for
from wpp_mcp.runtime import Runtime
from wpp_mcp.storage.directory import Directory, UserRecord, user_of
from wpp_mcp.storage.dynamo import Dynamo, StorageError

VERSION: Final = "2"
_FUNCTION: Final = "token_claims"
_SOURCE: Final = re.compile(r"TokenGeneration_[A-Za-z]{1,40}", re.ASCII)
_SUBJECT: Final = re.compile(r"[0-9a-f-]{36}", re.ASCII)
_LONGEST_ADDRESS: Final = 254
# Printable ASCII alone: beyond it, letters that look alike, and letters that become ASCII in lower
# case (the Kelvin sign becomes k), would be other people's addresses.
_ADDRESS: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+", re.ASCII)
_OURS: Final = frozenset(scope.value for scope in Scope)


class NoTokenError(Exception):
    """The pool issues no token, and shows this text to the person."""


_NOT_SET_UP: Final = "You are not set up to use this service"
"""For every reason that lies in the person: one text."""

_TRY_AGAIN: Final = "The directory does not answer. Sign in again in a moment"


class _RefusedError(Exception):
    """Why; for the security log only.

    Parameters
    ----------
    employee_id
        Whose token it would have been, where that is known.
    """

    def __init__(self, reason: str, employee_id: str = "") -> None:
        super().__init__(reason)
        self.employee_id = employee_id


class TokenClaims:
    """Answers the pool's event with the claims of the person's access token."""

    def __init__(self, runtime: Runtime) -> None:
        settings = TableSettings.load(runtime.environ)
        self._dynamo = Dynamo(runtime, settings.table_prefix)
        self._directory = Directory(self._dynamo)
        self._log = logger_for(_FUNCTION, settings.log_level, runtime.log)
        self._emit = runtime.emit
        self._environment = settings.environment

    def __call__(self, event: Mapping[str, Any], _context: Any) -> dict[str, Any]:
        """Return the event with a response in it.

        Raises
        ------
        NoTokenError
            The pool then issues nothing.
        """
        try:
            asked = _scopes_asked(event)
            user = self._person(_address(_attributes(event)))
        except _RefusedError as refused:
            self._say(event, str(refused), refused.employee_id, Metric.REFUSED_TOKENS)
            told = _NOT_SET_UP
        except StorageError as error:
            # Not found out is nobody.
            self._say(event, f"storage: {error}", "", Metric.ERRORS)
            told = _TRY_AGAIN
        else:
            return {**event, "response": _response(user, asked)}
        # Outside of the handlers: Lambda logs an exception with those that it came from.
        raise NoTokenError(told)

    def _person(self, address: str) -> UserRecord:
        key = Directory.user_key(address)
        item = self._dynamo.batch_get([key]).get(key)
        if item is None:
            raise _RefusedError("not in the directory")
        user = user_of(item)
        if user.user_id != address:
            raise _RefusedError("the record is another person's", user.employee_id)
        if not user.active:
            raise _RefusedError("disabled", user.employee_id)
        if not EMPLOYEE_ID.fullmatch(user.employee_id) or not AGENCY.fullmatch(user.agency):
            raise _RefusedError("employee id or agency is none of ours")
        # As each call finds the person: by employee id, which therefore has to be theirs alone.
        if self._directory.user_id_of(user.employee_id) != address:
            raise _RefusedError("the employee id is not this person's alone", user.employee_id)
        return user

    def _say(self, event: Mapping[str, Any], reason: str, employee: str, metric: Metric) -> None:
        metrics = CallMetrics(self._emit, function=_FUNCTION, environment=self._environment)
        metrics.count(metric)
        metrics.flush()
        # The pool's own id of a person, by which an administrator finds them; never the address.
        subject = _known(_attributes(event).get("sub"), _SUBJECT)
        extra = {
            "reason": reason,
            "source": _source(event),
            "sub": subject,
            "employee_id": employee,
        }
        said = {name: value for name, value in extra.items() if value}
        self._log.warning("no token", extra={"security": True, **said})


def _known(value: object, pattern: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and pattern.fullmatch(value) else ""


def _source(event: Mapping[str, Any]) -> str:
    """Return what made the pool ask; empty where it is none of the pool's names."""
    return _known(event.get("triggerSource"), _SOURCE)


def _attributes(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what stands in the pool about the person; nothing where the event says nothing."""
    request = event.get("request")
    attributes = request.get("userAttributes") if isinstance(request, Mapping) else None
    return attributes if isinstance(attributes, Mapping) else {}


def _scopes_asked(event: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes that the token would have, with at least one of ours among them.

    A sign-in past the pool's pages, over its API, has ``aws.cognito.signin.user.admin`` alone: a
    token to change one's own record with. There is none.
    """
    if event.get("version") != VERSION or not _source(event):
        raise _RefusedError("not an event of the pool")
    request = event.get("request")
    scopes = request.get("scopes") if isinstance(request, Mapping) else None
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise _RefusedError("an event without scopes")
    if not _OURS.intersection(scopes):
        raise _RefusedError("no scope of ours")
    return frozenset(scopes)


def _address(attributes: Mapping[str, Any]) -> str:
    """Return the verified e-mail address, in lower case."""
    if str(attributes.get("email_verified")).lower() != "true":
        raise _RefusedError("the e-mail address is not verified")
    address = attributes.get("email")
    if not isinstance(address, str) or len(address) > _LONGEST_ADDRESS:
        raise _RefusedError("no e-mail address")
    if not _ADDRESS.fullmatch(address):
        raise _RefusedError("not an e-mail address of ours")
    return address.lower()


def _response(user: UserRecord, asked: frozenset[str]) -> dict[str, Any]:
    claims = {"employeeId": user.employee_id, "agency": user.agency, "role": user.role.value}
    access = {
        "claimsToAddOrOverride": claims,
        "scopesToAdd": [],
        # Above all aws.cognito.signin.user.admin: with it people could change their own record.
        "scopesToSuppress": sorted(asked - _OURS),
    }
    return {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": access}}
