"""The Google Ads API, reading only: one client per call, bound to one granted account.

A client is never shared: one whose ``login_customer_id`` is set per call would leak it into the
next (facts.md). The google-ads library is loaded by the first call that needs it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wpp_mcp.errors import ErrorCode, WppError
from wpp_mcp.google.ads.errors import API_VERSION, translated
from wpp_mcp.google.ads.gaql.ast import Query
from wpp_mcp.google.ads.gaql.building import MAX_ROWS
from wpp_mcp.google.ads.gaql.render import render
from wpp_mcp.google.ads.rows import plain_rows
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.google.retries import repeat_read
from wpp_mcp.models.accounts import AccountRef

if TYPE_CHECKING:
    from google.ads.googleads.client import GoogleAdsClient

# The library writes requests and faults to the log as they are, past our filter.
logging.getLogger("google.ads.googleads.client").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """Rows as flat mappings from GAQL path to plain value.

    Parameters
    ----------
    matches
        How many rows the query matches, whatever its LIMIT.
    """

    rows: Sequence[dict[str, Any]]
    matches: int


class GoogleAds:
    """One granted account.

    Parameters
    ----------
    call
        The call that is served.
    account
        The granted account; every query goes to it.
    login_customer_id
        From the grant, never from the caller.
    """

    def __init__(
        self, call: GoogleCall, account: AccountRef, login_customer_id: str | None
    ) -> None:
        self._call = call
        self.account = account
        self._login_customer_id = login_customer_id

    def search(self, query: Query) -> SearchAnswer:
        """Run one governed query.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
        """
        if query.limit is None or query.limit > MAX_ROWS:
            raise WppError(ErrorCode.INTERNAL, reason="a query without a LIMIT reached Google")
        text = render(query)
        token = self._call.access_token()
        return repeat_read(self._call, lambda seconds: self._search(token, text, query, seconds))

    def _search(self, token: str, text: str, query: Query, seconds: float) -> SearchAnswer:
        login = self._login_customer_id
        with _service(self._call, token, "GoogleAdsService", login) as (client, service):
            request = client.get_type("SearchGoogleAdsRequest")
            request.customer_id = self.account.account_id
            request.query = text
            request.search_settings.return_total_results_count = True
            page = service.search(request=request, timeout=seconds, retry=None)
            answer = next(iter(page.pages))
            return SearchAnswer(
                plain_rows(answer.results, query.fields), int(answer.total_results_count)
            )


class GoogleAdsFields:
    """The catalogue of what can be queried. Belongs to no account."""

    def __init__(self, call: GoogleCall) -> None:
        self._call = call

    def search(self, query: str) -> list[Any]:
        """Run one query of the field service and return its messages.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
        """
        token = self._call.access_token()
        return repeat_read(self._call, lambda seconds: self._search(token, query, seconds))

    def _search(self, token: str, query: str, seconds: float) -> list[Any]:
        with _service(self._call, token, "GoogleAdsFieldService", None) as (_, service):
            pager = service.search_google_ads_fields(query=query, timeout=seconds, retry=None)
            return list(pager)


@contextmanager
def _service(
    call: GoogleCall, token: str, name: str, login_customer_id: str | None
) -> Iterator[tuple["GoogleAdsClient", Any]]:
    """Open a client and one of its services; errors inside come out as ours."""
    from google.ads.googleads.client import GoogleAdsClient
    from google.ads.googleads.errors import GoogleAdsException
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.oauth2.credentials import Credentials
    from grpc import RpcError

    from wpp_mcp.google.read_only import ReadOnlyChannel

    client = GoogleAdsClient(
        credentials=Credentials(token=token),  # type: ignore[no-untyped-call]
        developer_token=call.developer_token(),
        endpoint=call.endpoints.google_ads,
        login_customer_id=login_customer_id,
        version=API_VERSION,
        use_proto_plus=False,
    )
    service = client.get_service(name, interceptors=[ReadOnlyChannel()])
    try:
        yield client, service
    except GoogleAuthError as error:
        raise WppError(ErrorCode.GOOGLE_AUTH_EXPIRED, reason=type(error).__name__) from error
    except (GoogleAdsException, GoogleAPIError, RpcError) as error:
        raise translated(error) from error
    finally:
        service.transport.close()
