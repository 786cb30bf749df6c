"""What each function behind a route does to AWS, as narrow as its code's calls.

``tests/infrastructure/test_roles.py`` compares this with what the code is seen to call, both ways.
"""

from typing import Final

from stacks.permissions import (
    Permission,
    index,
    may,
    put_mails,
    read_secret,
    table,
    use_token_key,
)
from wpp_mcp.secret_store import SecretName
from wpp_mcp.storage.tables import Table

_GET: Final = "dynamodb:BatchGetItem"
_QUERY: Final = "dynamodb:Query"
_PUT: Final = "dynamodb:PutItem"
_UPDATE: Final = "dynamodb:UpdateItem"
_DELETE: Final = "dynamodb:DeleteItem"

_ORIGIN: Final = read_secret(SecretName.ORIGIN_HEADER)
_GOOGLE_CLIENT: Final = read_secret(SecretName.GOOGLE_CLIENT_ID, SecretName.GOOGLE_CLIENT_SECRET)

_RECORDED: Final = (
    # Who calls, under which policy, within which limits; and an entry in the audit's chain.
    may(table(Table.DIRECTORY), _GET),
    may(index(Table.DIRECTORY, "employeeId-index"), _QUERY),
    may(table(Table.POLICIES), _GET),
    may(table(Table.AUDIT_LOGS), _GET, _PUT, _UPDATE),
    *read_secret(SecretName.AUDIT_KEY),
)
_COUNTED: Final = may(table(Table.IDEMPOTENCY), _GET, _UPDATE)
_SESSIONS: Final = may(table(Table.SESSIONS), _GET, _PUT, _DELETE)

_CALLS: Final = (
    *_RECORDED,
    may(table(Table.APPROVED_ACCOUNTS), _GET, _QUERY, _UPDATE),
    # A connection is used, and its access token renewed; only the console makes or ends one.
    may(table(Table.GOOGLE_CONNECTIONS), _GET, _PUT),
    use_token_key("kms:Decrypt"),
    *_GOOGLE_CLIENT,
    *read_secret(SecretName.ADS_DEVELOPER_TOKEN, SecretName.OMA_SHARED_SECRET),
)

SEND_MAIL_QUEUE: Final = put_mails()
"""Of functions that tell by mail (`wpp_mcp.notifications.outbox`)."""

AUTHORIZER: Final[tuple[Permission, ...]] = (
    may(table(Table.SESSIONS), _GET),
    *read_secret(SecretName.OMA_API_KEY),
    *_ORIGIN,
)
MCP_ENDPOINT: Final[tuple[Permission, ...]] = (*_CALLS, _COUNTED)
EXECUTE_TOOL: Final[tuple[Permission, ...]] = (
    *_CALLS,
    # The answer to a request id of OMA's is kept beside the counters.
    may(table(Table.IDEMPOTENCY), _GET, _PUT, _UPDATE),
)
LIST_TOOLS: Final[tuple[Permission, ...]] = (
    *_RECORDED,
    _COUNTED,
    may(table(Table.APPROVED_ACCOUNTS), _QUERY),
)
AUDIT_LOGS: Final[tuple[Permission, ...]] = (
    *_RECORDED,
    _COUNTED,
    may(table(Table.AUDIT_LOGS), _QUERY),
    may(index(Table.AUDIT_LOGS, "operationId-index"), _QUERY),
    may(index(Table.AUDIT_LOGS, "accountId-timestamp-index"), _QUERY),
    may(index(Table.AUDIT_LOGS, "agency-timestamp-index"), _QUERY),
)
HEALTH: Final[tuple[Permission, ...]] = (may(table(Table.POLICIES), _GET), *_ORIGIN)
OAUTH_METADATA: Final[tuple[Permission, ...]] = _ORIGIN
SIGN_IN: Final[tuple[Permission, ...]] = (
    *_RECORDED,
    # Looked at with the caller, counted by nothing here.
    may(table(Table.IDEMPOTENCY), _GET),
    _SESSIONS,
    *read_secret(SecretName.SESSION_KEY),
    *_ORIGIN,
)
CONSOLE: Final[tuple[Permission, ...]] = (
    *_RECORDED,
    _COUNTED,
    _SESSIONS,
    may(table(Table.GOOGLE_CONNECTIONS), _GET, _PUT, _DELETE),
    use_token_key("kms:Decrypt", "kms:GenerateDataKey"),
    *_GOOGLE_CLIENT,
    *_ORIGIN,
)
