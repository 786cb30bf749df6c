. "$(dirname "$0")/settings.sh"

# region all
list=$(python3 "$(dirname "$0")/sealing.py" "Google Ads:1000000102")
for account in 1000000101 1000000102; do
  echo "$account:"
  call "$WPP_MCP_URL/mcp/execute-tool" --data '{
    "tool": "list_budgets",
    "params": {"customerId": "'"$account"'", "pageSize": 1},
    "approvedAccounts": '"$list"'
  }'
  echo
done
# endregion
