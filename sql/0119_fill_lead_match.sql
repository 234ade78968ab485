-- SPDX-License-Identifier: Apache-2.0
UPDATE lead
  SET match_reason = CASE matched_by WHEN 'click' THEN 'click_known' WHEN 'pending' THEN 'click_waits' WHEN 'visitor' THEN 'visitor_of_click'
    WHEN 'email' THEN 'same_email' WHEN 'none' THEN IF(click_id IS NULL, 'nothing_known', NULL) END,
  match_pct = CASE matched_by WHEN 'click' THEN 100 WHEN 'visitor' THEN 90 WHEN 'email' THEN 70 WHEN 'none' THEN 0 END
  WHERE match_reason IS NULL /* all companies: once, for leads from before it was kept */;
