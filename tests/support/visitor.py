"""A small browser: cookies by host, forms, pages that go on by themselves. No scripts."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2


@dataclass
class Form:
    """A form with what it would send, and its buttons by value."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What a person sees, and where the page leads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.onward: str | None = None
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    @property
    def seen(self) -> str:
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "form":
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        elif tag == "input" and given.get("type") == "hidden":
            self.forms[-1].fields[given["name"]] = given["value"]
        elif tag == "button":
            self.forms[-1].buttons[given["value"]] = given["name"]
        elif tag == "meta" and given.get("http-equiv") == "refresh":
            self.onward = given["content"].partition("url=")[2]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] != "style":
            self.words.append(data)


class StoppedError(Exception):
    """The browser came to an address that it does not visit."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Visitor:
    """One person's browser. It visits one site only, and stops where it is led elsewhere.

    Parameters
    ----------
    site
        The origin that it visits.
    """

    def __init__(self, site: str) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []
        self.address = site
        self.answer: Any = None
        self._http = httpx2.Client(timeout=60)

    def close(self) -> None:
        self._http.close()

    @property
    def page(self) -> Page:
        return Page(self.answer.text)

    def visit(self, address: str) -> Any:
        """Go to an address, and on as the answers say."""
        return self._go("GET", address, {})

    def press(self, value: str, **headers: str) -> Any:
        """Press the button with a value in the page's only form."""
        (form,) = self.page.forms
        fields = {**form.fields, form.buttons[value]: value}
        return self.post(urljoin(self.address, form.action), fields, **headers)

    def post(self, address: str, fields: dict[str, str], **headers: str) -> Any:
        """Send a form of the page that is open, as a browser of today does."""
        sent = {"Origin": self.site, "Sec-Fetch-Site": "same-origin"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in sent.items() if value}
        return self._go("POST", address, kept, fields)

    def _go(self, method: str, address: str, headers: dict[str, str], data: Any = None) -> Any:
        for _ in range(10):
            if not address.startswith(f"{self.site}/"):
                raise StoppedError(address)
            self.address = address
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            own = {"Cookie": cookies} if cookies else {}
            self.answer = self._http.request(method, address, headers={**headers, **own}, data=data)
            self._keep(self.answer.headers.get_list("Set-Cookie"))
            following = self.answer.headers.get("Location") or self.page.onward
            if not following:
                return self.answer
            method, address, headers, data = "GET", urljoin(address, following), {}, None
        raise AssertionError("led in circles")

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            self.set_cookies.append(cookie)
            pair, *attributes = (part.strip() for part in cookie.split(";"))
            name, _, value = pair.partition("=")
            if name.startswith("__Host-"):
                # As browsers hold it (RFC 6265bis §4.1.3.2); loopback counts as secure.
                assert {"Secure", "Path=/"} <= set(attributes)
                assert not [a for a in attributes if a.lower().startswith("domain")]
            assert urlsplit(self.site).hostname == "127.0.0.1"
            self.cookies[name] = value
