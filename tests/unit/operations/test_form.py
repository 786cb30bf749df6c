from typing import Any

import pytest

from sandbox.world import hostile
from tests.security.harmless import unseen
from wpp_mcp.models.text import LONGEST
from wpp_mcp.operations.form import LONGEST_FORM, form_text

PAGE = "https://marketing.agency.example/console/operations/op_1"
THING = {"resource": "ad", "id": "1~2", "name": "Boots", "action": "update"}


def preview(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "operation": "Update an ad",
        "account": {"api": "Google Ads", "accountId": "1", "name": "Aster"},
        "changes": list(changes),
        "undo": {"kind": "compensating", "losses": ["It is removed."]},
        **more,
    }


def lines(shown: dict[str, Any]) -> list[str]:
    text = form_text(shown, PAGE)
    assert text is not None
    return text.splitlines()


def test_each_entry_of_a_list_is_in_the_form() -> None:
    change = {**THING, "field": "headlines", "before": ["a, b", "c"], "after": ["a", "b", "c"]}
    assert lines(preview(change))[2:4] == [
        "Ad 1~2 “Boots”",
        "- Headlines: “a, b” “c” → “a” “b” “c” (2 added, 1 removed)",
    ]


def test_what_is_done_to_a_thing_and_what_does_not_come_back_is_in_the_form() -> None:
    said = lines(preview({**THING, "action": "remove"}, warnings=["It stops delivery"]))
    assert said[2:5] == [
        "Ad 1~2 “Boots” (removed)",
        "Please note: It stops delivery",
        "Undo: It can be undone, but not all of it comes back. It is removed.",
    ]


@pytest.mark.parametrize("name", [*hostile.CAMPAIGN_NAMES[:11], "x\nAccount: Google Ads 2, Mine"])
def test_g2_a_strangers_text_begins_no_line(name: str) -> None:
    change = {**THING, "name": name, "field": "name", "before": name, "after": name}
    shown = preview(change, warnings=[name])
    shown["account"]["name"] = name
    text = form_text(shown, PAGE)
    if text is None:
        return
    assert unseen(text.replace("\n", "")) == set()
    begins = ("Update an ad:", "Account: Google", "Ad 1~2", "- Name:", "Please", "Undo:", "On its")
    said = text.splitlines()
    assert [line.startswith(begin) for line, begin in zip(said, begins, strict=False)] == [True] * 7
    assert len(said) == 8


def test_what_is_too_long_or_was_cut_is_in_no_form() -> None:
    change = {**THING, "field": "finalUrls", "after": ["x" * (LONGEST_FORM - 400)]}
    assert form_text(preview(change), PAGE) is not None
    assert form_text(preview(change, change), PAGE) is None
    assert form_text(preview({**THING, "action": "remove"}, warnings=["x"]), PAGE) is not None
    cut = preview({**THING, "action": "remove"}, warnings=["x" * (LONGEST + 1)])
    assert form_text(cut, PAGE) is None
