"""A person at a browser without a window: follows links, keeps cookies, presses buttons.

Runs no scripts: the product's pages have none. It visits one site, and stops where it is led
elsewhere, as at a client's own address at the end of a sign-in.
"""

from collections.abc import Mapping
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import httpx2

from sandbox.page import Form, Page

_MOST_STEPS: Final = 10


class StoppedError(Exception):
    """The person was led to another site.

    Parameters
    ----------
    address
        Where; it was not visited.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class BrowsingError(Exception):
    """A page or a cookie is not as a browser takes it; the text says why."""


class Person:
    """Somebody with a browser of their own.

    ``__Host-`` cookies demand TLS; browsers take loopback for as good, and so does this one. It
    refuses a cookie that breaks the rules of the prefix (RFC 6265bis §4.1.3.2).

    Parameters
    ----------
    site
        The origin that is visited, for example ``http://127.0.0.1:8787``.
    """

    def __init__(self, site: str) -> None:
        self.site = site
        self.url = site
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        self.visited: list[str] = []
        self.answer: httpx2.Response
        self._http = httpx2.Client(timeout=60, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the browser."""
        self._http.close()

    @property
    def status(self) -> int:
        """The status of the answer that is shown."""
        return self.answer.status_code

    @property
    def html(self) -> str:
        """The answer that is shown, as it came."""
        return self.answer.text

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the answer that is shown."""
        return self.answer.headers

    @property
    def page(self) -> str:
        """The text of the page, in one line."""
        return self.seen.text

    @property
    def seen(self) -> Page:
        """The page that is shown, read."""
        return Page(self.html)

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        return self.seen.forms

    @property
    def links(self) -> list[str]:
        """Where the page's links lead."""
        return [urljoin(self.url, link) for link in self.seen.links]

    def open(self, url: str, *, follow: bool = True) -> Self:
        """Open an address, and go where it leads.

        Raises
        ------
        StoppedError
            It leads to another site.
        """
        return self._go("GET", urljoin(self.site, url), follow=follow)

    def submit(
        self,
        button: str,
        *,
        headers: Mapping[str, str | None] | None = None,
        follow: bool = True,
        **fields: str | None,
    ) -> Self:
        """Press a button, by how its text begins or its value; a field of ``None`` is left out.

        Raises
        ------
        StoppedError
            It leads to another site.
        BrowsingError
            The page has no such button.
        """
        form, (_, name, value) = self._button(button)
        sent = {**form.fields, **({name: value} if name else {}), **fields}
        kept = {n: v for n, v in sent.items() if v is not None}
        action = urljoin(self.url, form.action)
        return self.send(form.method, action, kept, headers=headers, follow=follow)

    def _button(self, button: str) -> tuple[Form, tuple[str, str, str]]:
        for form in self.forms:
            for one in form.buttons:
                if button == one[2] or one[0].startswith(button):
                    return form, one
        raise BrowsingError(f"no button {button!r} on this page: {self.page[:200]}")

    def send(
        self,
        method: str,
        url: str,
        form: Mapping[str, str],
        *,
        headers: Mapping[str, str | None] | None = None,
        follow: bool = True,
    ) -> Self:
        """Send a form as a browser does, from the page that is open.

        Raises
        ------
        StoppedError
            It leads to another site.
        """
        usual: dict[str, str | None] = {
            "Origin": "{0.scheme}://{0.netloc}".format(urlsplit(self.url)),
            "Sec-Fetch-Site": "same-origin",
        }
        sent = {n: v for n, v in {**usual, **(headers or {})}.items() if v is not None}
        return self._go(method, urljoin(self.site, url), form, sent, follow=follow)

    def _go(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        follow: bool = True,
    ) -> Self:
        for _ in range(_MOST_STEPS):
            if not url.startswith(f"{self.site}/"):
                raise StoppedError(url)
            self._ask(method, url, form, dict(headers or {}))
            onward = self.headers.get("Location") or self.seen.onward
            if not onward or not follow:
                return self
            method, url, form, headers = "GET", urljoin(self.url, onward), None, None
        raise BrowsingError(f"going round in circles: {self.visited[-_MOST_STEPS:]}")

    def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None, headers: dict[str, str]
    ) -> None:
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        self.answer = self._http.request(method, url, headers=headers, data=form)
        self.url = url
        self.visited.append(url)
        self.set_cookies = self.answer.headers.get_list("set-cookie")
        for cookie in self.set_cookies:
            self._keep(cookie)

    def _keep(self, cookie: str) -> None:
        pair, *rest = [part.strip() for part in cookie.split(";")]
        name, _, value = pair.partition("=")
        marks = {mark.lower() for mark in rest}
        host_only = not [mark for mark in marks if mark.startswith("domain")]
        if name.startswith("__Host-") and not ({"secure", "path=/"} <= marks and host_only):
            raise BrowsingError(f"a browser refuses this cookie: {cookie}")
        if "max-age=0" in marks:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value
