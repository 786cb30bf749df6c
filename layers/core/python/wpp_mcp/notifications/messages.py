"""What is told by mail, and how it travels through the queue (product.md §10).

A notice says what happened and to whom it is told. Each of its recipients gets a message of their
own, so that one address that SES refuses does not hold up the others. Everything that people and
accounts have written is cleaned here, at both ends: what comes out of the queue is read with the
same model that went in (threats.md G2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from wpp_mcp.config import MAIL_ADDRESS
from wpp_mcp.models import strict_json
from wpp_mcp.models.text import visible
from wpp_mcp.models.time import parse_iso

VERSION: Final = 1
"""Of the messages. A reader that does not know a version leaves the message to people."""

MOST_CHANGES: Final = 50
"""Changes that one mail shows; how many more there are, it says."""

MOST_MONEY_LINES: Final = 10

_LONGEST_ADDRESS: Final = 254
_ID: Final = r"^[\w:#./-]{1,200}$"


class NoticeKind(StrEnum):
    """Why a mail is sent, and to whom.

    ``SECOND_APPROVAL_WANTED`` to those who may decide, ``DECIDED`` to the one who asked,
    ``WRITE_EXECUTED`` to the local manager and the global admin, ``WRITE_FAILED`` (the outcome is
    unknown) and ``OUTCOME_SETTLED`` to the one who asked and the local manager, the latter to the
    global admin too where something was done, ``ROLLED_BACK`` to the local manager, the global
    admin and the one whose operation it was.
    """

    SECOND_APPROVAL_WANTED = "second-approval-wanted"
    DECIDED = "decided"
    WRITE_EXECUTED = "write-executed"
    WRITE_FAILED = "write-failed"
    OUTCOME_SETTLED = "outcome-settled"
    ROLLED_BACK = "rolled-back"


class NotAMessageError(ValueError):
    """It is no message of ours; the text says where it is wrong, and holds none of the content."""


def _shown(longest: int) -> BeforeValidator:
    return BeforeValidator(lambda text: visible(text, longest) if isinstance(text, str) else text)


def _moment(text: str) -> str:
    parse_iso(text)
    return text


Word = Annotated[str, _shown(60)]
Name = Annotated[str, _shown(120)]
Line = Annotated[str, _shown(200)]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class ChangeLine(_Model):
    """One change, as text that is ready to be read.

    Parameters
    ----------
    resource
        What kind of thing, for example ``Campaign budget``.
    name
        Which one.
    field
        What of it; ``before`` and ``after`` with their unit, ``-`` for nothing.
    outcome
        What became of it, where that is known: ``done``, ``refused``, ``not done``.
    """

    resource: Word
    name: Name
    field: Word
    before: Line
    after: Line
    outcome: Word | None = None


class OperationFacts(_Model):
    """What a mail about an operation says; the same for every kind.

    Longer texts are cut, and say so; changes beyond `MOST_CHANGES` are counted in
    ``more_changes``.

    Parameters
    ----------
    operation_id, tool, title, risk, status
        As the operation has them; ``title`` is the tool's, for people.
    account, account_name, product
        Id of the account, its name, and whose it is, for example ``Google Ads``.
    requester, requester_name
        E-mail address and name of the one who asked.
    decided_by
        Who approved or rejected, where somebody did.
    done
        How much of it was done, where that is known.
    money
        Lines about what it costs, per day and month, with the currency; once it is known, what was
        done costs.
    undo
        How it can be undone, or why not.
    note
        What else there is to say: why it failed, what was found out, what the decider wrote.
    link
        Our own page about the operation: below the origin of our pages, or it is not sent.
    at
        When it happened, ISO 8601.
    """

    operation_id: str = Field(pattern=r"^[\w-]{1,64}$")
    tool: Word
    title: Name
    account: Name
    account_name: Name
    product: Word
    requester: Name
    requester_name: Name
    decided_by: Name | None = None
    risk: Word
    status: Word
    done: Name | None = None
    changes: tuple[ChangeLine, ...] = Field(default=(), max_length=MOST_CHANGES)
    more_changes: int = Field(default=0, ge=0)
    money: tuple[Line, ...] = Field(default=(), max_length=MOST_MONEY_LINES)
    undo: Line
    note: Annotated[str, _shown(500)] | None = None
    link: str = Field(pattern=r"^https?://[A-Za-z0-9.:-]+/[A-Za-z0-9_./~-]*$", max_length=500)
    at: Annotated[str, AfterValidator(_moment)] = Field(max_length=40)

    @model_validator(mode="before")
    @classmethod
    def _first_changes(cls, given: Any) -> Any:
        changes = given.get("changes") if isinstance(given, Mapping) else None
        if not isinstance(changes, list | tuple) or len(changes) <= MOST_CHANGES:
            return given
        return {**given, "changes": changes[:MOST_CHANGES], "more_changes": _left(changes)}


def _left(changes: list[Any] | tuple[Any, ...]) -> int:
    return len(changes) - MOST_CHANGES


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to be told by mail.

    Parameters
    ----------
    notice_id
        The same for the same event, whoever tells of it and however often: an operation's id and
        what happened to it. Nobody gets two mails of one notice.
    to
        Addresses; spellings that differ in case are one.
    """

    kind: NoticeKind
    notice_id: str
    to: tuple[str, ...]
    values: OperationFacts

    def messages(self) -> Iterator["Message"]:
        """Yield a message for each address; for what is no address, none.

        Raises
        ------
        ValueError
            The notice's id is not one.
        """
        for address in dict.fromkeys(one.strip().lower() for one in self.to):
            try:
                yield Message(
                    version=VERSION,
                    kind=self.kind,
                    notice_id=self.notice_id,
                    to=address,
                    values=self.values,
                )
            except ValidationError as error:
                if any(one["loc"] != ("to",) for one in error.errors()):
                    raise ValueError("a notice has an id of letters, digits and :#./-") from None


class Message(_Model):
    """One mail to one person, as it lies in the queue: strict JSON, and no secret in it."""

    version: Literal[1]
    kind: NoticeKind
    notice_id: str = Field(pattern=_ID)
    to: str = Field(pattern=MAIL_ADDRESS, max_length=_LONGEST_ADDRESS)
    values: OperationFacts

    def dumps(self) -> str:
        """Return the body for the queue; below 192 KB, whatever its texts are."""
        return strict_json.dumps(self.model_dump(mode="json", by_alias=True))

    @classmethod
    def loads(cls, body: object) -> "Message":
        """Read a body.

        Raises
        ------
        NotAMessageError
            It is none of ours.
        """
        if not isinstance(body, str):
            raise NotAMessageError("no text")
        try:
            return cls.model_validate(strict_json.loads(body))
        except strict_json.StrictJsonError as error:
            raise NotAMessageError(str(error)) from None
        except ValidationError as error:
            known = {*_names(cls), *_names(OperationFacts), *_names(ChangeLine)}
            places = {".".join(_place(one["loc"], known)) for one in error.errors()}
            raise NotAMessageError(f"missing or wrong: {', '.join(sorted(places))}") from None


def _names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _place(steps: tuple[int | str, ...], known: set[str]) -> list[str]:
    # The name of a member that nobody knows is content too.
    return [str(step) if isinstance(step, int) or step in known else "?" for step in steps]
