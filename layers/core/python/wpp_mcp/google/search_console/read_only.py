"""The wall between reading and writing, and round one property: where requests leave.

Imported by the connector when it opens a client, because it needs Google's library.
"""

import json
import re
from typing import Any, Final
from urllib.parse import quote, urlsplit

from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.http import HttpRequest

from wpp_mcp.models.accounts import AccountRef

_SITE: Final = r"/webmasters/v3/sites/(?P<site>[^/]+)"
_INSPECT: Final = "searchconsole.urlInspection.index.inspect"
READ_CALLS: Final = {
    "webmasters.sites.get": ("GET", re.compile(_SITE)),
    "webmasters.searchanalytics.query": ("POST", re.compile(rf"{_SITE}/searchAnalytics/query")),
    "webmasters.sitemaps.list": ("GET", re.compile(rf"{_SITE}/sitemaps")),
    "webmasters.sitemaps.get": ("GET", re.compile(rf"{_SITE}/sitemaps/[^/]+")),
    _INSPECT: ("POST", re.compile(r"/v1/urlInspection/index:inspect")),
}
"""Method id to HTTP method and path; what is not here is refused, so a new one of Google's is."""


class ReadOnlyError(RuntimeError):
    """Code of ours tried to call something that is not on the read list, or another property."""


class ReadOnlyRequest(HttpRequest):  # type: ignore[misc]
    """A request of Google's library; refuses each method that is not on the read list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.methodId not in READ_CALLS:
            raise ReadOnlyError(f"not on the read list: {self.methodId}")


class BoundHttp:
    """Lets out what is on the read list and about one property, to one endpoint.

    Parameters
    ----------
    http
        Puts the token on the request and sends it.
    endpoint
        As ``https://searchconsole.googleapis.com``.
    """

    def __init__(self, http: AuthorizedHttp, endpoint: str, account: AccountRef) -> None:
        self._http = http
        self._endpoint = endpoint
        self._site_url = account.account_id

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Any = None
    ) -> tuple[Any, bytes]:
        """Check and send one request; return httplib2's response and the content.

        Raises
        ------
        ReadOnlyError
            It may not leave.
        """
        self._check(uri, method, body)
        answer: tuple[Any, bytes] = self._http.request(
            uri, method=method, body=body, headers=headers, redirections=0
        )
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _check(self, uri: str, method: str, body: Any) -> None:
        target = urlsplit(uri)
        if f"{target.scheme}://{target.netloc}" != self._endpoint:
            raise ReadOnlyError("another endpoint")
        for method_id, (http_method, path) in READ_CALLS.items():
            match = path.fullmatch(target.path)
            if match and method == http_method:
                site = match.groupdict().get("site")
                if method_id == _INSPECT:
                    site = quote(str(json.loads(body).get("siteUrl")), safe="")
                if site != quote(self._site_url, safe=""):
                    raise ReadOnlyError("another property")
                return
        raise ReadOnlyError(f"not on the read list: {method} {target.path}")
