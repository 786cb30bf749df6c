"""What alarms are about, provoked over HTTP."""

from collections.abc import Callable, Mapping
from typing import Final

from sandbox.faults import FaultKind
from tests.support.api import NOT_GRANTED, USD, Api

READ: Final = "list_campaigns"


def bad_token(api: Api) -> None:
    api.execute(READ, {"customerId": USD}, headers={"Authorization": "Bearer nonsense"})


def bad_token_over_mcp(api: Api) -> None:
    api.rpc("tools/list", headers={"Authorization": "Bearer nonsense"})


def foreign_account(api: Api) -> None:
    api.execute(READ, {"customerId": NOT_GRANTED})


def foreign_account_over_mcp(api: Api) -> None:
    api.rpc("tools/call", {"name": READ, "arguments": {"customerId": NOT_GRANTED}})


def broken_seal(api: Api) -> None:
    sealed = {"data": "AAAA", "signature": "AAAA"}
    api.execute(READ, {"customerId": USD}, approvedAccounts=sealed)


def no_storage(api: Api) -> None:
    api.box.faults.arm("dynamodb:BatchGetItem", FaultKind.UNAVAILABLE)
    api.execute(READ, {"customerId": USD})


def no_storage_over_mcp(api: Api) -> None:
    api.box.faults.arm("dynamodb:BatchGetItem", FaultKind.UNAVAILABLE)
    api.rpc("tools/call", {"name": READ, "arguments": {"customerId": USD}})


def no_google(api: Api) -> None:
    api.box.faults.arm("google-ads:Search", FaultKind.UNAVAILABLE, 3)
    api.execute(READ, {"customerId": USD})


CONDITIONS: Final[Mapping[str, tuple[Callable[[Api], None], str]]] = {
    "401": (bad_token, "AuthenticationFailures"),
    "401 over MCP": (bad_token_over_mcp, "AuthenticationFailures"),
    "account": (foreign_account, "AccountNotAuthorized"),
    "account over MCP": (foreign_account_over_mcp, "AccountNotAuthorized"),
    "seal": (broken_seal, "SealedListInvalid"),
    "storage": (no_storage, "ServerErrors"),
    "storage over MCP": (no_storage_over_mcp, "ServerErrors"),
    "Google": (no_google, "ServerErrors"),
}
"""By what it is called: how to bring it about, and the metric that counts it."""
