-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE sign_out (
  state_sha256 BINARY(32)   NOT NULL COMMENT 'of the state the provider gives back',
  company_id   UUID         NOT NULL COMMENT 'company.id',
  redirect_uri VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the app''s',
  app_state    VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the app''s, given back',
  expires_at   DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (state_sha256),
  KEY sign_out_over (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Sign-outs under way at providers: gone once the browser is back';
