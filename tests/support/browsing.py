"""A person at a browser: follows redirects, keeps cookies, fills in forms. Runs no scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx2

_MOST_STEPS = 10


@dataclass
class Form:
    """A form of a page, with what it would send."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    """Text, name and value of each."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.refresh: str | None = None
        self.links: list[str] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._button: tuple[str, str] | None = None
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.refresh = given["content"].partition("url=")[2]
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "style":
            self._hidden = True
        elif tag == "form":
            self._form = Form(given.get("method", "get").upper(), given.get("action", ""))
            self.forms.append(self._form)
        elif tag == "input" and self._form is not None:
            self._input(self._form, given)
        elif tag == "button":
            self._button = (given.get("name", ""), given.get("value", ""))
            if self._form is not None:
                self._form.buttons.append(("", *self._button))

    def _input(self, form: Form, given: Mapping[str, str]) -> None:
        if given.get("type") in ("checkbox", "radio"):
            form.boxes[given["name"]] = given.get("value", "on")
            if "checked" not in given:
                return
        form.fields[given["name"]] = given.get("value", "on")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None
        elif tag == "style":
            self._hidden = False

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text.append(data)
        if self._button is not None and self._form is not None:
            text, *rest = self._form.buttons[-1]
            self._form.buttons[-1] = (text + data.strip(), rest[0], rest[1])


class Person:
    """Somebody with a browser of their own.

    ``__Host-`` cookies demand TLS; browsers take loopback for as good, and so does this one. It
    refuses a cookie that breaks the rules of the prefix.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.url = base
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        self.headers: Mapping[str, str] = {}
        self.status = 0
        self.html = ""
        self.visited: list[str] = []
        self._http = httpx2.Client(timeout=60, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @property
    def page(self) -> str:
        """The text of the page, in one line."""
        reader = self._read()
        return " ".join(" ".join(reader.text).split())

    @property
    def forms(self) -> list[Form]:
        """The forms of the page."""
        return self._read().forms

    @property
    def links(self) -> list[str]:
        """Where the page's links lead."""
        return [urljoin(self.url, link) for link in self._read().links]

    def open(self, url: str, *, follow: bool = True) -> Self:
        """Open an address, and go where it leads."""
        return self._go("GET", urljoin(self.base, url), follow=follow)

    def submit(
        self,
        button: str,
        *,
        headers: Mapping[str, str | None] | None = None,
        follow: bool = True,
        **fields: str | None,
    ) -> Self:
        """Press a button, by how its text begins or its value; a field of ``None`` is left out."""
        form, pressed = next(
            (form, one)
            for form in self.forms
            for one in form.buttons
            if button == one[2] or one[0].startswith(button)
        )
        _, name, value = pressed
        sent = {**form.fields, **({name: value} if name else {}), **fields}
        kept = {n: v for n, v in sent.items() if v is not None}
        action = urljoin(self.url, form.action)
        return self.send(form.method, action, kept, headers=headers, follow=follow)

    def send(
        self,
        method: str,
        url: str,
        form: Mapping[str, str],
        *,
        headers: Mapping[str, str | None] | None = None,
        follow: bool = True,
    ) -> Self:
        """Send a form as a browser does, from the page that is open."""
        usual: dict[str, str | None] = {
            "Origin": "{0.scheme}://{0.netloc}".format(urlsplit(self.url)),
            "Sec-Fetch-Site": "same-origin",
        }
        return self._go(method, urljoin(self.base, url), form, {**usual, **(headers or {})}, follow)

    def _go(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str | None] | None = None,
        follow: bool = True,
    ) -> Self:
        for _ in range(_MOST_STEPS):
            self._ask(method, url, form, headers)
            onward = self.headers.get("Location") if self.status == 303 else self._read().refresh
            if not onward or not follow:
                return self
            method, url, form, headers = "GET", urljoin(self.url, onward), None, None
        raise AssertionError(f"going round in circles: {self.visited[-_MOST_STEPS:]}")

    def _ask(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None,
        headers: Mapping[str, str | None] | None,
    ) -> None:
        sent = {name: value for name, value in (headers or {}).items() if value is not None}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self._http.request(method, url, headers=sent, data=form)
        self.url, self.status, self.html = url, answer.status_code, answer.text
        self.headers = answer.headers
        self.visited.append(url)
        self.set_cookies = answer.headers.get_list("set-cookie")
        for cookie in self.set_cookies:
            self._keep(cookie)

    def _keep(self, cookie: str) -> None:
        pair, *rest = [part.strip() for part in cookie.split(";")]
        name, _, value = pair.partition("=")
        marks = {mark.lower() for mark in rest}
        if name.startswith("__Host-"):
            assert {"secure", "path=/"} <= marks, cookie
            assert not [mark for mark in marks if mark.startswith("domain")], cookie
        if "max-age=0" in marks:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        return reader
