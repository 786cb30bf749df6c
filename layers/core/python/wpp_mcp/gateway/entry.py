"""The entry point of a Lambda function: built on the first invocation, from the environment.

A deployed function calls the entry as it is. Whoever brings other surroundings (tests)
gets an entry of their own with `with_runtime`; the one that Lambda calls is never changed.

A function that starts from a snapshot loads what its calls would load while the snapshot is made
(`before_snapshot`), and builds nothing then: secrets, keys, clients, connections and random
numbers belong to one copy, and come with its first invocation.
"""

import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from wpp_mcp.runtime import Runtime

Handler = Callable[[Mapping[str, Any], Any], dict[str, Any]]

_INITIALIZATION: Final = "AWS_LAMBDA_INITIALIZATION_TYPE"
_SNAPSHOT: Final = "snap-start"
"""Lambda's own variable, and what it says while a snapshot is made: AWS Lambda Developer Guide,
"Defined runtime environment variables"."""


class LambdaEntry:
    """A handler that is made when it is first needed.

    Parameters
    ----------
    create
        Makes the handler from the function's surroundings.
    before_snapshot
        Loads what calls need and no copy owns, where a snapshot is made.
    """

    def __init__(
        self,
        create: Callable[[Runtime], Handler],
        runtime: Callable[[], Runtime] = Runtime.production,
        *,
        before_snapshot: Callable[[], None] | None = None,
    ) -> None:
        self._create = create
        self._runtime = runtime
        self._lock = threading.Lock()
        self._handler: Handler | None = None
        if before_snapshot is not None and os.environ.get(_INITIALIZATION) == _SNAPSHOT:
            before_snapshot()

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Handle one invocation."""
        with self._lock:
            if self._handler is None:
                self._handler = self._create(self._runtime())
        return self._handler(event, context)

    def with_runtime(self, runtime: Runtime) -> "LambdaEntry":
        """Return the same function in other surroundings."""
        return LambdaEntry(self._create, lambda: runtime)
