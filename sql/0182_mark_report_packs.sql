-- SPDX-License-Identifier: Apache-2.0
INSERT INTO report_due (company_id, kind, day)
SELECT company_id /* all companies: what is there already */, 'leads', day FROM report_sum
WHERE what = 'lead' AND dimension = 'path' AND span = 'day'
UNION ALL SELECT company_id, 'shares', day FROM report_sum WHERE what = 'share' AND dimension = 'network' AND span = 'day';
