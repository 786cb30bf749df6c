"""The Analytics Data and Admin APIs, reading only, bound to one granted property.

Google's libraries are loaded by the first call that needs them.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from wpp_mcp.google.analytics.clients import admin_client, asked, data_client
from wpp_mcp.google.analytics.fields import FieldEntry, catalogue_of, compatibility_of
from wpp_mcp.google.analytics.report import Report, report_of
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.models.accounts import AccountRef

# The libraries would write requests and answers to the log as they are, past our filter.
for _name in ("google.analytics.data_v1beta", "google.analytics.admin_v1beta"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

MAX_ROWS: Final = 10_000
"""Rows of one report at most."""


class GoogleAnalytics:
    """One granted property.

    Parameters
    ----------
    call
        The call that is served.
    account
        The granted property; every request goes to it.
    """

    def __init__(self, call: GoogleCall, account: AccountRef) -> None:
        self._call = call
        self.account = account

    @property
    def _name(self) -> str:
        return f"properties/{self.account.account_id}"

    def report(self, question: Mapping[str, Any]) -> Report:
        """Run a report.

        Parameters
        ----------
        question
            The fields of Google's RunReportRequest but the property.

        Raises
        ------
        WppError
            A ``GOOGLE_…`` code or ``DEADLINE_EXCEEDED``.
        """
        from google.analytics.data_v1beta.types import RunReportRequest

        request = RunReportRequest({**question, "property": self._name})
        with data_client(self._call) as client:
            return report_of(asked(self._call, client.run_report, request))

    def realtime(self, question: Mapping[str, Any]) -> Report:
        """Run a realtime report.

        Parameters
        ----------
        question
            The fields of Google's RunRealtimeReportRequest but the property.

        Raises
        ------
        WppError
            As `report`.
        """
        from google.analytics.data_v1beta.types import RunRealtimeReportRequest

        request = RunRealtimeReportRequest({**question, "property": self._name})
        with data_client(self._call) as client:
            return report_of(asked(self._call, client.run_realtime_report, request))

    def fields(self) -> list[FieldEntry]:
        """Return the dimensions and metrics that the property has.

        Raises
        ------
        WppError
            As `report`.
        """
        with data_client(self._call) as client:
            request = {"name": f"{self._name}/metadata"}
            return catalogue_of(asked(self._call, client.get_metadata, request))

    def compatible_fields(
        self, dimensions: Sequence[str], metrics: Sequence[str]
    ) -> list[FieldEntry]:
        """Return each dimension and metric, and whether it can be added to those named.

        Raises
        ------
        WppError
            As `report`; ``GOOGLE_INVALID_REQUEST`` where the named ones do not fit each other.
        """
        request = {
            "property": self._name,
            "dimensions": _named(dimensions),
            "metrics": _named(metrics),
        }
        with data_client(self._call) as client:
            return compatibility_of(asked(self._call, client.check_compatibility, request))

    def details(self) -> Any:
        """Return the property as Google's Admin API describes it.

        Raises
        ------
        WppError
            As `report`.
        """
        with admin_client(self._call) as client:
            return asked(self._call, client.get_property, {"name": self._name})


def _named(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]
