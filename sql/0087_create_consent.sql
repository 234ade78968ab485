-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE consent (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7 made by the client',
  name        VARCHAR(40)  NOT NULL COMMENT 'such as terms',
  version     INT UNSIGNED NOT NULL COMMENT 'of the name: counts publications',
  in_force_at DATETIME(6)  NOT NULL COMMENT 'UTC; from then on nobody goes on without accepting it, until a later version is in force',
  body_sha256 BINARY(32)   NOT NULL COMMENT 'of the body that made it: tells a repeated PUT from another',
  created_by  UUID         NULL COMMENT 'person.id',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  archived_at DATETIME(6)  NULL COMMENT 'UTC; out of force by hand',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY consent_version (company_id, name, version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Texts that people must accept, version by version';
