-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE badge_level (
  company_id UUID        NOT NULL COMMENT 'company.id',
  badge_id   UUID        NOT NULL COMMENT 'badge.id',
  level      TINYINT UNSIGNED NOT NULL COMMENT 'from 1',
  name       VARCHAR(30) NOT NULL COMMENT 'such as Bronze',
  threshold  BIGINT      NOT NULL COMMENT 'so much of the measure, or so many weeks; more than that of the level before',
  PRIMARY KEY (company_id, badge_id, level)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Levels of badges';
