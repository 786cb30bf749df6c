"""The daily exports of tables."""

from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.jobs.exports import TableExports
from wpp_mcp.jobs.registry import JobName
from wpp_mcp.jobs.running import JobFunction
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> JobFunction:
    runs = {JobName.EXPORTS: TableExports(runtime).run}
    return JobFunction(runtime, Function.EXPORT_TABLES, runs)


handler = LambdaEntry(create)
