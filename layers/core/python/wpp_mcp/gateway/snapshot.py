"""What calls load on their way: named here, so that a snapshot can hold it.

Without a snapshot each of these is loaded by the first call that needs it, and by no other.
"""

from importlib import import_module
from typing import Final

from wpp_mcp.tools.registry import catalogue
from wpp_mcp.tools.schemas import input_schema, output_schema

_CALLS: Final = (
    "boto3",
    "boto3.dynamodb.types",
    "aws_lambda_powertools.utilities.parameters",
    "google.ads.googleads.client",
    "google.ads.googleads.errors",
    "google.auth.transport.requests",
    "google.oauth2.credentials",
    "google_auth_httplib2",
    "googleapiclient.discovery",
    "grpc",
    "wpp_mcp.google.ads.write_channel",
    "wpp_mcp.google.read_only",
    "wpp_mcp.google.search_console.read_only",
    "wpp_mcp.google.search_console.write_once",
    "google.analytics.data_v1beta.services.beta_analytics_data",
    "google.analytics.data_v1beta.types",
    "google.analytics.admin_v1beta.services.analytics_admin_service",
    "lark",
    "wpp_mcp.google.ads.gaql.parser",
    "wpp_mcp.google.ads.gaql.structured",
)
_MCP: Final = ("anyio._backends._asyncio",)


def before_calls() -> None:
    """Load what a tool call needs: Google's libraries, the tools and their schemas."""
    for name in _CALLS:
        import_module(name)
    for tool in catalogue().values():
        input_schema(tool)
        output_schema(tool)


def before_mcp() -> None:
    """Load what `before_calls` does, and what the MCP server runs on."""
    before_calls()
    for name in _MCP:
        import_module(name)
