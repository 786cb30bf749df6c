"""Google's consent page, and what it demands of the client that sends people there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

from sandbox.pool import PageError
from sandbox.world import User

KNOWN_SCOPES: Final = {
    "https://www.googleapis.com/auth/adwords": "See, edit, create, and delete your Google Ads "
    "accounts and data.",
    "https://www.googleapis.com/auth/analytics.readonly": "See and download your Google Analytics "
    "data.",
    "https://www.googleapis.com/auth/analytics": "View and manage your Google Analytics data.",
    "https://www.googleapis.com/auth/webmasters.readonly": "View Search Console data for your "
    "verified sites.",
    "https://www.googleapis.com/auth/webmasters": "View and manage Search Console data for your "
    "verified sites.",
    "openid": "Associate you with your personal info on Google.",
    "https://www.googleapis.com/auth/userinfo.email": "See your primary Google Account email.",
}


@dataclass(frozen=True, slots=True)
class Client:
    """The one OAuth client that Google knows here."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str

    def check(self, request: Mapping[str, str]) -> None:
        """Check what sends a person to the consent page.

        Raises
        ------
        PageError
            As Google's own page says it.
        """
        if request.get("client_id") != self.client_id:
            raise PageError("Error 401: invalid_client")
        if request.get("redirect_uri") != self.redirect_uri:
            raise PageError("Error 400: redirect_uri_mismatch")
        scopes = request.get("scope", "").split()
        if request.get("response_type") != "code" or not scopes or set(scopes) - set(KNOWN_SCOPES):
            raise PageError("Error 400: invalid_scope or invalid_request")
        if request.get("code_challenge_method") != "S256" or not request.get("code_challenge"):
            raise PageError("Error 400: invalid_request, a code challenge is needed")

    def proves(self, form: Mapping[str, str]) -> bool:
        """Whether a form comes from this client."""
        offered = form.get("client_id"), form.get("client_secret")
        return offered == (self.client_id, self.client_secret)


def consent_page(request: Mapping[str, str], users: Iterable[User]) -> str:
    """Return the page: who consents, and to what."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(n)}" value="{escape(v)}">' for n, v in request.items()
    )
    hint = request.get("login_hint")
    people = "".join(
        f'<p><label><input type="radio" name="user" value="{escape(user.key)}"'
        f"{' checked' if user.email == hint else ''}> {escape(user.email)}</label></p>"
        for user in users
    )
    ticks = "".join(
        f'<p><label><input type="checkbox" name="{escape(scope)}" checked> '
        f"{escape(KNOWN_SCOPES[scope])}</label></p>"
        for scope in request["scope"].split()
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>Sandbox consent</title>"
        "<h1>WPP marketing accounts wants access to your Google account</h1>"
        "<p>The sandbox plays Google's consent page. As which Google user?"
        f"<form method=post action=consent>{hidden}{people}<p>What may it do?{ticks}"
        '<button name="answer" value="allow">Allow</button> '
        '<button name="answer" value="deny">Deny</button></form>'
    )
