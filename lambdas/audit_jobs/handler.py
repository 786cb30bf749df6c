"""The audit's scheduled jobs: daily manifest and verification."""

from wpp_mcp.functions import Function
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.jobs.audit import AuditJobs
from wpp_mcp.jobs.registry import JobName
from wpp_mcp.jobs.running import JobFunction
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> JobFunction:
    audit = AuditJobs(runtime)
    runs = {
        JobName.AUDIT_MANIFEST: audit.manifest,
        JobName.AUDIT_VERIFICATION: audit.verification,
    }
    return JobFunction(runtime, Function.AUDIT_JOBS, runs)


handler = LambdaEntry(create)
