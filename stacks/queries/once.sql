SELECT {columns}
FROM (
  SELECT *, row_number() OVER (
    PARTITION BY "user_id", "day_sequence" ORDER BY "arrived", "timestamp", "mac"
  ) AS "copy"
  FROM "entries"
  WHERE "arrived" >= {since}
) AS "counted"
WHERE "copy" = 1
