-- How much data left the server, most first. Parameters: first day, first day, last day
WITH "entries_once" AS (
{once}
)
SELECT "user_id", "account_id", "tool", count(*) AS "calls", sum("rows") AS "rows_out"
FROM "entries_once"
WHERE "day" BETWEEN ? AND ? AND "rows" > 0
GROUP BY "user_id", "account_id", "tool"
ORDER BY "rows_out" DESC
