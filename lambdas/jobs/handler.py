"""Every scheduled job that is not built yet: says so, loudly."""

from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.jobs.running import JobFunction
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> JobFunction:
    return JobFunction(runtime, Function.JOBS, {})


handler = LambdaEntry(create)
