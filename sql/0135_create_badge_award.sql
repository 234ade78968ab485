-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE badge_award (
  company_id UUID         NOT NULL COMMENT 'company.id',
  person_id  UUID         NOT NULL COMMENT 'person.id who has it',
  badge_id   UUID         NOT NULL COMMENT 'badge.id',
  level      TINYINT UNSIGNED NOT NULL COMMENT 'badge_level.level',
  value      BIGINT       NOT NULL COMMENT 'of the measure or the streak then; granted by hand: 0',
  granted_by UUID         NULL COMMENT 'person.id; NULL: awarded by the program',
  reason     VARCHAR(300) NULL COMMENT 'PII; of a grant by hand',
  awarded_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, person_id, badge_id, level)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who was awarded what: each level once';
