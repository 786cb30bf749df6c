"""Policies as they are written: for whom, and what may stand in one. Strict, with bounds.

The bounds are there so that no policy switches a limit off by nonsense: the percent limit goes up
to 10,000 %, amounts up to 1,000,000 units, and there are never more than 50 items. Who may change
a policy, and that a second person agrees, is not decided here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.models import strict_json
from wpp_mcp.models.accounts import AccountRef, api_named, normalise
from wpp_mcp.models.caller import AGENCY
from wpp_mcp.models.write_rules import Enforcement, ScopeKind

_TOOL: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_USER: Final = re.compile(r"[^\s#@A-Z]{1,200}@[a-z0-9.-]{1,200}")


@dataclass(frozen=True, slots=True)
class PolicyScope:
    """For whom a policy is.

    Parameters
    ----------
    id
        Agency, account key, tool or user id; empty for the environment.
    """

    kind: ScopeKind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind.value}#{self.id}" if self.id else self.kind.value


ENVIRONMENT: Final = PolicyScope(ScopeKind.ENVIRONMENT)


def write_scopes(
    *, agency: str, account: AccountRef | None, tool: str, user_id: str
) -> tuple[PolicyScope, ...]:
    """Return the scopes whose policies hold for a write, the widest first."""
    return (
        ENVIRONMENT,
        PolicyScope(ScopeKind.AGENCY, agency),
        PolicyScope(ScopeKind.TOOL, tool),
        *([PolicyScope(ScopeKind.ACCOUNT, account.key)] if account else []),
        PolicyScope(ScopeKind.USER, user_id),
    )


def scope_named(text: str) -> PolicyScope:
    """Return the scope that a text names, as ``AGENCY#northwind``.

    Raises
    ------
    WppError
        ``INVALID_REQUEST``: it names none in its only spelling. A policy for a scope that nothing
        falls into would be a switch that does nothing.
    """
    if text == ScopeKind.ENVIRONMENT:
        return ENVIRONMENT
    prefix, _, named = text.partition("#")
    for kind, is_one in _NAMED.items():
        if prefix == kind and is_one(named):
            return PolicyScope(kind, named)
    raise WppError(
        ErrorCode.INVALID_REQUEST,
        "A policy is for ENVIRONMENT, AGENCY#<agency>, TOOL#<name>,"
        " ACCOUNT#<api>:<accountId> or USER#<user id in lower case>",
    )


def _an_account(text: str) -> bool:
    api, _, account_id = text.partition(":")
    try:
        return normalise(api_named(api), account_id).key == text
    except WppError:
        return False


_NAMED: Final[Mapping[ScopeKind, Callable[[str], bool]]] = {
    ScopeKind.AGENCY: lambda text: AGENCY.fullmatch(text) is not None,
    ScopeKind.TOOL: lambda text: _TOOL.fullmatch(text) is not None,
    ScopeKind.ACCOUNT: _an_account,
    ScopeKind.USER: lambda text: _USER.fullmatch(text) is not None,
}


def _a_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("give a number")  # noqa: TRY004 - what pydantic reports
    return Decimal(str(value))


_Amount = Annotated[
    Decimal, BeforeValidator(_a_number), Field(gt=0, le=1_000_000, decimal_places=3)
]
_Percent = Annotated[Decimal, BeforeValidator(_a_number), Field(ge=1, le=10_000)]
_Rate = Annotated[int, Field(ge=1, le=100_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        strict=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_null(cls, values: Any) -> Any:
        # "writesDisabled": null would read as on to one person and as off to another.
        if isinstance(values, dict) and any(value is None for value in values.values()):
            raise ValueError("leave out what is not set")
        return values


class LimitsDocument(_Strict):
    """Limits that differ from those of the wider scopes; see `write_rules.Limits`."""

    percent: _Percent | None = None
    daily_budget: _Amount | None = None
    daily_rise: _Amount | None = None
    items: Annotated[int, Field(ge=1, le=50)] | None = None
    high_daily_budget: _Amount | None = None


class WritesDisabled(_Strict):
    """A kill switch that is on."""

    reason: str = Field(min_length=1, max_length=500)


class PolicyDocument(_Strict):
    """What every policy may hold; each part left out is as the wider scopes have it."""

    limits: LimitsDocument | None = None
    enforcement: Enforcement | None = None
    writes_disabled: WritesDisabled | None = None


class EnvironmentDocument(PolicyDocument):
    """The environment's policy: it also has what holds for every call."""

    calls_per_minute: _Rate | None = None
    calls_per_second: _Rate | None = None
    account_calls_per_minute: _Rate | None = None
    previews_per_minute: _Rate | None = None
    require_sealed_accounts: bool | None = None
    form_elicitation_clients: (
        Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=50)]
        | None
    ) = None


class UserDocument(PolicyDocument):
    """A person's policy: a kill switch. Nobody has limits of their own (threats.md E9)."""

    @model_validator(mode="after")
    def _only_a_switch(self) -> Self:
        if self.limits is not None or self.enforcement is not None:
            raise ValueError("a policy for a person only switches writes off")
        return self


_DOCUMENTS: Final[Mapping[ScopeKind, type[PolicyDocument]]] = {
    ScopeKind.ENVIRONMENT: EnvironmentDocument,
    ScopeKind.USER: UserDocument,
}


def policy_document(scope: PolicyScope, values: Any) -> PolicyDocument:
    """Return the policy in a JSON value.

    Raises
    ------
    pydantic.ValidationError
        It does not hold a policy for this scope.
    """
    model = _DOCUMENTS.get(scope.kind, PolicyDocument)
    return model.model_validate_json(strict_json.dumps(values))


def written(document: PolicyDocument) -> dict[str, Any]:
    """Return a policy as a JSON value; `policy_document` reads it back to an equal one."""
    values = document.model_dump(by_alias=True, exclude_none=True)
    if document.enforcement is not None:
        values["enforcement"] = document.enforcement.value
    return values
