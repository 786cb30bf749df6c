. "$(dirname "$0")/settings.sh"

# region all
call --get "$WPP_MCP_URL/mcp/audit-logs" --data-urlencode "limit=1"
# endregion
