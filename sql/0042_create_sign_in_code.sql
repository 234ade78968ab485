-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE sign_in_code (
  code_sha256    BINARY(32)   NOT NULL COMMENT 'of the code the app exchanges',
  company_id     UUID         NOT NULL COMMENT 'company.id',
  person_id      UUID         NOT NULL COMMENT 'person.id',
  redirect_uri   VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'must be named again',
  code_challenge CHAR(43)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'PKCE of the app',
  session_id     UUID         NULL COMMENT 'session.id made of it: it is used',
  expires_at     DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (code_sha256),
  KEY sign_in_code_over (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='One-time codes of apps';
