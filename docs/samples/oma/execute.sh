. "$(dirname "$0")/settings.sh"

# region all
call "$WPP_MCP_URL/mcp/execute-tool" --data '{
  "tool": "list_budgets",
  "params": {"customerId": "1000000101", "pageSize": 2}
}'
# endregion
