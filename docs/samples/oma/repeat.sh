. "$(dirname "$0")/settings.sh"

# region all
id="oma_req_$(date +%s)_$$"
budgets_of() {
  call "$WPP_MCP_URL/mcp/execute-tool" --write-out '\nHTTP %{http_code}\n' --data '{
    "tool": "list_budgets",
    "params": {"customerId": "'"$1"'"},
    "omaRequestId": "'"$id"'"
  }'
}

first=$(budgets_of 1000000101)
again=$(budgets_of 1000000101)
[ "$again" = "$first" ] && echo "The same request: the answer of the first time."
echo "Another request under the same id:"
budgets_of 1000000102
# endregion
