-- Which rows each count of each month takes: [starts, ends) in microseconds since 1970, UTC.
WITH windows (counted, period, moment, starts, ends, only_source) AS (
  VALUES
    ('received', '2023-10', 'received_at', 1695052800000000, 1697644800000000, NULL),
    ('closed', '2023-10', 'closed_at', 1695052800000000, 1697644800000000, NULL)
),
-- Every row that counts, with its outcome code (digits: evaluation/outcome.py).
coded AS (
  SELECT
    area_id, unit_id, category_id, source,
    counts_for_area IS TRUE AS for_area,
    epoch_us(received_at) AS received,
    epoch_us(closed_at) AS closed,
    1 * (held IS TRUE)::INTEGER
    + 2 * (coalesce(passes, 1) > 1)::INTEGER
    + 4 * (coalesce(returns, 0) > 0)::INTEGER
    + 8 * CASE WHEN on_time IS NULL THEN CASE WHEN closed_at IS NULL THEN 0 ELSE 4 END
         WHEN on_time THEN CASE WHEN closed_at IS NULL THEN 5 ELSE 1 END
         ELSE CASE WHEN closed_at IS NULL THEN 3 ELSE 2 END END
    + 48 * CASE WHEN satisfaction IS NULL THEN 0 ELSE CASE satisfaction WHEN 'satisfied' THEN 1 WHEN 'mostly_satisfied' THEN 2 WHEN 'neutral' THEN 3 WHEN 'dissatisfied' THEN 4 ELSE 0 END END
    + 240 * (resolved IS TRUE)::INTEGER
    + 480 * (contacted IS TRUE)::INTEGER
    + 960 * (valid IS TRUE)::INTEGER
    + 1920 * CASE WHEN excluded_ground IS NULL THEN 0 ELSE CASE excluded_ground WHEN 'unlawful_demand' THEN 1 WHEN 'unreasonable_demand' THEN 2 WHEN 'force_majeure' THEN 3 WHEN 'wrong_jurisdiction' THEN 4 WHEN 'malicious_repeat' THEN 5 WHEN 'commercial_complaint' THEN 6 WHEN 'legal_process' THEN 7 WHEN 'duplicate' THEN 8 WHEN 'cancelled' THEN 9 WHEN 'withdrawn' THEN 10 WHEN 'other' THEN 13 ELSE 13 END END AS outcome
  FROM facts
  WHERE role IN ('lead', 'dual')
    AND (kind IS NULL OR kind <> 'enquiry')
),
taken AS (
  SELECT counted, period, area_id, unit_id, category_id, for_area, outcome
  FROM coded
  JOIN windows
    ON CASE moment WHEN 'received_at' THEN received ELSE closed END >= starts
   AND CASE moment WHEN 'received_at' THEN received ELSE closed END < ends
   AND (only_source IS NULL OR only_source = source)
)
SELECT counted || '_by_unit' AS cube, period, NULL AS area, unit_id AS unit, NULL AS category,
       outcome, count(*) AS count
FROM taken
GROUP BY ALL
UNION ALL
SELECT counted || '_by_area', period, area_id, NULL, NULL, outcome, count(*)
FROM taken
WHERE for_area
GROUP BY ALL
UNION ALL
SELECT 'received_by_area_category', period, area_id, NULL, category_id, outcome, count(*)
FROM taken
WHERE for_area AND counted = 'received'
GROUP BY ALL
