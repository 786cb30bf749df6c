. "$(dirname "$0")/settings.sh"

# region all
call "$WPP_MCP_URL/mcp/execute-tool" --write-out '\nHTTP %{http_code}\n' --data '{
  "tool": "list_budgets",
  "params": {"customerId": "1000000104"}
}'
# endregion
