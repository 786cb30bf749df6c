"""The questions that auditors have, as Athena asks them of the archive.

An entry may be in the archive more than once: it is sent at least once. Every question but that of
tampering is asked of ``entries_once``, which takes the first that came of each place in a chain.

Folders are read from a question's first day on: an entry may come later than its own day, by the
stream's 24 hours or when days are sent anew, and never earlier.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wpp_mcp.audit.columns import ARRIVED, schema

ENTRIES: Final = "entries"
"""The table: everything that came."""

ONCE: Final = "entries_once"
"""The view: each entry once."""

_FOLDER: Final = Path(__file__).resolve().parent / "queries"


@dataclass(frozen=True, slots=True)
class Question:
    """One question: what it answers, with its parameters in order, and how it is asked."""

    name: str
    meaning: str
    sql: str


def once(since: str) -> str:
    """Return the query that takes each entry once, of the folders since a day (as SQL)."""
    # Quoted: some of the names are words of SQL.
    columns = ", ".join(f'"{name}"' for name in [*schema(), ARRIVED])
    text = (_FOLDER / "once.sql").read_text(encoding="utf-8").strip()
    return text.replace("{columns}", columns).replace("{since}", since)


def view() -> str:
    """Return the query of the view, which reads every folder."""
    return once("''")


def questions() -> list[Question]:
    """Return every question, by name."""
    return [_question(path) for path in sorted(_FOLDER.glob("*.sql")) if path.stem != "once"]


def _question(path: Path) -> Question:
    said, _, sql = path.read_text(encoding="utf-8").partition("\n")
    meaning = said.removeprefix("-- ")
    return Question(path.stem, meaning, sql.strip().replace("{once}", once("?")))
