"""A person's browser: Chromium's headless shell, which a test opens pages and clicks with.

The browser is the one that npm carries, with the libraries it needs, for Linux on x86-64. Elsewhere
name a Chromium in the environment variable ``TEST_CHROMIUM``. It keeps every rule of the web
(cookies, content security policy, frames) and reaches nothing but this machine.

Example
-------
>>> with Browser() as page:  # doctest: +SKIP
...     page.open(url)
...     page.click("Allow")
...     page.wait_for("http://127.0.0.1:*/callback?*")
...     assert page.violations == []
"""

import json
import os
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from tests.support.node import BROWSER, packages, started

LIMIT: Final = 10.0
"""Seconds that a page has for what it is asked."""


class BrowserError(RuntimeError):
    """The browser could not do it, or not in time."""


@dataclass(frozen=True, slots=True)
class Named:
    """What assistive technology reads out: what it is, and its name."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Violation:
    """What a content security policy stopped; ``blocked`` is empty for what is in the page."""

    directive: str
    blocked: str


@dataclass(frozen=True, slots=True)
class Visit:
    """An answer that the page's address was led through, redirects included."""

    method: str
    status: int
    url: str


class Page:
    """One page of the browser, and everything that happened in it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def anew(self, *, javascript: bool = True) -> None:
        """Go on as a person who was never here: no cookies, and nothing that happened before."""
        self._ask("anew", javascript=javascript)

    def open(self, url: str) -> int:
        """Go to an address; return the status of the answer that was shown in the end."""
        status: int = self._ask("open", url=url)
        return status

    def click(self, label: str) -> None:
        """Click the one button, link, radio button or box of this accessible name."""
        self._ask("click", label=label)

    def fill(self, label: str, text: str) -> None:
        """Type into the field of this label."""
        self._ask("fill", label=label, text=text)

    def wait_for(self, address: str) -> str:
        """Wait until the page has loaded at an address, in which ``*`` stands for anything."""
        self._ask("wait", address=address)
        return self.url

    def wait_for_violation(self, directive: str) -> Violation:
        """Wait until the policy's directive has stopped something."""
        return Violation(**self._ask("violation", directive=directive))

    def screenshot(self, path: Path) -> None:
        """Write what the page looks like, in its full length, as PNG."""
        self._ask("screenshot", path=str(path))

    @property
    def url(self) -> str:
        """Where the page is now."""
        return str(self._ask("url"))

    @property
    def title(self) -> str:
        """The document's title."""
        return str(self._ask("title"))

    @property
    def text(self) -> str:
        """What a person can read, without what is hidden."""
        return str(self._ask("text"))

    @property
    def html(self) -> str:
        """The document as it is now, hidden fields included."""
        return str(self._ask("html"))

    @property
    def names(self) -> list[Named]:
        """Everything that has an accessible name, in the order of the document."""
        return [Named(**one) for one in self._ask("names")]

    @property
    def frames(self) -> list[str]:
        """The addresses of the page and the frames in it; a refused one is an error page's."""
        return list(self._ask("frames"))

    @property
    def cookies(self) -> list[dict[str, Any]]:
        """The cookies that the browser keeps, with their attributes."""
        return list(self._ask("cookies"))

    @property
    def errors(self) -> list[str]:
        """What the console shows as errors."""
        return list(self._ask("errors"))

    @property
    def violations(self) -> list[Violation]:
        """What content security policies stopped."""
        return [Violation(**one) for one in self._ask("violations")]

    @property
    def visits(self) -> list[Visit]:
        """Where the page has been led, oldest first."""
        return [Visit(**one) for one in self._ask("visits")]

    def _ask(self, command: str, **given: Any) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        # The driver keeps the limit itself; this is for a driver that hangs.
        watch = threading.Timer(3 * LIMIT, self._process.kill)
        watch.start()
        try:
            line = self._process.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise BrowserError("the browser is gone")
        said = json.loads(line)
        if "error" in said:
            raise BrowserError(said["error"])
        return said["value"]


class Browser:
    """A browser without history, for as long as the ``with`` lasts.

    Parameters
    ----------
    javascript
        Whether pages may run scripts.
    width, height
        The window's size in pixels.
    """

    def __init__(self, *, javascript: bool = True, width: int = 1280, height: int = 800) -> None:
        self._options = {"javascript": javascript, "width": width, "height": height}

    def __enter__(self) -> Page:
        installed = packages(BROWSER, unpack=BROWSER / "unpack.mjs")
        options = {
            **self._options,
            "folder": str(installed / ".unpacked"),
            "executable": os.environ.get("TEST_CHROMIUM"),
            "limit": LIMIT * 1000,
        }
        self._said = tempfile.TemporaryFile("w+")
        self._process = started(BROWSER / "driver.mjs", json.dumps(options), stderr=self._said)
        page = Page(self._process)
        try:
            page._heard()
        except BrowserError as error:
            self._end()
            self._said.seek(0)
            said = self._said.read()
            self._said.close()
            raise BrowserError(f"the browser did not start:\n{said}") from error
        return page

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        self._said.close()

    def _end(self) -> None:
        try:
            # The driver closes the browser when its input ends.
            self._process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
