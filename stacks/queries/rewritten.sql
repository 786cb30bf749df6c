-- Places in a chain that came with different contents: the table was changed. Parameter: first day
SELECT "user_id", "day_sequence", count(DISTINCT "entry") AS "versions",
  min("arrived") AS "first_arrived", max("arrived") AS "last_arrived"
FROM "entries"
WHERE "arrived" >= ?
GROUP BY "user_id", "day_sequence"
HAVING count(DISTINCT "entry") > 1
ORDER BY "user_id", "day_sequence"
