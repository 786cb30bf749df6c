"""GoogleAdsService: Search and SearchStream."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from google.ads.googleads.v26.enums.types.summary_row_setting import SummaryRowSettingEnum
from google.ads.googleads.v26.services.types.google_ads_service import (
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamResponse,
)

from sandbox.google_ads.authorization import Headers, reachable
from sandbox.google_ads.change_checks import check_changes
from sandbox.google_ads.checks import checked, parsed
from sandbox.google_ads.entities import Account
from sandbox.google_ads.evaluation import Row, evaluate
from sandbox.google_ads.failures import Refusal
from sandbox.google_ads.paging import PAGE_SIZE, page_offset, page_token
from sandbox.google_ads.rows import RowWriter
from sandbox.world import World
from sandbox.world.traffic import total
from wpp_mcp.google.ads.gaql.ast import Query

_RESPONSE: Final[Any] = SearchGoogleAdsResponse.pb()
_STREAM_RESPONSE: Final[Any] = SearchGoogleAdsStreamResponse.pb()
_SUMMARY: Final[Any] = SummaryRowSettingEnum.SummaryRowSetting


@dataclass(frozen=True, slots=True)
class _Results:
    """All rows of one query, LIMIT applied; ``matching`` counts those without it."""

    query: Query
    rows: list[Row]
    matching: int
    writer: RowWriter

    def summary(self) -> Any:
        """Return the sums over all rows.

        Raises
        ------
        Refusal
            Where the query selects no metrics.
        """
        if not self.writer.has_metrics:
            raise Refusal(
                "request_error",
                "CANNOT_RETURN_SUMMARY_ROW_FOR_REQUEST_WITHOUT_METRICS",
                "Cannot return summary row for a request without metrics.",
            )
        return self.writer.summary(total([row.totals for row in self.rows]))


class Search:
    """Answers queries from the world.

    Parameters
    ----------
    clock
        Aware UTC; an account's today is this moment in its own time zone.
    """

    def __init__(self, world: World, clock: Callable[[], datetime]) -> None:
        self._world = world
        self._clock = clock

    def search(self, request: Any, headers: Headers) -> Any:
        """Answer one page."""
        if request.page_size:
            raise Refusal(
                "request_error",
                "PAGE_SIZE_NOT_SUPPORTED",
                "Setting the page size is not supported. Search Responses will have fixed page "
                f"size of '{PAGE_SIZE}' rows.",
                path=("page_size",),
            )
        results = self._results(request, headers, validate_only=request.validate_only)
        if request.validate_only:
            return _RESPONSE()
        return _page(request, results)

    def search_stream(self, request: Any, headers: Headers, request_id: str) -> Iterator[Any]:
        """Answer everything, in batches."""
        results = self._results(request, headers)
        setting = request.summary_row_setting
        wants_summary = setting in {
            _SUMMARY.SUMMARY_ROW_WITH_RESULTS.value,
            _SUMMARY.SUMMARY_ROW_ONLY.value,
        }
        summary = results.summary() if wants_summary else None
        if setting != _SUMMARY.SUMMARY_ROW_ONLY.value:
            for offset in range(0, len(results.rows), PAGE_SIZE):
                rows = results.rows[offset : offset + PAGE_SIZE]
                response = _STREAM_RESPONSE(request_id=request_id)
                response.results.extend(results.writer.write(rows))
                response.field_mask.paths.extend(results.query.fields)
                yield response
        if summary is not None:
            yield _STREAM_RESPONSE(summary_row=summary, request_id=request_id)

    def _results(self, request: Any, headers: Headers, *, validate_only: bool = False) -> _Results:
        account = reachable(self._world, headers, request.customer_id)
        query = parsed(request.query)
        resource = checked(query, manager=account.manager)
        now = self._clock()
        local = now.astimezone(ZoneInfo(account.time_zone))
        check_changes(query, local)
        writer = RowWriter(query, resource)
        rows = evaluate(query, resource, Account(self._world, account, now), local.date())
        if validate_only:
            rows = []
        return _Results(query, rows[: query.limit], len(rows), writer)


def _page(request: Any, results: _Results) -> Any:
    bound = (request.customer_id, request.query)
    offset = page_offset(request.page_token, *bound)
    settings = request.search_settings
    response = _RESPONSE()
    response.field_mask.paths.extend(results.query.fields)
    if settings.return_total_results_count:
        response.total_results_count = results.matching
    end = offset + PAGE_SIZE
    if not settings.omit_results:
        response.results.extend(results.writer.write(results.rows[offset:end]))
        if end < len(results.rows):
            response.next_page_token = page_token(end, *bound)
    if settings.return_summary_row and not response.next_page_token:
        response.summary_row.CopyFrom(results.summary())
    return response
