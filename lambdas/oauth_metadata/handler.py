"""GET /.well-known/oauth-protected-resource, with and without /mcp."""

from wpp_mcp.config import MetadataSettings
from wpp_mcp.gateway.endpoints import resource_metadata
from wpp_mcp.gateway.entry import LambdaEntry
from wpp_mcp.gateway.http import HttpFunction
from wpp_mcp.gateway.messages import Response
from wpp_mcp.routes import Function
from wpp_mcp.runtime import Runtime


def create(runtime: Runtime) -> HttpFunction:
    document = Response(resource_metadata(MetadataSettings.load(runtime.environ)))
    path = "GET /.well-known/oauth-protected-resource"
    endpoints = {path: lambda _: document, f"{path}/mcp": lambda _: document}
    return HttpFunction(runtime, Function.OAUTH_METADATA, endpoints)


handler = LambdaEntry(create)
