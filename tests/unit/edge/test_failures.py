import base64
import gzip
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.log_delivery import delivery, failure, packed
from wpp_mcp.edge.failures import Failure, UnreadableDeliveryError, counts, failures_in

AT = datetime(2026, 11, 21, 15, 30, 20, 5000, tzinfo=UTC)


def found(*texts: str) -> list[Failure]:
    return failures_in(delivery((f"id{n}", AT, text) for n, text in enumerate(texts))["awslogs"])


@pytest.mark.parametrize(
    "reason",
    ["bad API key", "bad token: signature", "bad token: not a JWT", "bad token: issuer",
     "bad token: unknown key id", "bad token: client id", "bad token: malformed"],
)  # fmt: skip
def test_a_credential_that_was_made_up_counts(reason: str) -> None:
    assert found(failure("198.51.100.7", reason)) == [Failure("198.51.100.7/32", AT, "id0")]


@pytest.mark.parametrize(
    "reason",
    ["no token", "bad token: expired", "bad session: unknown or ended", "no authorizer",
     "disabled", "not in the directory", "the directory says otherwise", "no console session",
     "bad session: cannot be read", None, 7],
)  # fmt: skip
def test_what_honest_clients_meet_every_day_does_not(reason: Any) -> None:
    assert counts(reason) is False
    assert found(failure("198.51.100.7", reason)) == []


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        '"authentication failed"',
        "[]",
        failure(None),
        failure("not an address"),
        failure("198.51.100.7", security="true"),
        failure("198.51.100.7", security=False),
        failure("198.51.100.7", message="refused"),
        failure("198.51.100.7").replace('"198.51.100.7"', "[1]"),
        failure("198.51.100.7")[:-5],
    ],
)
def test_any_other_line_blocks_nobody(text: str) -> None:
    assert found(text, failure("203.0.113.9")) == [Failure("203.0.113.9/32", AT, "id1")]


def test_the_question_whether_we_are_there_has_no_failures() -> None:
    assert (
        failures_in(packed({"messageType": "CONTROL_MESSAGE", "logEvents": [{}]})["awslogs"]) == []
    )


def _data(content: bytes) -> dict[str, Any]:
    return {"data": base64.b64encode(content).decode()}


@pytest.mark.parametrize(
    "awslogs",
    [None, {}, [], {"data": 7}, {"data": "not base64!"}, _data(b"not gzip"),
     _data(gzip.compress(b"{}", mtime=0)[:-6]), _data(gzip.compress(b"no JSON", mtime=0)),
     _data(gzip.compress(b"[]", mtime=0)),
     _data(gzip.compress(b" " * (33 * 1024 * 1024), mtime=0))],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_what_cloudwatch_does_not_send_is_refused(awslogs: Any) -> None:
    with pytest.raises(UnreadableDeliveryError):
        failures_in(awslogs)
