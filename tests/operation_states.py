"""The generated parts of docs/operation-states.md, from `wpp_mcp.operations.states`."""

from collections.abc import Callable, Mapping
from typing import Final

from tests.markdown import code, markdown
from wpp_mcp.operations.states import FINAL, INITIAL, OPEN, TRANSITIONS


def diagram() -> str:
    """Return the states and the moves between them as a picture."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {state}" for state in TRANSITIONS if state in INITIAL]
    for state, following in TRANSITIONS.items():
        lines += [f"    {state} --> {after}: {_label(why)}" for after, why in following.items()]
        lines += [f"    {state} --> [*]"] if state in FINAL else []
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def _label(why: str) -> str:
    # A colon would begin a label in a label.
    return why.replace(":", ",")


def table() -> str:
    """Return each move from state to state with its cause."""
    rows = (
        [f"`{state}`", f"`{after}`", why]
        for state, following in TRANSITIONS.items()
        for after, why in following.items()
    )
    return markdown(["From", "To", "Because"], rows)


def kinds() -> str:
    """Return which states begin, wait and end."""
    sets = {
        "An operation begins as": INITIAL,
        "Nothing has been sent, and somebody may still let it happen or stop it": OPEN,
        "Nothing follows": FINAL,
    }
    return "".join(
        f"* {what}: {code(state for state in TRANSITIONS if state in kind)}.\n"
        for what, kind in sets.items()
    )


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "diagram": diagram,
    "kinds": kinds,
    "transitions": table,
}
