"""Each Lambda function as it is deployed: the one definition for stacks, build and tests.

A new function is a member of `Function`, a folder in ``lambdas/``, and an entry here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from stacks import allowed, allowed_by_aws
from stacks.permissions import Permission
from wpp_mcp.config import (
    ArchiveSettings,
    AuthorizerSettings,
    BlockSettings,
    ConsoleSettings,
    ExportSettings,
    FindingSettings,
    HealthSettings,
    JobSettings,
    MailSettings,
    ManifestSettings,
    MetadataSettings,
    OAuthSettings,
    OperationSettings,
    ProbeSettings,
    RotationSettings,
    SecretAgesSettings,
    Settings,
    StorageSettings,
    TableSettings,
    WriteSettings,
)
from wpp_mcp.functions import Function
from wpp_mcp.routes import FUNCTION_TIMEOUT_SECONDS

AUTHORIZER_TIMEOUT_SECONDS: Final = 5
TRIGGER_TIMEOUT_SECONDS: Final = 5
"""Amazon Cognito waits no longer for a trigger, and then calls again, three times in all."""

TRACED: Final = frozenset(
    {
        Function.MCP_ENDPOINT,
        Function.EXECUTE_TOOL,
        Function.LIST_TOOLS,
        Function.AUDIT_LOGS,
        Function.CONSOLE,
        Function.CONFIRM_OPERATION,
        Function.OPERATIONS,
    }
)
"""Functions that X-Ray traces: those that work with Google and the tables while a person waits.

Lambda's sampling cannot be set (one a second, 5 % of the rest), which at our load is each call, and
a million traces cost $5: the authorizer, probes and refreshed tokens would be most of them.
"""

LONGEST_SECONDS: Final = 900
"""Lambda's own limit."""

VERSIONS_KEPT: Final[Mapping[str, int]] = MappingProxyType({"dev": 1, "staging": 1, "prod": 2})
"""Published versions of a function that stay after a release: the current one, and in prod the way
back. Each costs where it starts from a snapshot."""

MOST_RESERVED: Final = 900
"""Of an account's 1,000 at once, Lambda keeps 100 for functions that reserve nothing."""

MOST_LAYERS: Final = 5
"""Lambda takes no more for one function."""

# A function's share of a processor grows with its memory; 1,769 MB is one whole processor.
_SMALL: Final = 512
_ONE_PROCESSOR: Final = 1769
# Mostly they wait for Google; a snapshot is paid for by its memory, in each version that is kept.
_TOOLS: Final = 512

# Asks one address, for 5 seconds at most, after a cold start.
_ONE_QUESTION_SECONDS: Final = 15


class Layer(StrEnum):
    """The layers, by the folder in ``layers/`` that says what is in them."""

    CORE = "core"
    MCP = "mcp"
    PAGES = "pages"
    SEARCH_CONSOLE = "search_console"
    GOOGLE_ADS = "google_ads"
    GOOGLE_ANALYTICS = "google_analytics"


STANDS_ON: Final[Mapping[Layer, tuple[Layer, ...]]] = MappingProxyType(
    {
        Layer.CORE: (),
        Layer.MCP: (Layer.CORE,),
        Layer.PAGES: (Layer.CORE,),
        # What Google's libraries share (google-auth, api-core, protobuf) has no layer of its own,
        # which would be the sixth of the MCP endpoint: it is in the smallest of the three.
        Layer.SEARCH_CONSOLE: (Layer.CORE,),
        Layer.GOOGLE_ADS: (Layer.CORE, Layer.SEARCH_CONSOLE),
        Layer.GOOGLE_ANALYTICS: (Layer.CORE, Layer.SEARCH_CONSOLE, Layer.GOOGLE_ADS),
    }
)
"""The layers that a function carries too when it carries one; what they hold is not repeated."""

