"""Writes to Google Ads: checked as Google checks them, then carried out in the world."""

from sandbox.google_ads.mutate.service import Mutations

__all__ = ["Mutations"]
