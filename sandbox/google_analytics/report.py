"""BetaAnalyticsData: RunReport."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from google.analytics.data_v1beta.types import RunReportResponse

from sandbox.google_analytics.compatibility import check_together, known
from sandbox.google_analytics.dates import days_of
from sandbox.google_analytics.dimensions import DIMENSIONS
from sandbox.google_analytics.evaluation import RANGE, Key, Outcome, Question, evaluate
from sandbox.google_analytics.failures import Refusal, wrong_field
from sandbox.google_analytics.filters import field_names, test_of
from sandbox.google_analytics.metrics import FORMER_NAMES, METRICS
from sandbox.google_analytics.properties import Property
from sandbox.google_analytics.quotas import Quotas
from sandbox.google_analytics.visits import RATES, Visits
from sandbox.google_analytics.writing import add_totals, ordered, page_of, write_headers, write_row
from sandbox.world import World

_RESPONSE: Final[Any] = RunReportResponse.pb()


class Reports:
    """Answers reports from the world.

    Parameters
    ----------
    clock
        Aware UTC; a property's today is this moment in its own time zone.
    """

    def __init__(self, world: World, clock: Callable[[], datetime], quotas: Quotas) -> None:
        self._world = world
        self._clock = clock
        self._quotas = quotas

    def run(self, request: Any, site: Property) -> Any:
        """Answer one report."""
        question = self._question(request, site)
        rate = _rate(request.currency_code, site.currency)
        low, high = page_of(request)
        thresholded = "age" in question.splits
        tokens = 2 + len(question.dimensions) * len(question.metrics)
        self._quotas.spend(site.number, tokens, thresholded=thresholded)
        outcome = evaluate(question, self._world.seed)
        response = _RESPONSE(row_count=len(outcome.rows), kind="analyticsData#runReport")
        metrics = [(name, METRICS[name].kind) for name in question.metrics]
        write_headers(response, question.dimensions, metrics)
        texts = partial(_texts, question.metrics, rate)
        for key in _in_order(request, question, outcome)[low:high]:
            write_row(response.rows, key, texts(outcome.rows[key]))
        if outcome.rows:
            totals = {name: texts(sums) for name, sums in outcome.totals.items()}
            add_totals(response, request, question.dimensions, totals)
        self._write_metadata(response.metadata, request, question, outcome)
        if request.return_property_quota:
            self._quotas.write(site.number, tokens, response.property_quota)
        return response

    def _question(self, request: Any, site: Property) -> Question:
        dimensions = known((d.name for d in request.dimensions), "dimension", DIMENSIONS)
        metrics = known((m.name for m in request.metrics), "metric", METRICS)
        if not dimensions and not metrics:
            raise Refusal("Requests require dimensions and/or metrics to be specified.")
        filtered = known(field_names(request.dimension_filter), "dimension", DIMENSIONS)
        measured = known(field_names(request.metric_filter), "metric", METRICS)
        check_together([*dimensions, *filtered], [*metrics, *measured])
        today = self._clock().astimezone(ZoneInfo(site.time_zone)).date()
        ranges = days_of(request.date_ranges, today)
        shown = [*dimensions, RANGE] if len(ranges) > 1 else dimensions
        return Question(
            site=site,
            dimensions=shown,
            metrics=metrics,
            ranges=ranges,
            names=frozenset([*dimensions, *filtered]),
            passes=test_of(request.dimension_filter),
            shows=_by_current_name(test_of(request.metric_filter)),
            keep_empty=request.keep_empty_rows,
            earliest=self._world.first_day(today),
            today=today,
        )

    def _write_metadata(
        self, metadata: Any, request: Any, question: Question, outcome: Outcome
    ) -> None:
        metadata.currency_code = request.currency_code or question.site.currency
        metadata.time_zone = question.site.time_zone
        metadata.data_loss_from_other_row = outcome.others
        if outcome.thresholded:
            metadata.subject_to_thresholding = True
        for read, there in outcome.samples(question.ranges):
            metadata.sampling_metadatas.add(samples_read_count=read, sampling_space_size=there)


def _by_current_name(test: Any) -> Any:
    return lambda read: test(lambda name: read(FORMER_NAMES.get(name, name)))


def _rate(asked: str, own: str) -> float:
    if not asked or asked == own:
        return 1.0
    if asked not in RATES:
        raise wrong_field("currencyCode", f"Invalid currencyCode {asked}.")
    return RATES[own] / RATES[asked]


def _texts(metrics: Sequence[str], rate: float, sums: Visits) -> list[str]:
    return [METRICS[name].text(sums, rate) for name in metrics]


def _in_order(request: Any, question: Question, outcome: Outcome) -> list[Key]:
    def value(key: Key, name: str) -> float:
        return METRICS[name].measure(outcome.rows[key])

    metrics = {**{former: now for former, now in FORMER_NAMES.items() if now in question.metrics}}
    metrics |= {name: name for name in question.metrics}
    return ordered(list(outcome.rows), request.order_bys, question.dimensions, metrics, value)