_CHANGED: Final = (Layer.SEARCH_CONSOLE, Layer.GOOGLE_ADS)
"""Of products in which something can be changed."""
_GOOGLE: Final = (*_CHANGED, Layer.GOOGLE_ANALYTICS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSpec:
    """One function.

    Parameters
    ----------
    layers
        What it needs, and no more: a test starts it with these alone, and sees each one used.
    settings
        What it reads from its environment.
    snap_start
        Starts from a snapshot where the environment has that; for functions whose cold start
        people would feel, since each version of each is paid for.
    concurrency
        How many may run at once, reserved for it; none to share what is left.
    permissions
        What its code does, as far as that needs no other stack to say.
    """

    function: Function
    layers: tuple[Layer, ...] = (Layer.CORE,)
    settings: type[Settings] = StorageSettings
    memory_mb: int = _SMALL
    timeout_seconds: int = FUNCTION_TIMEOUT_SECONDS
    snap_start: bool = False
    concurrency: int | None = None
    permissions: tuple[Permission, ...] = ()


_SPECS: Final = (
    FunctionSpec(
        function=Function.AUTHORIZER,
        settings=AuthorizerSettings,
        # Before every call, and it verifies signatures.
        memory_mb=_ONE_PROCESSOR,
        timeout_seconds=AUTHORIZER_TIMEOUT_SECONDS,
        concurrency=300,
        permissions=allowed.AUTHORIZER,
    ),
    FunctionSpec(
        function=Function.MCP_ENDPOINT,
        layers=(Layer.CORE, Layer.MCP, *_GOOGLE),
        settings=WriteSettings,
        memory_mb=_TOOLS,
        snap_start=True,
        concurrency=160,
        permissions=allowed.MCP_ENDPOINT,
    ),
    FunctionSpec(
        function=Function.EXECUTE_TOOL,
        layers=(Layer.CORE, *_GOOGLE),
        settings=WriteSettings,
        memory_mb=_TOOLS,
        snap_start=True,
        concurrency=320,
        permissions=allowed.EXECUTE_TOOL,
    ),
    FunctionSpec(function=Function.LIST_TOOLS, concurrency=10, permissions=allowed.LIST_TOOLS),
    FunctionSpec(function=Function.AUDIT_LOGS, concurrency=10, permissions=allowed.AUDIT_LOGS),
    FunctionSpec(
        function=Function.HEALTH,
        settings=HealthSettings,
        concurrency=5,
        permissions=allowed.HEALTH,
    ),
    FunctionSpec(
        function=Function.OAUTH_METADATA,
        settings=MetadataSettings,
        concurrency=15,
        permissions=allowed.OAUTH_METADATA,
    ),
    FunctionSpec(
        function=Function.SIGN_IN,
        layers=(Layer.CORE, Layer.PAGES),
        settings=OAuthSettings,
        concurrency=20,
        permissions=allowed.SIGN_IN,
    ),
    FunctionSpec(
        function=Function.CONSOLE,
        layers=(Layer.CORE, Layer.PAGES),
        settings=ConsoleSettings,
        concurrency=10,
        permissions=allowed.CONSOLE,
    ),
    FunctionSpec(
        function=Function.CONFIRM_OPERATION,
        layers=(Layer.CORE, *_CHANGED),
        settings=WriteSettings,
        # A third snapshot, kept twice, would be $5 a month: whoever confirms has just read what
        # they agree to, and waits for Google anyway.
        memory_mb=_TOOLS,
        concurrency=36,
        permissions=allowed.CONFIRM_OPERATION,
    ),
    FunctionSpec(
        function=Function.OPERATIONS,
        settings=OperationSettings,
        concurrency=10,
        permissions=allowed.OPERATIONS,
    ),
    FunctionSpec(
        function=Function.TOKEN_CLAIMS,
        settings=TableSettings,
        # It starts, imports and reads twice within the pool's five seconds.
        memory_mb=_ONE_PROCESSOR,
        timeout_seconds=TRIGGER_TIMEOUT_SECONDS,
        permissions=allowed_by_aws.TOKEN_CLAIMS,
    ),
    FunctionSpec(
        function=Function.ARCHIVE_AUDIT,
        settings=ArchiveSettings,
        # Enough for every try at Firehose for the largest batch of the stream.
        timeout_seconds=60,
        permissions=allowed_by_aws.ARCHIVE_AUDIT,
    ),
    FunctionSpec(
        function=Function.ROTATE_SECRET,
        settings=RotationSettings,
        # It waits for caches to end, and for CloudFront.
        timeout_seconds=LONGEST_SECONDS,
        permissions=allowed_by_aws.ROTATE_SECRET,
    ),
    FunctionSpec(
        function=Function.SECRET_AGES,
        settings=SecretAgesSettings,
        timeout_seconds=60,
        permissions=allowed_by_aws.SECRET_AGES,
    ),
    FunctionSpec(
        function=Function.BLOCK_ADDRESSES,
        settings=BlockSettings,
        # Lost races for an IP set wait; AWS WAF takes about one change a second.
        timeout_seconds=60,
        # One for log lines, one for the clean-up: more would only race for the same two sets.
        concurrency=2,
        permissions=allowed_by_aws.BLOCK_ADDRESSES,
    ),
    FunctionSpec(
        function=Function.AUDIT_JOBS,
        settings=ManifestSettings,
        # Verification computes an HMAC for each entry.
        memory_mb=_ONE_PROCESSOR,
        timeout_seconds=LONGEST_SECONDS,
        permissions=allowed_by_aws.AUDIT_JOBS,
    ),
    FunctionSpec(
        function=Function.EXPORT_TABLES,
        settings=ExportSettings,
        timeout_seconds=300,
        permissions=allowed_by_aws.EXPORT_TABLES,
    ),
    FunctionSpec(
        function=Function.OPERATION_JOBS,
        layers=(Layer.CORE, *_CHANGED),
        settings=WriteSettings,
        memory_mb=_TOOLS,
        # What waits is settled one after the other, each with questions to Google.
        timeout_seconds=300,
        permissions=allowed_by_aws.OPERATION_JOBS,
    ),
    FunctionSpec(
        function=Function.HEALTH_PROBE,
        settings=ProbeSettings,
        timeout_seconds=_ONE_QUESTION_SECONDS,
    ),
    FunctionSpec(
        function=Function.FORWARD_FINDINGS,
        settings=FindingSettings,
        timeout_seconds=_ONE_QUESTION_SECONDS,
        permissions=allowed_by_aws.FORWARD_FINDINGS,
    ),
    FunctionSpec(
        function=Function.SEND_MAIL,
        layers=(Layer.CORE, Layer.PAGES),
        settings=MailSettings,
        # A few mails, one after the other; SES has ten seconds for each.
        timeout_seconds=60,
        permissions=allowed_by_aws.SEND_MAIL,
    ),
    FunctionSpec(function=Function.JOBS, settings=JobSettings, permissions=allowed_by_aws.JOBS),
)

FUNCTIONS: Final[Mapping[Function, FunctionSpec]] = MappingProxyType(
    {spec.function: spec for spec in _SPECS}
)
"""Every function, by its name."""
