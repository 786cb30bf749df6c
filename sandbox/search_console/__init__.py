"""The Search Console API, played on loopback from the sandbox world."""

from sandbox.search_console.server import SearchConsoleEmulator

__all__ = ["SearchConsoleEmulator"]
