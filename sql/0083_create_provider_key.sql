-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE provider_key (
  company_id  UUID            NOT NULL COMMENT 'company.id',
  provider_id UUID            NOT NULL COMMENT 'identity_provider.id',
  id          UUID            NOT NULL COMMENT 'UUIDv7; kid of what it signs',
  secret      VARBINARY(1440) NOT NULL COMMENT 'the private key (RSA, DER), sealed; bound to this row',
  modulus     VARBINARY(256)  NOT NULL COMMENT 'the public key; its exponent is 65537',
  created_at  DATETIME(6)     NOT NULL COMMENT 'UTC; it signs an hour later, but for the first one',
  retires_at  DATETIME(6)     NULL COMMENT 'UTC; another one signs by then, and this one is no longer public',
  PRIMARY KEY (company_id, provider_id, id),
  KEY provider_key_public (provider_id, id),
  KEY provider_key_over (retires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Keys that prove to a provider who we are (private_key_jwt)';
