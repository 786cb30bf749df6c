"""What mails say by themselves: a subject, a sentence and a link for each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from wpp_mcp.notifications.messages import NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one kind of mail.

    Parameters
    ----------
    subject
        What the subject begins with; title and account stand behind it.
    lead
        The first sentence: what happened and what is expected.
    link
        What the link is called.
    """

    subject: str
    lead: str
    link: str


_LOOK: Final = "See the operation"

WORDING: Final[Mapping[NoticeKind, Wording]] = MappingProxyType(
    {
        NoticeKind.SECOND_APPROVAL_WANTED: Wording(
            subject="Your approval is wanted",
            lead="A change of high risk waits for a second person. Nothing has been changed yet."
            " Opening the page decides nothing.",
            link="Look at it and decide",
        ),
        NoticeKind.DECIDED: Wording(
            subject="Decided",
            lead="A second person has decided about the change that you asked for.",
            link=_LOOK,
        ),
        NoticeKind.WRITE_EXECUTED: Wording(
            subject="Changed",
            lead="A change was made in a Google account, or a part of it: see what was done.",
            link=_LOOK,
        ),
        NoticeKind.WRITE_FAILED: Wording(
            subject="Not known to be done",
            lead="The change that you asked for was sent to Google, and it did not go well or its"
            " outcome is not known. Do not repeat it: what the account says is looked up.",
            link=_LOOK,
        ),
        NoticeKind.OUTCOME_SETTLED: Wording(
            subject="Outcome found out",
            lead="The outcome of a change that was unknown has been found out: see what was done,"
            " if anything.",
            link=_LOOK,
        ),
        NoticeKind.ROLLED_BACK: Wording(
            subject="Rolled back",
            lead="A change was undone.",
            link=_LOOK,
        ),
    }
)
"""By kind; a test holds it against `NoticeKind`."""
