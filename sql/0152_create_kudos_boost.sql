-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE kudos_boost (
  company_id UUID         NOT NULL COMMENT 'company.id',
  who        CHAR(36)     CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL COMMENT 'a role, or person.id in lower case',
  points     INT UNSIGNED NOT NULL COMMENT 'points to give in a month beside kudos_policy.monthly_allowance; boosts add up',
  set_by     UUID         NOT NULL COMMENT 'person.id',
  set_at     DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, who)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who may give more points than others';
