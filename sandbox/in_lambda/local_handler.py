"""A built function among the sandbox's Google: what ``make invoke`` starts instead of its handler.

It runs inside the function's process, beside the package and the layers and never in them. No
environment variable of the product can point a function at another Google; this module can.
"""

import json
import os

from handler import handler as deployed  # type: ignore[import-not-found]  # the package is

from wpp_mcp.runtime import Endpoints, Runtime

_ENDPOINTS = Endpoints(**json.loads(os.environ["SANDBOX_ENDPOINTS"]))

handler = deployed.with_runtime(Runtime(environ=dict(os.environ), endpoints=_ENDPOINTS))
