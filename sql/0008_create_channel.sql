-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE channel (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7',
  name        VARCHAR(120) NOT NULL COMMENT 'as people read it',
  description VARCHAR(500) NULL COMMENT 'as people read it',
  audience    ENUM('all','teams') NOT NULL DEFAULT 'all' COMMENT 'teams: current members of channel_team',
  mode        ENUM('mandatory','followable') NOT NULL DEFAULT 'mandatory' COMMENT 'mandatory: in the feed of its whole audience',
  version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  archived_at DATETIME(6)  NULL COMMENT 'UTC; in no feed after it',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY channel_name (company_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A stream of posts with an audience';
