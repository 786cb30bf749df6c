"""Each Lambda function as it is deployed: the one definition for stacks, build and tests.

A new function is a member of `Function`, a folder in ``lambdas/``, and an entry here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from stacks.permissions import Permission
from wpp_mcp.config import (
    AuthorizerSettings,
    ConsoleSettings,
    HealthSettings,
    MetadataSettings,
    OAuthSettings,
    Settings,
    StorageSettings,
    ToolSettings,
)
from wpp_mcp.routes import FUNCTION_TIMEOUT_SECONDS, Function

AUTHORIZER_TIMEOUT_SECONDS: Final = 5
LONGEST_SECONDS: Final = 900
"""Lambda's own limit."""

MOST_LAYERS: Final = 5
"""Lambda takes no more for one function."""

# A function's share of a processor grows with its memory; 1,769 MB is one whole processor.
_SMALL: Final = 512
_ONE_PROCESSOR: Final = 1769


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

_GOOGLE: Final = (Layer.SEARCH_CONSOLE, Layer.GOOGLE_ADS, Layer.GOOGLE_ANALYTICS)


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
    ),
    FunctionSpec(
        function=Function.MCP_ENDPOINT,
        layers=(Layer.CORE, Layer.MCP, *_GOOGLE),
        settings=ToolSettings,
        memory_mb=_ONE_PROCESSOR,
    ),
    FunctionSpec(
        function=Function.EXECUTE_TOOL,
        layers=(Layer.CORE, *_GOOGLE),
        settings=ToolSettings,
        memory_mb=_ONE_PROCESSOR,
    ),
    FunctionSpec(function=Function.LIST_TOOLS),
    FunctionSpec(function=Function.AUDIT_LOGS),
    FunctionSpec(function=Function.HEALTH, settings=HealthSettings),
    FunctionSpec(function=Function.OAUTH_METADATA, settings=MetadataSettings),
    FunctionSpec(
        function=Function.SIGN_IN, layers=(Layer.CORE, Layer.PAGES), settings=OAuthSettings
    ),
    FunctionSpec(
        function=Function.CONSOLE, layers=(Layer.CORE, Layer.PAGES), settings=ConsoleSettings
    ),
)

FUNCTIONS: Final[Mapping[Function, FunctionSpec]] = MappingProxyType(
    {spec.function: spec for spec in _SPECS}
)
"""Every function, by its name."""
