-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE logout_token (
  company_id  UUID        NOT NULL COMMENT 'company.id',
  provider_id UUID        NOT NULL COMMENT 'identity_provider.id',
  jti_sha256  BINARY(32)  NOT NULL COMMENT 'of the token''s id: it comes once',
  expires_at  DATETIME(6) NOT NULL COMMENT 'UTC; it is too old by then in any case',
  PRIMARY KEY (company_id, provider_id, jti_sha256),
  KEY logout_token_over (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Logout tokens of providers that were heeded';
