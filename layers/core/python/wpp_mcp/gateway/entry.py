"""The entry point of a Lambda function: built on the first invocation, from the environment.

A deployed function calls the entry as it is. Whoever brings other surroundings (tests)
gets an entry of their own with `with_runtime`; the one that Lambda calls is never changed.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from wpp_mcp.runtime import Runtime

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]


class LambdaEntry:
    """A handler that is made when it is first needed.

    Parameters
    ----------
    create
        Makes the handler from the function's surroundings.
    """

    def __init__(
        self,
        create: Callable[[Runtime], Handler],
        runtime: Callable[[], Runtime] = Runtime.production,
    ) -> None:
        self._create = create
        self._runtime = runtime
        self._lock = threading.Lock()
        self._handler: Handler | None = None

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Handle one invocation."""
        with self._lock:
            if self._handler is None:
                self._handler = self._create(self._runtime())
        return self._handler(event, context)

    def with_runtime(self, runtime: Runtime) -> "LambdaEntry":
        """Return the same function in other surroundings."""
        return LambdaEntry(self._create, lambda: runtime)
