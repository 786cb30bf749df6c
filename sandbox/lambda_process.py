"""One built function in a process of its own, started as Lambda starts it.

Lambda's own runtime client runs the handler. On its path: the package, the layers, the standard
library, and last what the runtime brings by itself (boto3). Nothing of this checkout.
"""

import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self

from bundling.interpreters import interpreter
from bundling.target import Target
from sandbox.runtime_api import InvocationError, RuntimeApi
from stacks.functions import FUNCTIONS
from wpp_mcp.functions import Function

_START: Final = """
import sys
handler, count, *paths = sys.argv[1:]
first, last = paths[:int(count)], paths[int(count):]
sys.path[:] = first + sys.path + last
sys.argv[:] = ["bootstrap", handler]
from awslambdaric.__main__ import main
main(sys.argv)
"""
_HANDLER: Final = "handler.handler"
_PASSED: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH")


class LambdaProcess:
    """A running function; a context manager.

    Parameters
    ----------
    environ
        What it is deployed with, and the addresses of its surroundings.
    handler
        What Lambda is told to call.
    beside
        Folders on the path beside the package, for another ``handler``.
    """

    def __init__(
        self,
        target: Target,
        function: Function,
        environ: Mapping[str, str],
        *,
        handler: str = _HANDLER,
        beside: Sequence[Path] = (),
    ) -> None:
        spec = FUNCTIONS[function]
        name = f"wpp-mcp-{function.value}"
        self._api = RuntimeApi(f"arn:aws:lambda:us-east-1:123456789012:function:{name}")
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `stop`
        self._seconds = spec.timeout_seconds
        package = target.functions / function
        first = [package, *(target.layers / layer / "python" for layer in spec.layers), *beside]
        own = {
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{target.python}",
            "LAMBDA_TASK_ROOT": str(package),
            "TZ": ":UTC",
            "_HANDLER": handler,
        }
        passed = {n: os.environ[n] for n in _PASSED if n in os.environ}
        self._started = monotonic()
        python = str(interpreter(target.python))
        paths = [*map(str, first), str(target.folder / "runtime")]
        self._process = subprocess.Popen(  # noqa: S603 - a function that was built here
            # No site-packages, no variables of Python, no bytecode written: the disk is read-only.
            [python, "-I", "-S", "-B", "-c", _START, handler, str(len(first)), *paths],
            cwd=package,
            env={**passed, **environ, **own},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()

    def _watch(self) -> None:
        self._api.ended(self._process.wait())

    def invoke(self, event: Any, seconds: float | None = None) -> Any:
        """Send an event and return the answer.

        Raises
        ------
        InvocationError
            The function failed; its log is at the end of the text.
        """
        try:
            return self._api.invoke(event, seconds or self._seconds)
        except InvocationError as error:
            raise InvocationError(f"{error}\n{self.log()}") from None

    @property
    def age(self) -> float:
        """Seconds since the process was started."""
        return monotonic() - self._started

    @property
    def init_seconds(self) -> float | None:
        """How long it took to load the function, as Lambda's "Init Duration" says; None before."""
        asked_at = self._api.asked_at
        return None if asked_at is None else asked_at - self._started

    def log(self) -> str:
        """Return what the function and its runtime have written."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._watcher.join()
        self._api.stop()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
