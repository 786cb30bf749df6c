"""Tells OMA what was deployed. OMA's answer decides nothing here."""

import http.client
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from delivery.account import Account, DeliveryError
from wpp_mcp.models import strict_json
from wpp_mcp.notices import signed
from wpp_mcp.secret_store import SecretName

PATH: Final = "/api/webhook/mcp-deployed"
_SECONDS: Final = 10.0

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Sends a body to an address, and returns the status."""


def notify(account: Account, *, version: str, status: str, at: datetime, post: Post) -> str:
    """Send ``{version, status}`` to OMA, and return what to tell about that.

    It is signed (`wpp_mcp.notices`), so that it can be neither forged nor repeated later.

    Raises
    ------
    DeliveryError
        The key is not there, or OMA did not take the notice.
    """
    body = strict_json.dumps({"version": version, "status": status})
    event_id = f"{account.environment.name}-{version}-{status}"
    headers = signed(_key(account), at=at, event_id=event_id, body=body)
    url = f"{account.environment.oma_origin}{PATH}"
    try:
        answered = post(url, body.encode(), headers)
    except (OSError, http.client.HTTPException) as error:
        raise DeliveryError(f"OMA is not reachable: {type(error).__name__}") from None
    if answered not in range(200, 300):
        raise DeliveryError(f"OMA answered {answered}")
    return f"OMA took the notice: {answered}"


def _key(account: Account) -> str:
    from botocore.exceptions import BotoCoreError, ClientError

    name = f"{account.environment.secret_prefix}{SecretName.OMA_WEBHOOK_KEY}"
    try:
        text = str(
            account.clients("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        )
        return str(strict_json.loads(text)["current"]) if text.startswith("{") else text
    except (ClientError, BotoCoreError, KeyError, ValueError) as error:
        raise DeliveryError(f"no usable secret {name}: {type(error).__name__}") from None


def post_json(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send a body over TLS and return the status; a redirect is not followed."""
    parts = urlsplit(url)
    context = ssl.create_default_context()
    connection = http.client.HTTPSConnection(
        parts.hostname or "", parts.port, timeout=_SECONDS, context=context
    )
    try:
        connection.request("POST", parts.path, body=body, headers=dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
