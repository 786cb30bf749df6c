"""Which OAuth clients may ask people to sign in, and how each is known.

Two kinds, both from our configuration: registered ones, with everything that is known of them, and
those whose client id is the address of a document that describes them
(draft-ietf-oauth-client-id-metadata-document). What a caller names only selects. The address that
is fetched is the configured one (threats.md H5).
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from wpp_mcp.config import ConfigurationError, OAuthSettings
from wpp_mcp.models import strict_json
from wpp_mcp.models.text import visible
from wpp_mcp.models.time import Clock
from wpp_mcp.sign_in.addresses import is_document_url, is_redirect_uri, same

DOCUMENT_KEPT: Final = timedelta(minutes=15)
FAILURE_KEPT: Final = timedelta(seconds=5)
MAX_NAME: Final = 100
_MAX_REDIRECT_URIS: Final = 50


class DocumentUnavailableError(Exception):
    """The document of a client cannot be had, or does not describe it. The text is for the log."""


def _redirect_uri(text: str) -> str:
    if not is_redirect_uri(text):
        raise ValueError("not a redirect URI")
    return text


def _name(text: str) -> str:
    if not visible(text).strip():
        raise ValueError("no name")
    return text


_RedirectUris = Annotated[
    list[Annotated[str, AfterValidator(_redirect_uri)]],
    Field(min_length=1, max_length=_MAX_REDIRECT_URIS),
]
_ShownName = Annotated[str, Field(max_length=MAX_NAME), AfterValidator(_name)]


class _Registered(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    # Never the form of an address: the two kinds cannot be mixed up.
    client_id: str = Field(alias="clientId", pattern=r"^[A-Za-z0-9._-]{1,100}$")
    name: _ShownName
    redirect_uris: _RedirectUris = Field(alias="redirectUris")


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    client_id: str
    client_name: _ShownName
    redirect_uris: _RedirectUris
    token_endpoint_auth_method: Literal["none"] = "none"  # noqa: S105 - a method
    grant_types: list[str] = ["authorization_code"]
    response_types: list[str] = ["code"]


_REGISTERED: Final = TypeAdapter(list[_Registered])


@dataclass(frozen=True, slots=True)
class Client:
    """A client as a person has to know it.

    Parameters
    ----------
    name
        What it calls itself; text of strangers where ``documented``.
    documented
        Known by its document, not registered by our administrators.
    """

    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    documented: bool

    def answers_at(self, redirect_uri: str) -> bool:
        """Return whether a redirect URI is one of the client's own."""
        return any(same(registered, redirect_uri) for registered in self.redirect_uris)


class Clients:
    """The clients of an environment; their documents are kept in the process for 15 minutes.

    Parameters
    ----------
    fetch
        Returns the document at an address or raises `OSError`.

    Raises
    ------
    ConfigurationError
        Names the variable that is wrong.
    """

    def __init__(
        self, settings: OAuthSettings, *, fetch: Callable[[str], bytes], clock: Clock
    ) -> None:
        self._registered = _registered(settings.mcp_clients)
        self._documents = settings.client_documents
        if not all(map(is_document_url, self._documents)):
            raise ConfigurationError("wrong: WPP_CLIENT_DOCUMENTS")
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[datetime, Client | str]] = {}

    def allowed(self, client_id: str) -> bool:
        """Return whether a client may use what it was given. Asks nobody."""
        return client_id in self._registered or client_id in self._documents

    def find(self, client_id: str) -> Client | None:
        """Return the client, or ``None`` where nobody allowed it.

        Raises
        ------
        DocumentUnavailableError
            It is allowed and its document cannot be had.
        """
        if client_id in self._registered:
            return self._registered[client_id]
        if client_id not in self._documents:
            return None
        found = self._described(client_id)
        if isinstance(found, str):
            raise DocumentUnavailableError(found)
        return found

    def _described(self, url: str) -> Client | str:
        with self._lock:
            now = self._clock()
            if url in self._kept:
                until, kept = self._kept[url]
                if now < until:
                    return kept
            found = self._read(url)
            # A failure too, for a moment: strangers must not make us call out at will.
            keep = FAILURE_KEPT if isinstance(found, str) else DOCUMENT_KEPT
            self._kept[url] = (now + keep, found)
            return found

    def _read(self, url: str) -> Client | str:
        try:
            return described(url, strict_json.loads(self._fetch(url)))
        except OSError as error:
            return f"not fetched: {error}"
        except DocumentUnavailableError as error:
            return str(error)
        except strict_json.StrictJsonError as error:
            return f"not strict JSON: {error}"


def described(url: str, document: Any) -> Client:
    """Return the client that a document at an address describes.

    Raises
    ------
    DocumentUnavailableError
        It describes another client, or one that we do not serve.
    """
    try:
        found = _Document.model_validate(document)
    except ValidationError as error:
        names = {str(e["loc"][0]) if e["loc"] else "the whole" for e in error.errors()}
        raise DocumentUnavailableError(f"wrong members: {', '.join(sorted(names))}") from None
    if found.client_id != url:
        raise DocumentUnavailableError("it names another client id")
    if "client_secret" in document:
        raise DocumentUnavailableError("it holds a secret")
    if "authorization_code" not in found.grant_types or "code" not in found.response_types:
        raise DocumentUnavailableError("the client does not use authorization codes")
    return Client(url, found.client_name, tuple(found.redirect_uris), documented=True)


def _registered(text: str) -> Mapping[str, Client]:
    try:
        entries = _REGISTERED.validate_python(strict_json.loads(text))
    except (ValidationError, strict_json.StrictJsonError):
        raise ConfigurationError("wrong: WPP_MCP_CLIENTS") from None
    clients = {
        e.client_id: Client(e.client_id, e.name, tuple(e.redirect_uris), documented=False)
        for e in entries
    }
    if len(clients) != len(entries):
        raise ConfigurationError("wrong: WPP_MCP_CLIENTS")
    return clients
