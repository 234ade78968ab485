-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE team (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7',
  name        VARCHAR(120) NOT NULL COMMENT 'as people read it',
  external_id VARCHAR(128) NULL COMMENT 'of the directory''s group',
  version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  archived_at DATETIME(6)  NULL COMMENT 'UTC; no new members after it, history stays',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY team_name (company_id, name),
  UNIQUE KEY team_external (company_id, external_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A group of people';
