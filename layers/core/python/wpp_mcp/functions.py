"""Every Lambda function: the one list for routes, stacks, build and tests."""

from enum import StrEnum
from typing import Final


class Function(StrEnum):
    """The Lambda functions, by the folder that holds them."""

    AUTHORIZER = "authorizer"
    MCP_ENDPOINT = "mcp_endpoint"
    EXECUTE_TOOL = "execute_tool"
    LIST_TOOLS = "list_tools"
    AUDIT_LOGS = "audit_logs"
    HEALTH = "health"
    OAUTH_METADATA = "oauth_metadata"
    SIGN_IN = "sign_in"
    CONSOLE = "console"
    CONFIRM_OPERATION = "confirm_operation"
    OPERATIONS = "operations"
    # Called by AWS itself.
    TOKEN_CLAIMS = "token_claims"  # noqa: S105 - a name
    ARCHIVE_AUDIT = "archive_audit"
    ROTATE_SECRET = "rotate_secret"  # noqa: S105 - a name
    SECRET_AGES = "secret_ages"  # noqa: S105 - a name
    BLOCK_ADDRESSES = "block_addresses"
    AUDIT_JOBS = "audit_jobs"
    EXPORT_TABLES = "export_tables"
    OPERATION_JOBS = "operation_jobs"
    JOBS = "jobs"
    HEALTH_PROBE = "health_probe"
    FORWARD_FINDINGS = "forward_findings"
    SEND_MAIL = "send_mail"


TRIGGERED: Final = frozenset(
    {
        Function.TOKEN_CLAIMS,
        Function.ARCHIVE_AUDIT,
        Function.ROTATE_SECRET,
        Function.SECRET_AGES,
        Function.BLOCK_ADDRESSES,
        Function.AUDIT_JOBS,
        Function.EXPORT_TABLES,
        Function.OPERATION_JOBS,
        Function.JOBS,
        Function.HEALTH_PROBE,
        Function.FORWARD_FINDINGS,
        Function.SEND_MAIL,
    }
)
"""Functions that AWS calls by itself: no route leads to them, and nobody calls them over HTTP."""
