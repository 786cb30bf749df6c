"""J4: many expired Google tokens at once cost one call each, and nobody else anything."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.box import Sandbox
from tests.security.stored import POLICY, drop
from tests.support.api import USD, Api

EXPIRED = {"X-Google-Access-Token": "sandbox-google-expired-practitioner"}
OTHER = "other-practitioner"
MANY = 8
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "google-ads:Search": ("list_budgets", {"customerId": USD}),
    "google-analytics:GetProperty": ("get_property_details", {"propertyId": "300000001"}),
    "search-console:sites.get": ("get_property", {"siteUrl": "sc-domain:aster.example"}),
}


@pytest.fixture(autouse=True)
def room(box: Sandbox) -> Iterator[None]:
    """Limits that this test does not meet."""
    limits = {"callsPerMinute": 1000, "callsPerSecond": 1000, "accountCallsPerMinute": 1000}
    box.seeder.put(POLICY, {"policyVersion": "1", **limits})
    yield
    drop(box, POLICY)


@pytest.mark.parametrize("target", CALLS)
def test_expired_tokens_are_said_to_be_so_and_not_tried_again(api: Api, target: str) -> None:
    tool, params = CALLS[target]

    def call(number: int) -> str:
        with Api(api.box, paced=False) as client:
            if number == 0:
                answer = client.execute("list_budgets", {"customerId": "1000000201"}, role=OTHER)
                return str(answer.json()["success"])
            answer = client.execute(tool, params, headers=EXPIRED)
            return f"{answer.status_code} {answer.json()['error']['code']}"

    with ThreadPoolExecutor(MANY + 1) as pool:
        other, *expired = pool.map(call, range(MANY + 1))

    recorded = expired.count("424 GOOGLE_AUTH_EXPIRED")
    # A crowd on one person's chain may leave somebody without an entry, and so without an answer.
    assert recorded + expired.count("503 AUDIT_UNAVAILABLE") == MANY
    assert recorded >= MANY // 2
    assert other == "True"
    theirs = 1 if target == "google-ads:Search" else 0
    assert api.calls()[target] == MANY + theirs
