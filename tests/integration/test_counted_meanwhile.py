"""A list of tools is counted where other calls are counted at the same moment."""

from datetime import timedelta

import pytest

from tests.support.api import Api
from wpp_mcp.storage.rate_counters import Window

UPDATE = "dynamodb:UpdateItem"


@pytest.mark.parametrize("way", ["execute", "rpc"])
def test_a_place_that_goes_to_another_call_meanwhile_is_a_breach_and_no_failure(
    api: Api, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Between the look at the counter and the count of a list of tools another call gets in."""
    api.send("GET", "/mcp/tools/list", role="practitioner")
    count = api.box.calls.count

    def meanwhile(target: str) -> None:
        count(target)
        if target == UPDATE:
            for minute in (0, 1):
                window = Window(api.box.clock() + timedelta(minutes=minute))
                full = window.user_key("practitioner@north.example")
                api.box.seeder.put(full, {"n": 120, "expirationTime": 4_000_000_000})

    monkeypatch.setattr(api.box.calls, "count", meanwhile)

    if way == "execute":
        answer = api.send("GET", "/mcp/tools/list", role="practitioner")
        assert answer.status_code == 429
        error = answer.json()["error"]
    else:
        answer = api.rpc("tools/list")
        error = answer.json()["error"]["data"]

    assert error["code"] == "RATE_LIMITED"
    assert answer.headers["Retry-After"] == "1"
    assert "tools" not in answer.json()
    api.box.clock.advance(timedelta(minutes=2))
