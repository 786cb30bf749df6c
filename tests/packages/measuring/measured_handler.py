"""The function with the sandbox's Google, and with each answer the files that are loaded by then.

It runs inside the function's process, as `sandbox/in_lambda/local_handler.py` does.
"""

import sys
from typing import Any

from local_handler import handler as local


def handler(event: Any, context: Any) -> dict[str, Any]:
    try:
        answer = local(event, context)
    except Exception as error:  # noqa: BLE001 - whatever it is
        # As Lambda tells it; some functions have nothing but errors to answer.
        answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
    files = {str(getattr(module, "__file__", "")) for module in list(sys.modules.values())}
    return {"answer": answer, "files": sorted(files)}
