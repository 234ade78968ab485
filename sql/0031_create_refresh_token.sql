-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE refresh_token (
  token_sha256 BINARY(32)   NOT NULL COMMENT 'of 256 random bits: a plain digest is enough',
  company_id   UUID         NOT NULL COMMENT 'company.id',
  session_id   UUID         NOT NULL COMMENT 'session.id',
  generation   INT UNSIGNED NOT NULL COMMENT 'older than the session says: it was used',
  created_at   DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (token_sha256),
  KEY refresh_token_session (company_id, session_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Refresh tokens there were; used ones are kept to know them again';
