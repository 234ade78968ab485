-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE identity_provider (
  company_id    UUID         NOT NULL COMMENT 'company.id',
  id            UUID         NOT NULL COMMENT 'UUIDv7 made by the client',
  name          VARCHAR(120) NOT NULL COMMENT 'as people read it',
  issuer        VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'compared byte for byte',
  client_id     VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ours, at the provider',
  client_secret VARBINARY(560) NOT NULL COMMENT 'sealed; bound to this row',
  client_auth   ENUM('basic','post') NOT NULL DEFAULT 'basic' COMMENT 'how the secret is sent',
  algorithm     ENUM('RS256','PS256','ES256','ES384','EdDSA') NOT NULL DEFAULT 'RS256' COMMENT 'of ID Tokens: never what a token asks for',
  state         ENUM('on','off') NOT NULL DEFAULT 'off' COMMENT 'on: people sign in with it',
  make_accounts BOOLEAN      NOT NULL DEFAULT FALSE COMMENT 'whoever has an address of email_domains gets an account',
  email_domains VARCHAR(500) CHARACTER SET ascii NOT NULL DEFAULT '' COMMENT 'proved to be the company''s, space-separated; set by operators only',
  version       BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  created_at    DATETIME(6)  NOT NULL COMMENT 'UTC',
  updated_at    DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Where the people of a company sign in (OpenID Connect)';
