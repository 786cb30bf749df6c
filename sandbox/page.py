"""A page as a person sees it: its text, its forms, and where it leads by itself."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_KEPT: Final = frozenset({"form", "button", "style", "h1", "dt", "dd", "status"})
"""Elements whose text matters; ``status`` is a paragraph that says what happened."""


@dataclass
class Form:
    """A form of a page, with what it would send.

    Parameters
    ----------
    boxes
        Check boxes and radio buttons with their values, ticked or not.
    buttons
        Text, name and value of each.
    """

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """One page.

    Attributes
    ----------
    onward
        Where a refresh leads, or ``None``.
    tags
        The name of each tag that was opened.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.onward: str | None = None
        self.links: list[str] = []
        self.tags: list[str] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self._texts: defaultdict[str, list[str]] = defaultdict(list)
        self.feed(html)

    @property
    def text(self) -> str:
        """The visible text, in one line."""
        return " ".join(" ".join(self._words).split())

    @property
    def heading(self) -> str:
        """The text of the first heading."""
        return next(iter(self._texts["h1"]), "")

    @property
    def note(self) -> str:
        """What the page says happened."""
        return next(iter(self._texts["status"]), "")

    @property
    def facts(self) -> list[tuple[str, str]]:
        """The page's list of names and values."""
        return list(zip(self._texts["dt"], self._texts["dd"], strict=False))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag in (called by `HTMLParser`)."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        kind = "status" if given.get("role") == "status" else tag
        if kind in _KEPT:
            self._open.append(kind)
            self._texts[kind].append("")
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.onward = given["content"].partition("url=")[2]
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("method", "get").upper(), given.get("action", "")))
        elif tag == "input" and "form" in self._open:
            _fill(self.forms[-1], given)
        elif tag == "button" and "form" in self._open:
            self.forms[-1].buttons.append(("", given.get("name", ""), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        """Take the end of a tag in (called by `HTMLParser`)."""
        kind = "status" if tag == "p" else tag
        if kind in self._open:
            self._open.remove(kind)

    def handle_data(self, data: str) -> None:
        """Take text in (called by `HTMLParser`)."""
        if "style" in self._open:
            return
        self._words.append(data)
        for kind in self._open:
            self._texts[kind][-1] = (self._texts[kind][-1] + data).strip()
        if "button" in self._open and "form" in self._open:
            text, name, value = self.forms[-1].buttons[-1]
            self.forms[-1].buttons[-1] = (text + data.strip(), name, value)


def _fill(form: Form, given: Mapping[str, str]) -> None:
    if given.get("type") in ("checkbox", "radio"):
        form.boxes[given["name"]] = given.get("value", "on")
        if "checked" not in given:
            return
    form.fields[given["name"]] = given.get("value", "on")
