"""The jobs that end operations whose time is over, and settle those whose outcome is unknown."""

from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.jobs.operations import OperationJobs
from wpp_mcp.jobs.registry import JobName
from wpp_mcp.jobs.running import JobFunction
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> JobFunction:
    jobs = OperationJobs(runtime)
    runs = {JobName.UNCONFIRMED_OPERATIONS: jobs.expire, JobName.RECONCILIATION: jobs.reconcile}
    return JobFunction(runtime, Function.OPERATION_JOBS, runs)


handler = LambdaEntry(create)
