. "$(dirname "$0")/settings.sh"

# region all
page=""
while :; do
  answer=$(call "$WPP_MCP_URL/mcp/execute-tool" --data '{
    "tool": "list_budgets",
    "params": {"customerId": "1000000101", "pageSize": 4'"${page:+, \"pageToken\": \"$page\"}"'}
  }')
  printf '%s' "$answer" | each budgetId data rows
  page=$(printf '%s' "$answer" | member data nextPageToken)
  [ -n "$page" ] || break
  echo "the next page"
done
# endregion
