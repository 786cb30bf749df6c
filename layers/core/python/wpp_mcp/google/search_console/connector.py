"""The Search Console API, reading only: one client per call, bound to one granted property.

Google's library is loaded by the first call that needs it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.retries import repeat_read
from wpp_mcp.google.search_console.channel import opened
from wpp_mcp.google.search_console.coverage import require_covered
from wpp_mcp.google.search_console.errors import translated, unreachable
from wpp_mcp.models.accounts import AccountRef

MAX_ROWS: Final = 10_000
"""Rows of one query at most."""

Build = Callable[[Any], Any]
"""From the library's service to one of its requests."""


class SearchConsole:
    """One granted property.

    Parameters
    ----------
    call
        The call that is served.
    account
        The granted property; every request goes to it.

    Notes
    -----
    Every method raises `WppError` with a ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
    """

    def __init__(self, call: GoogleCall, account: AccountRef) -> None:
        self._call = call
        self.account = account

    def site(self) -> dict[str, Any]:
        """Return the property and the user's permission on it."""
        return self._read(lambda service: service.sites().get(siteUrl=self.account.account_id))

    def search_analytics(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to one query of Search Analytics, in Google's names."""
        if not 1 <= query.get("rowLimit", 0) <= MAX_ROWS:
            raise WppError(ErrorCode.INTERNAL, reason="a query without a rowLimit reached Google")
        site_url, body = self.account.account_id, dict(query)
        return self._read(
            lambda service: service.searchanalytics().query(siteUrl=site_url, body=body)
        )

    def sitemaps(self, index: str | None = None) -> list[dict[str, Any]]:
        """Return the sitemaps of the property, or those that a sitemap index names.

        Raises
        ------
        WppError
            ``ACCOUNT_NOT_AUTHORIZED`` for an index outside the property.
        """
        parameters = {"siteUrl": self.account.account_id}
        if index is not None:
            require_covered(self.account, index)
            parameters["sitemapIndex"] = index
        answer = self._read(lambda service: service.sitemaps().list(**parameters))
        found: list[dict[str, Any]] = answer.get("sitemap", [])
        return found

    def sitemap(self, url: str) -> dict[str, Any]:
        """Return one sitemap.

        Raises
        ------
        WppError
            ``ACCOUNT_NOT_AUTHORIZED`` for a sitemap outside the property.
        """
        require_covered(self.account, url)
        site_url = self.account.account_id
        return self._read(lambda service: service.sitemaps().get(siteUrl=site_url, feedpath=url))

    def inspect(self, url: str, language: str) -> dict[str, Any]:
        """Return what Google's index knows of a URL.

        Raises
        ------
        WppError
            ``ACCOUNT_NOT_AUTHORIZED`` for a URL outside the property.
        """
        require_covered(self.account, url)
        site_url = self.account.account_id
        body = {"inspectionUrl": url, "siteUrl": site_url, "languageCode": language}
        answer = self._read(lambda service: service.urlInspection().index().inspect(body=body))
        result: dict[str, Any] = answer.get("inspectionResult", {})
        return result

    def _read(self, build: Build) -> dict[str, Any]:
        token = self._call.access_token()
        return repeat_read(self._call, lambda seconds: self._once(token, build, seconds))

    def _once(self, token: str, build: Build, seconds: float) -> dict[str, Any]:
        from wpp_mcp.google.search_console.read_only import BoundHttp, ReadOnlyRequest

        endpoint = self._call.endpoints.search_console
        wall = partial(BoundHttp, endpoint=endpoint, account=self.account)
        with opened(endpoint, token, seconds, wall, ReadOnlyRequest) as service:
            return _executed(build(service))


def _executed(request: Any) -> dict[str, Any]:
    """Send a request, once; errors come out as ours."""
    from http.client import HTTPException

    from google.auth.exceptions import GoogleAuthError
    from googleapiclient.errors import Error, HttpError
    from httplib2 import HttpLib2Error

    try:
        answer = request.execute(num_retries=0)
    except HttpError as error:
        raise translated(error.status_code, error.resp, error.content) from error
    except GoogleAuthError as error:
        raise WppError(ErrorCode.GOOGLE_AUTH_EXPIRED, reason=type(error).__name__) from error
    except (Error, HttpLib2Error, HTTPException, OSError, ValueError) as error:
        # ValueError: an answer that is not even text.
        raise unreachable(error) from error
    if not isinstance(answer, dict):
        # The library hands out as text what is not JSON.
        raise WppError(ErrorCode.GOOGLE_UNAVAILABLE, reason="not a JSON object")
    return answer
