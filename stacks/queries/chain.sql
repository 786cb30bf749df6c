-- A person's day in the order of its chain, with gaps. Parameters: day, day, e-mail address
WITH "entries_once" AS (
{once}
)
SELECT "sequence",
  "sequence" - 1 - coalesce(lag("sequence") OVER (ORDER BY "sequence"), 0) AS "missing_before",
  "timestamp", "tool", "result", "mac", "key_id", "entry"
FROM "entries_once"
WHERE "day" = ? AND "user_id" = ?
ORDER BY "sequence"
