-- SPDX-License-Identifier: Apache-2.0
INSERT INTO click_quarter (company_id, class, quarter, slot, n)
SELECT company_id /* all companies: what is there already */, class,
  CAST(DATE(clicked_at) AS DATETIME) + INTERVAL (HOUR(clicked_at) * 4 + MINUTE(clicked_at) DIV 15) * 15 MINUTE, 0, COUNT(*) FROM click GROUP BY 1, 2, 3;
