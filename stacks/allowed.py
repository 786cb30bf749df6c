"""What each function behind a route does to AWS, as narrow as its code's calls.

``tests/infrastructure/test_roles.py`` compares this with what the code is seen to call, both ways.
"""

from typing import Final

from stacks.permissions import (
    Permission,
    call_google,
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
_CHECK: Final = "dynamodb:ConditionCheckItem"

_ORIGIN: Final = read_secret(SecretName.ORIGIN_HEADER)

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
    *call_google(),
    *read_secret(SecretName.OMA_SHARED_SECRET),
)

_TELLS: Final = put_mails()
_CONFIRMS: Final = (
    may(table(Table.OPERATIONS), _GET, _UPDATE),
    may(table(Table.SNAPSHOTS), _PUT),
    # Locks, and what was raised lately, beside the counters.
    may(table(Table.IDEMPOTENCY), _GET, _PUT, _UPDATE, _DELETE),
    _TELLS,
)

AUTHORIZER: Final[tuple[Permission, ...]] = (
    may(table(Table.SESSIONS), _GET),
    *read_secret(SecretName.OMA_API_KEY),
    *_ORIGIN,
)
_WRITES: Final = (
    *_CALLS,
    *_CONFIRMS,
    may(table(Table.OPERATIONS), _PUT),
    # What a rollback puts back.
    may(table(Table.SNAPSHOTS), _QUERY),
    # Lists: one's own, and those that one may decide about.
    may(index(Table.OPERATIONS, "userId-createdAt-index"), _QUERY),
    may(index(Table.OPERATIONS, "approver-status-index"), _QUERY),
)
MCP_ENDPOINT: Final[tuple[Permission, ...]] = (
    *_WRITES,
    *read_secret(SecretName.REQUEST_STATE_KEY),
)
EXECUTE_TOOL: Final[tuple[Permission, ...]] = _WRITES
CONFIRM_OPERATION: Final[tuple[Permission, ...]] = (
    *_RECORDED,
    may(table(Table.APPROVED_ACCOUNTS), _GET, _UPDATE),
    *call_google(),
    *_CONFIRMS,
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
    *read_secret(SecretName.GOOGLE_CLIENT_ID, SecretName.GOOGLE_CLIENT_SECRET),
    *_ORIGIN,
    # A person looks at one operation, and decides; of policies that carries out the change.
    may(table(Table.OPERATIONS), _GET, _UPDATE),
    may(table(Table.POLICIES), _PUT),
    may(table(Table.DIRECTORY), _CHECK),
    _TELLS,
)
OPERATIONS: Final[tuple[Permission, ...]] = (
    *_RECORDED,
    _COUNTED,
    # A change of policies is an operation too.
    may(table(Table.OPERATIONS), _GET, _PUT, _UPDATE),
    may(index(Table.OPERATIONS, "userId-createdAt-index"), _QUERY),
    may(index(Table.OPERATIONS, "approver-status-index"), _QUERY),
    may(table(Table.POLICIES), _PUT),
    # Two admins stand behind it while it is written.
    may(table(Table.DIRECTORY), _CHECK),
    _TELLS,
)
