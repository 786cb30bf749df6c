"""``GET /.well-known/oauth-authorization-server``: what a client has to know (RFC 8414)."""

from collections.abc import Mapping
from typing import Any

from wpp_mcp.access.verifying import issuer_of, keys_url
from wpp_mcp.config import PoolSettings
from wpp_mcp.runtime import Runtime
from wpp_mcp.sign_in.asked import OFFERED


def authorization_server_metadata(runtime: Runtime, settings: PoolSettings) -> Mapping[str, Any]:
    """Return the metadata. Without ``registration_endpoint``: nobody registers by themselves."""
    issuer = settings.origin
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "jwks_uri": keys_url(issuer_of(runtime, settings)),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": sorted(scope.value for scope in OFFERED),
        "client_id_metadata_document_supported": True,
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [settings.resource_url],
    }
