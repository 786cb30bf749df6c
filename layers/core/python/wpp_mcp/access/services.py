"""The composition root: everything a function of the gateway is made of, from its runtime."""

from wpp_mcp.access.callers import Callers
from wpp_mcp.audit.chain import ChainKey
from wpp_mcp.audit.trail import AuditTrail
from wpp_mcp.config import ConfigurationError, StorageSettings
from wpp_mcp.observability import logger_for, pseudonym
from wpp_mcp.runtime import Runtime
from wpp_mcp.secret_store import SecretName, SecretStore, SecretUnavailableError
from wpp_mcp.storage.approved_accounts import ApprovedAccounts
from wpp_mcp.storage.audit_logs import AuditLogs
from wpp_mcp.storage.directory import Directory
from wpp_mcp.storage.dynamo import Dynamo
from wpp_mcp.storage.operations import Operations


class Services:
    """Built once per function instance, and free of anything that belongs to one call."""

    def __init__(self, runtime: Runtime, service: str) -> None:
        self.runtime = runtime
        self.settings = StorageSettings.load(runtime.environ)
        self.service = service
        self.log = logger_for(service, self.settings.log_level, runtime.log)
        self.secrets = SecretStore(runtime, self.settings)
        self.dynamo = Dynamo(runtime, self.settings.table_prefix)
        self.callers = Callers(Directory(self.dynamo))
        self.approved = ApprovedAccounts(self.dynamo)
        self.operations = Operations(self.dynamo)
        self.audit_logs = AuditLogs(self.dynamo)
        self.trail = AuditTrail(runtime, self.dynamo, self._current_chain_key)

    def chain_keys(self) -> dict[str, ChainKey]:
        """Return every chain key that entries may carry, by key id."""
        keys = (ChainKey(value.encode()) for value in self.secrets.get(SecretName.AUDIT_KEY))
        return {key.key_id: key for key in keys}

    def pseudonym(self, user_id: str) -> str:
        """Return what stands for a person in logs and metrics; another one with each audit key."""
        try:
            return pseudonym(self._current_chain_key().secret, user_id)
        except (SecretUnavailableError, ConfigurationError):
            # The entry in the audit says who it was; an answer does not fail for a log line.
            return "unknown"

    def _current_chain_key(self) -> ChainKey:
        return ChainKey(self.secrets.get(SecretName.AUDIT_KEY).current.encode())
