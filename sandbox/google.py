"""Google's APIs together: started and stopped as one, with one answer to where they are."""

from collections.abc import Callable
from datetime import datetime

from sandbox.faults import Calls, Faults
from sandbox.google_ads import GoogleAdsEmulator
from sandbox.google_analytics import GoogleAnalyticsEmulator
from sandbox.search_console import SearchConsoleEmulator
from sandbox.world import World
from wpp_mcp.runtime import Endpoints


class GoogleEmulators:
    """Every Google API that the product calls, over one world."""

    def __init__(
        self, *, world: World, clock: Callable[[], datetime], faults: Faults, calls: Calls
    ) -> None:
        self.ads = GoogleAdsEmulator(world=world, clock=clock, faults=faults, calls=calls)
        self.analytics = GoogleAnalyticsEmulator(
            world=world, clock=clock, faults=faults, calls=calls
        )
        self.search_console = SearchConsoleEmulator(
            world=world, clock=clock, faults=faults, calls=calls
        )

    def start(self) -> Endpoints:
        """Start all and return where they listen."""
        analytics = self.analytics.start()
        return Endpoints(
            google_ads=self.ads.start(),
            google_analytics_data=analytics,
            google_analytics_admin=analytics,
            search_console=self.search_console.start(),
        )

    def stop(self) -> None:
        """Stop all."""
        self.ads.stop()
        self.analytics.stop()
        self.search_console.stop()
