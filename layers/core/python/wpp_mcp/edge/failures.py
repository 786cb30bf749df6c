"""Failed authentications in a delivery of CloudWatch Logs.

Not every 401 is an attempt. A client that knows nothing yet gets one (that is how it learns where
to sign in), one whose token ended gets one (that is how it learns to renew), and so does a person
whom the directory disabled: behind one office's address that is everyday traffic. What counts is a
credential that we never gave out.
"""

import base64
import binascii
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from wpp_mcp.access.context import Absence
from wpp_mcp.edge.viewer import network_of
from wpp_mcp.models import strict_json

SECURITY_MESSAGE: Final = "authentication failed"
_GZIP: Final = 31
"""zlib's name for the gzip format (its window bits)."""
_LONGEST: Final = 32 * 1024 * 1024
"""Bytes; CloudWatch Logs delivers up to 1 MB packed."""
_ENDED: Final = f"{Absence.BAD_TOKEN.value}: expired"


class UnreadableDeliveryError(ValueError):
    """It is not what CloudWatch Logs delivers."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed authentication.

    Parameters
    ----------
    network
        Of the address that it came from: what would be blocked for it.
    event_id
        Of the log line; the same when the line is delivered again.
    """

    network: str
    at: datetime
    event_id: str


def counts(reason: object) -> bool:
    """Whether a refusal for this reason is an attempt: a wrong API key, or a made-up token."""
    if not isinstance(reason, str) or reason == _ENDED:
        return False
    return reason.startswith((Absence.BAD_KEY.value, Absence.BAD_TOKEN.value))


def failures_in(delivery: object) -> list[Failure]:
    """Return the failures in the ``awslogs`` member of an event.

    Raises
    ------
    UnreadableDeliveryError
        There is no such delivery in it.
    """
    return list(_failures(_unpacked(delivery)))


def _unpacked(delivery: object) -> Mapping[str, Any]:
    try:
        packed = base64.b64decode(delivery["data"], validate=True)  # type: ignore[index]
        unpacking = zlib.decompressobj(_GZIP)
        text = unpacking.decompress(packed, _LONGEST)
        if not unpacking.eof:
            raise UnreadableDeliveryError("it is cut off, or too long")
        body = strict_json.loads(text)
    except (TypeError, KeyError, binascii.Error, zlib.error, strict_json.StrictJsonError) as error:
        raise UnreadableDeliveryError(type(error).__name__) from error
    if not isinstance(body, Mapping):
        raise UnreadableDeliveryError("it is no object")
    return body


def _failures(body: Mapping[str, Any]) -> Iterator[Failure]:
    # CloudWatch Logs also sends a CONTROL_MESSAGE now and then, to see whether we are there.
    if body.get("messageType") != "DATA_MESSAGE":
        return
    for event in body.get("logEvents", []):
        try:
            line = strict_json.loads(event["message"])
        except strict_json.StrictJsonError:
            continue
        network = _network(line)
        if network is not None:
            at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
            yield Failure(network, at, event["id"])


def _network(line: object) -> str | None:
    """Return whom a log line is about, where it is about a failure that counts."""
    if not isinstance(line, Mapping) or line.get("security") is not True:
        return None
    if line.get("message") != SECURITY_MESSAGE or not counts(line.get("reason")):
        return None
    address = line.get("address")
    return network_of(address) if isinstance(address, str) else None
