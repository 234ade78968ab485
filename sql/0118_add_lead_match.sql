-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE lead
  ADD COLUMN match_reason ENUM('click_known','click_waits','visitor_of_click','same_email','click_not_human','click_unknown','nothing_known') NULL COMMENT 'why its path is believed to be its own; NULL: from before it was kept',
  ADD COLUMN match_pct TINYINT UNSIGNED NULL COMMENT 'percent; how sure that is; NULL: it waits, or is from before it was kept';
