-- SPDX-License-Identifier: Apache-2.0
INSERT INTO report_due (company_id, kind, day)
SELECT DISTINCT company_id /* all companies: what is there already */, 'leads', DATE(occurred_at) FROM conversion;
