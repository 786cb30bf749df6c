"""The stream of the audit log, into the archive."""

from wpp_mcp.audit.archive import Archiver
from wpp_mcp.gateway.entry import LambdaEntry

handler = LambdaEntry(Archiver)
