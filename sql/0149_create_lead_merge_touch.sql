-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE lead_merge_touch (
  company_id UUID        NOT NULL COMMENT 'company.id',
  merge_id   UUID        NOT NULL COMMENT 'lead_merge.id',
  touched_at DATETIME(6) NOT NULL COMMENT 'touch.touched_at',
  click_id   BINARY(12)  NOT NULL COMMENT 'touch.click_id: the kept lead did not have it before',
  PRIMARY KEY (company_id, merge_id, touched_at, click_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Touches that a merge of leads added to the kept one: they go when it is split';
