"""A message as a mail: subject, plain text and HTML that say the same.

Texts of people and accounts come cleaned (`wpp_mcp.notifications.messages`) and stand as data, in
quotation marks of their own cell or line: HTML escapes them, and an address of a page in them does
not become a link. The one link leads to our own page, and its text is ours (threats.md G2, C12).
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from wpp_mcp.models.text import visible
from wpp_mcp.notifications.messages import Message, NotAMessageError, OperationFacts
from wpp_mcp.notifications.wording import WORDING

_PROD: Final = "prod"
_LONGEST_SUBJECT: Final = 180


@dataclass(frozen=True, slots=True)
class Mail:
    """What is handed to SES. The subject is one line."""

    subject: str
    text: str
    html: str


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("wpp_mcp.notifications"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["data"] = data
    return environment


def data(text: str) -> str:
    """Return foreign text so that a mail program makes no link of it."""
    return text.replace("://", "[:]//")


def mail_of(message: Message, *, environment: str, pages_origin: str) -> Mail:
    """Return the mail of a message.

    Parameters
    ----------
    environment
        Named in the subject, unless it is the one with real accounts.
    pages_origin
        Where our pages are.

    Raises
    ------
    NotAMessageError
        Its link does not lead to our pages.
    """
    facts, wording = message.values, WORDING[message.kind]
    if not facts.link.startswith(f"{pages_origin}/"):
        raise NotAMessageError("missing or wrong: values.link")
    place = "" if environment == _PROD else f"[{environment}] "
    about = data(f"{facts.title}, {facts.account_name}")
    values = {
        "lead": wording.lead,
        "rows": _rows(facts),
        "changes": facts.changes,
        "more": facts.more_changes,
        "link": facts.link,
        "link_text": wording.link,
    }
    return Mail(
        subject=visible(f"{place}{wording.subject}: {about}", _LONGEST_SUBJECT),
        text=_environment().get_template("mail.txt").render(values),
        html=_environment().get_template("mail.html").render(values),
    )


def _rows(facts: OperationFacts) -> list[tuple[str, str]]:
    rows: list[tuple[str, str | None]] = [
        ("Operation", f"{facts.title} ({facts.tool})"),
        ("Account", f"{facts.account_name} ({facts.product} {facts.account})"),
        ("Asked for by", f"{facts.requester_name} ({facts.requester})"),
        ("Decided by", facts.decided_by),
        ("Risk", facts.risk),
        ("Status", facts.status),
        ("Done", facts.done),
        *(("Money", line) for line in facts.money),
        ("Undo", facts.undo),
        ("Note", facts.note),
        ("At", facts.at),
        ("Id", facts.operation_id),
    ]
    return [(name, value) for name, value in rows if value]
