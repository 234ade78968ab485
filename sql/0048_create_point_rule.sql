-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE point_rule (
  company_id     UUID   NOT NULL COMMENT 'company.id',
  set_id         UUID   NOT NULL COMMENT 'point_rule_set.id',
  action         ENUM('share_published','kudos_given') NOT NULL COMMENT 'what is rewarded',
  tenths         BIGINT NOT NULL COMMENT 'tenths of a point for each',
  day_cap_tenths BIGINT NULL COMMENT 'tenths; most a person gets in a day of the company''s zone; NULL: no limit',
  PRIMARY KEY (company_id, set_id, action)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What one action earns';
