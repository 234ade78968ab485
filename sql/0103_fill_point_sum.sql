-- SPDX-License-Identifier: Apache-2.0
INSERT INTO point_sum (company_id, span, from_day, person_id, team_id, tenths, entries)
SELECT company_id /* all companies: what is there already */, 'day', day, person_id, COALESCE(team_id, CAST('00000000-0000-0000-0000-000000000000' AS UUID)), SUM(tenths), COUNT(*)
FROM point_entry WHERE currency = 'earned' AND day > 0 GROUP BY 1, 3, 4, 5
UNION ALL
SELECT company_id, 'month', day DIV 100 * 100 + 1, person_id, COALESCE(team_id, CAST('00000000-0000-0000-0000-000000000000' AS UUID)), SUM(tenths), COUNT(*)
FROM point_entry WHERE currency = 'earned' AND day > 0 GROUP BY 1, 3, 4, 5;
