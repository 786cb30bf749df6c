curl --silent --show-error --max-time 30 "$WPP_MCP_URL/health"
