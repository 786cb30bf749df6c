"""Sealed lists as OMA makes them, and calls that carry one."""

import base64
import secrets
from collections.abc import Mapping
from typing import Any, Final

from sandbox.box import Sandbox
from tests.security.stored import PRACTITIONER
from tests.support.api import USD, Api
from wpp_mcp.access.sealed import SealingKeys, seal
from wpp_mcp.secret_store import SecretName

NAME: Final = SecretName.OMA_SHARED_SECRET
REFUSED: Final = "APPROVED_ACCOUNTS_INVALID"


def document(box: Sandbox, *accounts: str, **changes: Any) -> dict[str, Any]:
    """A list as OMA writes it, issued now, for five minutes."""
    now = int(box.clock().timestamp())
    listed = [{"api": "Google Ads", "accountId": account} for account in accounts]
    made = {
        "userId": PRACTITIONER,
        "accounts": listed,
        "iat": now,
        "exp": now + 300,
        "jti": "list-1",
    }
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


def sealed(box: Sandbox, *accounts: str, secret: str = "", **changes: Any) -> dict[str, str]:
    """A sealed list, with the current shared secret where none is given."""
    keys = SealingKeys.derive(secret or box.secrets[NAME.value])
    return seal(keys, document(box, *accounts, **changes), secrets.token_bytes(12))


def read(api: Api, way: str, account: str, given: Any, *, role: str = "") -> dict[str, Any]:
    """Read an account's budgets with a sealed list, and return the answer's body."""
    if way == "execute":
        extra = {} if given is None else {"approvedAccounts": given}
        answer = api.execute(
            "list_budgets", {"customerId": account}, role=role or "practitioner", **extra
        )
        return dict(answer.json())
    params: dict[str, Any] = {"name": "list_budgets", "arguments": {"customerId": account}}
    if given is not None:
        params["_meta"] = {"com.wpp/approvedAccounts": given}
    answer = getattr(api, way)("tools/call", params, role=role or "agent")
    return dict(answer.json()["result"]["structuredContent"])


def code_of(body: Mapping[str, Any]) -> str:
    return "SUCCESS" if body["success"] else str(body["error"]["code"])


def refused_as_tampering(api: Api, way: str, given: Any) -> dict[str, Any]:
    """Call; it has to be stopped and recorded, and never to reach Google."""
    body = read(api, way, USD, given)

    assert code_of(body) == REFUSED, body
    assert "data" not in body
    assert api.calls("google-ads") == {}
    (entry,) = api.audit(limit="1")
    assert entry["operationId"] == body["operationId"]
    assert (entry["result"], entry["error"], entry["tool"]) == ("blocked", REFUSED, "list_budgets")
    return dict(body["error"])


def flipped(text: str, byte: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[byte] ^= 1
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
