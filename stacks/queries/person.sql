-- What one person did. Parameters: first day, first day, last day, e-mail address
WITH "entries_once" AS (
{once}
)
SELECT "timestamp", "user_id", "role", "agency", "channel", "client_id", "tool", "action",
  "account_id", "result", "error", "rows", "operation_id", "correlation_id"
FROM "entries_once"
WHERE "day" BETWEEN ? AND ? AND "user_id" = ?
ORDER BY "timestamp"
