import pytest

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.resources.thing import refused
from wpp_mcp.models.changes import Change
from wpp_mcp.tools.google_ads.batches import Batch


def failing(error: WppError) -> Change:
    raise error


def test_in_part_only_what_is_asked_wrongly_is_left_out() -> None:
    """A Google that does not answer is no reason to do half."""
    batch = Batch(in_part=True)
    batch.add(lambda: failing(refused("ids", "there is none")))
    with pytest.raises(WppError) as caught:
        batch.add(lambda: failing(WppError(ErrorCode.GOOGLE_UNAVAILABLE)))
    assert caught.value.code is ErrorCode.GOOGLE_UNAVAILABLE


def test_a_batch_of_which_nothing_is_left_is_refused() -> None:
    batch = Batch(in_part=True)
    batch.add(lambda: failing(refused("ids", "there is none")))
    with pytest.raises(WppError, match="there is none"):
        batch.plan("USD")
    batch.leave_out(refused("ids", "it is so already"))
    with pytest.raises(WppError) as caught:
        batch.plan("USD")
    assert caught.value.code is ErrorCode.INVALID_REQUEST
    assert [d["problem"] for d in caught.value.details] == ["there is none", "it is so already"]
