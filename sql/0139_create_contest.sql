-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE contest (
  company_id   UUID         NOT NULL COMMENT 'company.id',
  id           UUID         NOT NULL COMMENT 'UUIDv7 made by the client: the order of lists',
  name         VARCHAR(80)  NOT NULL COMMENT 'as people read it',
  description  VARCHAR(500) NULL COMMENT 'as people read it',
  prize        VARCHAR(200) NULL COMMENT 'what is to be won, as people read it',
  unit         ENUM('people','teams') NOT NULL COMMENT 'who competes',
  measure      ENUM('points','shares','clicks','visitors','leads','qualified','won_value','kudos_received','kudos_given') NOT NULL COMMENT 'of include/rostra/measure.h',
  team_id      UUID         NULL COMMENT 'team.id whose people compete; NULL: everybody',
  first_on     DATE         NOT NULL COMMENT 'day in the company''s zone, included',
  last_on      DATE         NOT NULL COMMENT 'day in the company''s zone, included',
  frozen_at    DATETIME(6)  NULL COMMENT 'UTC; the result stands since then',
  cancelled_at DATETIME(6)  NULL COMMENT 'UTC',
  version      BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes by admins',
  created_at   DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  KEY contest_due (frozen_at, last_on)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who does most of something within some days';
