-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE board (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7 made by the client',
  name        VARCHAR(80)  NOT NULL COMMENT 'as people read it',
  who         ENUM('people','teams') NOT NULL COMMENT 'whom it ranks',
  measure     ENUM('points','shares','clicks','visitors','leads','qualified','won_value','kudos_received','kudos_given') NOT NULL COMMENT 'by what: include/rostra/measure.h',
  per_head    BOOLEAN      NOT NULL COMMENT 'of teams: divided by how many were in it, on average over the window',
  period      ENUM('rolling','dated','week','month','quarter') NOT NULL COMMENT 'which days count, in the company''s zone',
  days        INT UNSIGNED NULL COMMENT 'rolling: so many days, today included',
  first_on    INT UNSIGNED NULL COMMENT 'dated: YYYYMMDD, included',
  last_on     INT UNSIGNED NULL COMMENT 'dated: YYYYMMDD, included',
  team_id     UUID         NULL COMMENT 'team.id: only what was done in it',
  department  VARCHAR(120) NULL COMMENT 'only what was done in it, as the directory calls it',
  location    VARCHAR(120) NULL COMMENT 'only what was done there, as the directory calls it',
  value_id    UUID         NULL COMMENT 'company_value.id: only kudos of it',
  min_group   INT UNSIGNED NOT NULL COMMENT 'people; smaller teams, and segments with fewer in them, are not shown',
  version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  created_by  UUID         NOT NULL COMMENT 'person.id',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  archived_at DATETIME(6)  NULL COMMENT 'UTC; gone',
  PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A board that the company''s admins defined';
