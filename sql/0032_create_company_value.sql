-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE company_value (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7 made by the client',
  name        VARCHAR(60)  NOT NULL COMMENT 'as people read it',
  description VARCHAR(500) NULL COMMENT 'what it means here',
  archived_at DATETIME(6)  NULL COMMENT 'UTC; no new kudos name it, old ones still do',
  version     BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY company_value_name (company_id, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What the company values: a kudos names one';
