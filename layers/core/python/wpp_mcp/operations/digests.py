"""The digest of an operation: of all that a person agrees to, in one canonical form."""

from collections.abc import Sequence
from hashlib import sha256

from wpp_mcp.models import strict_json
from wpp_mcp.models.accounts import AccountRef
from wpp_mcp.models.changes import Change, Plan


def digest_of_operation(tool: str, account: AccountRef | None, plan: Plan) -> str:
    """Return the SHA-256 of tool, account, changes, currency and mode, hexadecimal."""
    return digest_of_changes(tool, account, plan.changes, plan.currency, partial=plan.partial)


def digest_of_changes(
    tool: str,
    account: AccountRef | None,
    changes: Sequence[Change],
    currency: str | None,
    *,
    partial: bool,
) -> str:
    """Return the same digest for what an operation's record holds."""
    agreed = {
        "tool": tool,
        "account": account.key if account else None,
        "changes": [change.wire() for change in changes],
        "currency": currency,
        "partial": partial,
    }
    return sha256(strict_json.canonical(agreed)).hexdigest()
