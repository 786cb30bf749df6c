"""OAuth metadata: of the resource, with and without /mcp, and of the authorization server."""

from wpp_mcp.config import MetadataSettings
from wpp_mcp.functions import Function
from wpp_mcp.gateway.endpoints import resource_metadata
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.messages import Response
from wpp_mcp.runtime import Runtime
from wpp_mcp.sign_in.metadata import authorization_server_metadata


def create(runtime: Runtime) -> HttpFunction:
    settings = MetadataSettings.load(runtime.environ)
    resource = Response(resource_metadata(settings))
    server = Response(authorization_server_metadata(runtime, settings))
    path = "GET /.well-known/oauth-protected-resource"
    endpoints = {
        path: lambda _: resource,
        f"{path}/mcp": lambda _: resource,
        "GET /.well-known/oauth-authorization-server": lambda _: server,
    }
    return HttpFunction(runtime, Function.OAUTH_METADATA, endpoints)


handler = LambdaEntry(create)
