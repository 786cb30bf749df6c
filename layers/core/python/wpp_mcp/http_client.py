"""Plain HTTP to addresses of ours: the user pool, Google's OAuth endpoints, OMA, ourselves.

The addresses come from the code or the configuration, never from a caller. No redirect is
followed: an answer that points elsewhere is an error.
"""

import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import Final

_MAX_DOCUMENT: Final = 256 * 1024
_FETCH_TIMEOUT_SECONDS: Final = 2.0
_ASK_TIMEOUT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is 200."""
        return self.status == HTTPStatus.OK


def fetch(url: str) -> bytes:
    """Return the document at an address of ours: 2 s, 256 KB, no redirects.

    Raises
    ------
    OSError
        Not reachable, not 200, or too large.
    """
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - an address of ours
    answer = _sent(request, _FETCH_TIMEOUT_SECONDS)
    if not answer.ok:
        raise OSError(f"status {answer.status}")
    return answer.body


def post_form(url: str, fields: Mapping[str, str]) -> Answer:
    """Send a form to an address of ours and return the answer: 5 s, 256 KB, no redirects.

    Raises
    ------
    OSError
        Not reachable, or the answer is too large.
    """
    request = urllib.request.Request(  # noqa: S310 - an address of ours
        url,
        data=urllib.parse.urlencode(fields).encode(),
        headers={
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        method="POST",
    )
    return _sent(request, _ASK_TIMEOUT_SECONDS)


def get(url: str) -> Answer:
    """Ask an address of ours and return the answer, whatever its status: 5 s, 256 KB, no redirects.

    Raises
    ------
    OSError
        Not reachable, or the answer is too large.
    """
    request = urllib.request.Request(url, headers={"Accept": "application/json"})  # noqa: S310 - an address of ours
    return _sent(request, _ASK_TIMEOUT_SECONDS)


def post_json(url: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Send JSON to an address of ours and return the answer: 5 s, 256 KB, no redirects.

    Raises
    ------
    OSError
        Not reachable, or the answer is too large.
    """
    request = urllib.request.Request(  # noqa: S310 - an address of ours
        url,
        data=body.encode(),
        headers={**headers, "Accept": "application/json", "Content-Type": "application/json"},
        method="POST",
    )
    return _sent(request, _ASK_TIMEOUT_SECONDS)


def _sent(request: urllib.request.Request, seconds: float) -> Answer:
    # Without the handlers of redirects and of errors: every status is an answer.
    opener = urllib.request.OpenerDirector()
    opener.add_handler(urllib.request.HTTPHandler())
    opener.add_handler(urllib.request.HTTPSHandler())
    try:
        with opener.open(request, timeout=seconds) as answer:
            body: bytes = answer.read(_MAX_DOCUMENT + 1)
            status = int(answer.status)
    except HTTPException as error:
        raise OSError("not an answer in HTTP") from error
    if len(body) > _MAX_DOCUMENT:
        raise OSError("document too large")
    return Answer(status, body)
