"""The Google Ads API, played on loopback from the sandbox world."""

from sandbox.google_ads.server import GoogleAdsEmulator

__all__ = ["GoogleAdsEmulator"]
