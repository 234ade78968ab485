-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE sign_in (
  state_sha256   BINARY(32)   NOT NULL COMMENT 'of the state the provider gives back',
  company_id     UUID         NOT NULL COMMENT 'company.id',
  provider_id    UUID         NOT NULL COMMENT 'identity_provider.id',
  browser_sha256 BINARY(32)   NOT NULL COMMENT 'of the cookie: the browser that began ends it',
  nonce          CHAR(43)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'must be in the ID Token',
  verifier       CHAR(43)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'PKCE towards the provider',
  redirect_uri   VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the app''s',
  app_state      VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the app''s, given back',
  code_challenge CHAR(43)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'PKCE of the app',
  expires_at     DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (state_sha256),
  KEY sign_in_over (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Sign-ins under way: gone once the provider answers';
