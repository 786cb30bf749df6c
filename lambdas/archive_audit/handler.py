"""The stream of the audit log, into the archive."""

from wpp_mcp.audit.archive import Archiver
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> Archiver:
    return Archiver(runtime)


handler = LambdaEntry(create)
