"""What the played Google Ads refuses and takes about labels."""

from typing import Any

import pytest

from tests.unit.support.emulated_writes import (
    Writable,
    create,
    name,
    refused,
    remove,
    update,
)

RUNNING = name("campaigns", 1000003)


LABEL = name("labels", 1000080)


@pytest.mark.parametrize(
    ("operation", "code", "field"),
    [
        (create("label"), "field_error.REQUIRED", "name"),
        (create("label", name="ALWAYS on"), "label_error.DUPLICATE_NAME", "name"),
        (create("label", name="x" * 81), "string_length_error.TOO_LONG", "name"),
        (
            create("label", name="x", text_label={"background_color": "red"}),
            "string_format_error.INVALID_FORMAT",
            "text_label.background_color",
        ),
        (
            create("label", name="x", text_label={"description": "x" * 201}),
            "string_length_error.TOO_LONG",
            "text_label.description",
        ),
        (update("label", LABEL, name="Seasonal"), "label_error.DUPLICATE_NAME", "name"),
        (update("label", LABEL, status="REMOVED"), "field_error.IMMUTABLE_FIELD", "status"),
        (
            create("campaign_label", campaign=RUNNING, label=LABEL),
            "campaign_error.CAMPAIGN_LABEL_ALREADY_EXISTS",
            "",
        ),
        (
            create("campaign_label", campaign=RUNNING, label=name("labels", 5)),
            "mutate_error.RESOURCE_NOT_FOUND",
            "label",
        ),
        (create("campaign_label", campaign=RUNNING), "field_error.REQUIRED", "label"),
        (
            remove("campaign_label", name("campaignLabels", 1000003, 1000081)),
            "campaign_error.CAMPAIGN_LABEL_DOES_NOT_EXIST",
            "",
        ),
    ],
)
def test_labels(unchanged: Writable, operation: Any, code: str, field: str) -> None:
    assert refused(unchanged, operation) == (code, field)


def test_a_removed_label_comes_off_everywhere(ads: Writable) -> None:
    ads.mutate(
        update("label", LABEL, mask="text_label.background_color",
               text_label={"background_color": "#00ff00"})
    )  # fmt: skip
    assert ads.account().labels[1000080].color == "#00ff00"
    ads.mutate(remove("label", LABEL))
    assert not [pair for pair in ads.account().campaign_labels if pair[1] == 1000080]
    code = ads.code(create("campaign_label", campaign=RUNNING, label=LABEL))
    assert code == "label_error.CANNOT_APPLY_INACTIVE_LABEL"
    ads.mutate(create("label", name="Always on"))
