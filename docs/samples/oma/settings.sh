# Sourced by the other scripts. They need curl, and python3 to pick members out of JSON.
: "${WPP_MCP_URL:?}" "${WPP_USER_TOKEN:?}" "${OMA_API_KEY:?}" "${GOOGLE_ACCESS_TOKEN:?}"

# region call
headers() {
  printf '%s\n' \
    "Authorization: Bearer $WPP_USER_TOKEN" \
    "X-OMA-API-Key: $OMA_API_KEY" \
    "X-Google-Access-Token: $GOOGLE_ACCESS_TOKEN" \
    "Content-Type: application/json"
}

# The headers come from standard input: others on the machine can read a command's arguments.
call() {
  headers | curl --silent --show-error --max-time 30 --header @- "$@"
}
# endregion

# Prints one member of the JSON on standard input, as in: member data nextPageToken
member() {
  python3 -c '
import json, sys
found = json.load(sys.stdin)
for name in sys.argv[1:]:
    found = found.get(name) or {}
print(found or "")' "$@"
}

# Prints one member of each item of a list, as in: each budgetId data rows
each() {
  python3 -c '
import json, sys
found = json.load(sys.stdin)
for name in sys.argv[2:]:
    found = found[name]
print(*(item[sys.argv[1]] for item in found), sep="\n")' "$@"
}
