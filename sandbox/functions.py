"""The Lambda functions as Lambda runs them: each folder's ``handler``, called with an event."""

import importlib.util
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import Any, Final

from stacks.functions import FUNCTIONS
from wpp_mcp.functions import TRIGGERED, Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.routes import FUNCTION_TIMEOUT_SECONDS
from wpp_mcp.runtime import Runtime

_FOLDER: Final = Path(__file__).resolve().parent.parent / "lambdas"


class FunctionTimeoutError(Exception):
    """The function did not answer within its time."""


class Killed(BaseException):
    """Raised in the middle of a function by what ends its process there."""


class FunctionKilledError(Exception):
    """The function's process ended before it answered."""


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda passes beside the event."""

    function_name: str
    aws_request_id: str
    ends: float
    memory_limit_in_mb: int = 512
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """The function's name as AWS writes it."""
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function may still run."""
        return max(0, int((self.ends - monotonic()) * 1000))


def entry_of(function: Function) -> LambdaEntry:
    """Load a function's module as Lambda does, and return its ``handler``."""
    path = _FOLDER / function.value / "handler.py"
    spec = importlib.util.spec_from_file_location(f"lambdas_{function.value}_handler", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    entry: LambdaEntry = module.handler
    return entry


@dataclass(frozen=True, slots=True)
class AwsCall:
    """A call that a function made to AWS, by boto3's names."""

    function: Function
    service: str
    operation: str
    parameters: Mapping[str, Any]


class _Observed:
    """An AWS client that tells of each operation before it is run."""

    def __init__(self, client: Any, tell: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._client = client
        self._tell = tell

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None:
            return attribute

        def told(*args: Any, **kwargs: Any) -> Any:
            self._tell(operation, kwargs)
            return attribute(*args, **kwargs)

        return told


class Functions:
    """All functions in one set of surroundings.

    Parameters
    ----------
    observe
        Is told of each call to AWS, and which function makes it.
    timeout_seconds
        After how long a function behind a route is cut off; others have their own time.
    instead
        Entries that run in the place of a function's own.
    after
        Is called when a function has answered, before its answer goes back.
    """

    def __init__(
        self,
        runtime: Runtime,
        timeout_seconds: float = FUNCTION_TIMEOUT_SECONDS,
        instead: Mapping[Function, LambdaEntry] = MappingProxyType({}),
        observe: Callable[[AwsCall], None] | None = None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._after = after
        self._observe = observe
        self._runtime = runtime
        self._instead = instead
        self._timeout = timeout_seconds
        self._lock = threading.Lock()
        self._entries: dict[Function, LambdaEntry] = {}
        self._pool = ThreadPoolExecutor(max_workers=200, thread_name_prefix="lambda")

    def invoke(self, function: Function, event: dict[str, Any]) -> dict[str, Any]:
        """Run a function and return its answer.

        Raises
        ------
        FunctionTimeoutError
            It took longer than its time.
        FunctionKilledError
            Its process ended in the middle; the next call finds a new one.
        """
        with self._lock:
            entry = self._entries.get(function)
            if entry is None:
                own = self._instead.get(function) or entry_of(function)
                entry = own.with_runtime(self._runtime_of(function))
                self._entries[function] = entry
        triggered = function in TRIGGERED
        seconds = FUNCTIONS[function].timeout_seconds if triggered else self._timeout
        context = LambdaContext(
            function_name=f"wpp-mcp-{function.value}",
            aws_request_id=str(uuid.uuid4()),
            ends=monotonic() + seconds,
        )
        try:
            return self._pool.submit(entry, event, context).result(seconds)
        except FutureTimeoutError as error:
            raise FunctionTimeoutError(function.value) from error
        except Killed as end:
            with self._lock:
                self._entries.pop(function, None)
            raise FunctionKilledError(function.value) from end
        finally:
            self._after()

    def _runtime_of(self, function: Function) -> Runtime:
        observe, runtime = self._observe, self._runtime
        if observe is None:
            return runtime

        def aws(service: str) -> Any:
            return _Observed(
                runtime.aws(service),
                lambda operation, given: observe(AwsCall(function, service, operation, given)),
            )

        return replace(runtime, aws=aws)

    def stop(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
