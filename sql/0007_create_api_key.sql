-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE api_key (
  company_id    UUID         NOT NULL COMMENT 'company.id',
  id            UUID         NOT NULL COMMENT 'UUIDv7',
  kind          ENUM('secret','site') NOT NULL COMMENT 'secret: server calls; site: public forms',
  name          VARCHAR(60)  NOT NULL COMMENT 'the source that what comes in by it carries',
  prefix        VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'first characters, to recognise it by',
  key_sha256    BINARY(32)   NOT NULL COMMENT 'SHA-256 of the whole key: 256 random bits need no slow hash',
  scopes        VARCHAR(128) CHARACTER SET ascii NOT NULL DEFAULT '' COMMENT 'space-separated, of a secret key',
  origins       VARCHAR(512) CHARACTER SET ascii NOT NULL DEFAULT '' COMMENT 'space-separated exact origins, of a site key',
  created_at    DATETIME(6)  NOT NULL COMMENT 'UTC',
  expires_at    DATETIME(6)  NULL COMMENT 'UTC; NULL: never',
  revoked_at    DATETIME(6)  NULL COMMENT 'UTC',
  last_used_at  DATETIME(6)  NULL COMMENT 'UTC, to the hour',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY api_key_hash (key_sha256)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Keys of servers and of public forms';
