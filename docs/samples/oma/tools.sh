. "$(dirname "$0")/settings.sh"

# region all
page=""
while :; do
  answer=$(call --get "$WPP_MCP_URL/mcp/tools/list" ${page:+--data-urlencode "pageToken=$page"})
  printf '%s' "$answer" | each name tools
  page=$(printf '%s' "$answer" | member nextPageToken)
  [ -n "$page" ] || break
done
# endregion
