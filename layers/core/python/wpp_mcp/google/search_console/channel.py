"""Opening Google's client for one request, behind a wall that says what may leave."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# The library writes answers to the log as they are, past our filter.
logging.getLogger("googleapiclient").setLevel(logging.CRITICAL + 1)


@contextmanager
def opened(
    endpoint: str,
    token: str,
    seconds: float,
    wall: Callable[[Any], Any],
    request_class: type[Any],
) -> Iterator[Any]:
    """Open a client of Google's library whose requests may take so many seconds.

    Parameters
    ----------
    wall
        Gets what sends requests with the token on them; returns what stands before it.
    request_class
        Checks which methods may be asked.
    """
    import httplib2
    from google.oauth2.credentials import Credentials
    from google_auth_httplib2 import AuthorizedHttp
    from googleapiclient.discovery import build

    http = httplib2.Http(cache=None, timeout=seconds, proxy_info=None)
    http.follow_redirects = False
    authorized = AuthorizedHttp(
        Credentials(token=token),  # type: ignore[no-untyped-call]
        http=http,
        refresh_status_codes=(),
        max_refresh_attempts=0,
    )
    service = build(
        "searchconsole",
        "v1",
        http=wall(authorized),
        requestBuilder=request_class,
        static_discovery=True,
        cache_discovery=False,
        client_options={"api_endpoint": f"{endpoint}/"},
    )
    try:
        yield service
    finally:
        service.close()
