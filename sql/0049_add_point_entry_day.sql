-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE point_entry
  ADD COLUMN day INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'YYYYMMDD in the company''s zone of what a rule rewards; 0: no rule does' AFTER object_id,
  ADD KEY point_entry_day (company_id, person_id, reason, day);
