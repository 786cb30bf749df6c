"""docs/governed-writes.md as a conversation: its requests in order, each with its printed answer.

A block of `http` that begins with a method is a request; the next that begins with a status is its
answer. ``As:`` names the role of the sandbox that sends it. In both, ``<kind>`` stands for a value
that is new in each run and has the form of `KINDS`; ``<kind:name>`` is that value again wherever
the name comes back. In an answer ``"…": "…"`` stands for further members, and a last item of
``"…"`` for further items. Everything else has to be there as it is printed.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.markdown import ROOT

PAGE: Final = ROOT / "docs/governed-writes.md"
MORE: Final = "…"

KINDS: Final[Mapping[str, str]] = {
    "operation": r"op_[0-9]{8}_[0-9]{6}_[0-9a-f]{16}",
    "token": r"[A-Za-z0-9_-]{43}",
    "digest": r"[0-9a-f]{64}",
    "entry": r"[a-z-]+@[a-z]+\.example/[0-9-]{10}#[0-9]{10}",
    "time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z",
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "state": r"[\w.~+/=-]{40,}",
    "address": r"[a-z-]+@[a-z]+\.example",
    "words": r".+",
    "mail": r"(?s:.+)",
}
NUMBER: Final = "<number>"

_BLOCK: Final = re.compile(r"(?ms)^```http\n(.*?)^```$")
_ANSWER: Final = re.compile(r"([0-9]{3}) [A-Z]")
_PLACEHOLDER: Final = re.compile(r"<([a-z]+)(?::([a-z-]+))?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and the answer that the page prints.

    Parameters
    ----------
    line
        Where the request stands on the page.
    role
        ``None`` for the sandbox's own controls.
    """

    line: int
    method: str
    path: str
    role: str | None
    headers: Mapping[str, str]
    body: str
    status: int
    answer: Any


@dataclass(frozen=True, slots=True)
class Names:
    """What the named placeholders have stood for so far."""

    known: dict[str, str] = field(default_factory=dict)

    def filled(self, text: str) -> str:
        """Return a request's text with the values of earlier answers.

        Raises
        ------
        KeyError
            No answer has said it yet.
        """
        return _PLACEHOLDER.sub(lambda found: self.known[found[0]], text)

    def fits(self, shown: str, found: str) -> bool:
        """Whether a text is what the page prints; learns what is named for the first time."""
        pattern, named, last = "", {}, 0
        for place in _PLACEHOLDER.finditer(shown):
            pattern += re.escape(shown[last : place.start()])
            last = place.end()
            if place[0] in self.known:
                pattern += re.escape(self.known[place[0]])
            elif place[2] is None:
                pattern += f"(?:{KINDS[place[1]]})"
            else:
                group = f"g{len(named)}"
                named[group] = place[0]
                pattern += f"(?P<{group}>{KINDS[place[1]]})"
        match = re.fullmatch(pattern + re.escape(shown[last:]), found)
        if match is None:
            return False
        self.known.update({name: match[group] for group, name in named.items()})
        return True


def exchanges(text: str) -> list[Exchange]:
    """Return the requests of a page with their answers, in order.

    Raises
    ------
    ValueError
        A request without an answer, or an answer without a request.
    """
    blocks = [(text.count("\n", 0, b.start()) + 2, b[1]) for b in _BLOCK.finditer(text)]
    if len(blocks) % 2:
        raise ValueError("a request has no answer")
    pairs = zip(blocks[::2], blocks[1::2], strict=True)
    return [_exchange(line, request, answer) for (line, request), (_, answer) in pairs]


def _exchange(line: int, request: str, answer: str) -> Exchange:
    head, _, body = request.partition("\n\n")
    first, *others = head.splitlines()
    method, _, path = first.partition(" ")
    status = _ANSWER.match(answer)
    if status is None or not path.startswith("/"):
        raise ValueError(f"line {line}: a request and its answer have to follow each other")
    headers = dict(other.split(": ", 1) for other in others)
    return Exchange(
        line=line,
        method=method,
        path=path.strip(),
        role=headers.pop("As", None),
        headers=headers,
        body=body,
        status=int(status[1]),
        answer=json.loads(answer.partition("\n\n")[2]),
    )


def differences(shown: Any, found: Any, names: Names, at: str = "answer") -> Iterator[str]:
    """Yield where an answer is not what the page prints."""
    if isinstance(shown, dict) and isinstance(found, dict):
        yield from _of_members(shown, found, names, at)
    elif isinstance(shown, list) and isinstance(found, list):
        yield from _of_items(shown, found, names, at)
    elif not _same(shown, found, names):
        yield f"{at}: the page says {shown!r}, the server {found!r}"


def _same(shown: Any, found: Any, names: Names) -> bool:
    if shown == NUMBER:
        return isinstance(found, int | float) and not isinstance(found, bool)
    if isinstance(shown, str) and isinstance(found, str):
        return names.fits(shown, found)
    return isinstance(shown, bool) == isinstance(found, bool) and bool(shown == found)


def _of_members(
    shown: Mapping[str, Any], found: Mapping[str, Any], names: Names, at: str
) -> Iterator[str]:
    wanted = [name for name in shown if name != MORE]
    yield from (f"{at}.{name} is not in the answer" for name in wanted if name not in found)
    further = sorted(set(found) - set(wanted))
    if further and MORE not in shown:
        yield f"{at} has members that the page does not print: {', '.join(further)}"
    if MORE in shown and not further:
        yield f"{at} has no further members"
    for name in wanted:
        if name in found:
            yield from differences(shown[name], found[name], names, f"{at}.{name}")


def _of_items(shown: list[Any], found: list[Any], names: Names, at: str) -> Iterator[str]:
    more = shown[-1:] == [MORE]
    wanted = shown[:-1] if more else shown
    if len(found) <= len(wanted) if more else len(found) != len(wanted):
        yield f"{at} has {len(found)} items"
        return
    for place, (one, other) in enumerate(zip(wanted, found, strict=False)):
        yield from differences(one, other, names, f"{at}[{place}]")
