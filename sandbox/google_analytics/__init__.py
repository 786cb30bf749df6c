"""The Google Analytics Data and Admin APIs, played on loopback from the sandbox world."""

from sandbox.google_analytics.server import GoogleAnalyticsEmulator

__all__ = ["GoogleAnalyticsEmulator"]
