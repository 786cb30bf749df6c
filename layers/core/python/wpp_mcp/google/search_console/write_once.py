"""The wall round one write: one request, about one sitemap of one property, sent once.

Imported by the writer when it opens a client, because it needs Google's library.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.http import HttpRequest
from httplib2 import SCHEME_TO_CONNECTION

from wpp_mcp.models.accounts import AccountRef

SUBMIT: Final = "webmasters.sitemaps.submit"
DELETE: Final = "webmasters.sitemaps.delete"
WRITE_CALLS: Final = {SUBMIT: "PUT", DELETE: "DELETE"}
"""Method id to HTTP method; what is not here is refused, so a new one of Google's is."""


class WriteRefusedError(RuntimeError):
    """Code of ours tried to send something else than the one write it was opened for."""


class SitemapWrite(HttpRequest):  # type: ignore[misc]
    """A request of Google's library; refuses each method that is not on the write list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.methodId not in WRITE_CALLS:
            raise WriteRefusedError(f"not on the write list: {self.methodId}")


@dataclass(slots=True)
class Sending:
    """How far a write has got.

    Parameters
    ----------
    begun
        Bytes of it may have left.
    """

    begun: bool = False


class OnceHttp:
    """Lets out one request, to one endpoint, about one sitemap of one property.

    Parameters
    ----------
    http
        Puts the token on the request and sends it.
    method_id
        Of `WRITE_CALLS`.
    sending
        Is told when the request is sent.
    """

    def __init__(
        self,
        http: AuthorizedHttp,
        *,
        endpoint: str,
        account: AccountRef,
        sitemap: str,
        method_id: str,
        sending: Sending,
    ) -> None:
        self._http = http
        site, path = quote(account.account_id, safe=""), quote(sitemap, safe="")
        self._url = f"{endpoint}/webmasters/v3/sites/{site}/sitemaps/{path}"
        self._method = WRITE_CALLS[method_id]
        self._sending = sending

    def request(
        self, uri: str, method: str = "GET", body: Any = None, headers: Any = None
    ) -> tuple[Any, bytes]:
        """Check and send the request; return httplib2's response and the content.

        Raises
        ------
        WriteRefusedError
            It may not leave, or has left before.
        """
        target = urlsplit(uri)
        asked = f"{target.scheme}://{target.netloc}{target.path}"
        if (method, asked) != (self._method, self._url) or body:
            raise WriteRefusedError(f"another write: {method}")
        if self._sending.begun:
            raise WriteRefusedError("it was sent before")
        answer: tuple[Any, bytes] = self._http.request(
            uri,
            method=method,
            body=body,
            headers=headers,
            redirections=0,
            connection_type=_once(SCHEME_TO_CONNECTION[target.scheme], self._sending),
        )
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def _once(base: type[Any], sending: Sending) -> type[Any]:
    """Return a kind of connection that sends one request.

    httplib2 connects and sends anew where the server closes the connection without an answer,
    whatever it is told of retries: a write that had been applied would be repeated.
    """

    class Once(base):  # type: ignore[misc]
        def request(self, *args: Any, **kwargs: Any) -> None:
            if sending.begun:
                raise WriteRefusedError("it was sent before")
            sending.begun = True
            super().request(*args, **kwargs)

    return Once
