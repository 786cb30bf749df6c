-- What was refused: attempts, and grants that are wrong. Parameters: first day, first day, last day
WITH "entries_once" AS (
{once}
)
SELECT "timestamp", "user_id", "role", "agency", "channel", "client_id", "tool", "action",
  "account_id", "result", "error", "rows", "operation_id", "correlation_id"
FROM "entries_once"
WHERE "day" BETWEEN ? AND ? AND "result" = 'blocked'
ORDER BY "timestamp"
