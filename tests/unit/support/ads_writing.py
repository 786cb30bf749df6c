"""The two halves of writing to Google Ads on the sandbox's emulator, as the product makes them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from tests.unit.support.emulated_writes import US, Writable, writable
from wpp_mcp.google.ads.connector import GoogleAds
from wpp_mcp.google.ads.resources import adapter_of
from wpp_mcp.google.ads.writable import AdsReader
from wpp_mcp.google.ads.writer import AdsWriter
from wpp_mcp.google.call import GoogleCall
from wpp_mcp.models.accounts import AccountRef, Api
from wpp_mcp.models.changes import Applied, Change
from wpp_mcp.models.time import Deadline
from wpp_mcp.runtime import Endpoints

ACCOUNT = AccountRef(Api.GOOGLE_ADS, US)
LOGIN = "1000000001"
MUTATE = "google-ads:Mutate"


@dataclass
class Played:
    """A world of its own, and our connectors for it."""

    google: Writable
    seconds: float = 25

    def call(self) -> GoogleCall:
        def now() -> Any:
            return self.google.now

        return GoogleCall(
            tokens=lambda _: self.google.world.google_token("practitioner"),
            developer_token=lambda: "sandbox",
            endpoints=Endpoints(google_ads=self.google.endpoint),
            deadline=Deadline(now, now() + timedelta(seconds=self.seconds)),
            chance=Random(7),
            sleep=lambda _: None,
        )

    @property
    def ads(self) -> GoogleAds:
        return GoogleAds(self.call(), ACCOUNT, LOGIN)

    @property
    def reader(self) -> AdsReader:
        return AdsReader(self.call(), ACCOUNT, LOGIN)

    @property
    def writer(self) -> AdsWriter:
        return AdsWriter(self.call(), ACCOUNT, LOGIN)

    def apply(self, *changes: Change, partial: bool = False) -> list[Applied]:
        return self.writer.apply(changes, partial=partial)

    def counts(self) -> Mapping[str, int]:
        return self.google.calls.snapshot()

    def values(self, change: Change, place: str) -> Mapping[str, Any]:
        """Return what Google has of a thing."""
        adapter = adapter_of(change)
        return adapter.read(self.ads, [place])[place].values

    def undone(self, changes: Sequence[Change], done: Sequence[Applied]) -> list[Applied]:
        """Undo in reverse order, each as the adapters say."""
        undos = [self.reader.undo(c, a).change for c, a in zip(changes, done, strict=True)]
        return [self.apply(undo)[0] for undo in reversed(undos) if undo]


@contextmanager
def played() -> Iterator[Played]:
    with writable() as google:
        yield Played(google)
