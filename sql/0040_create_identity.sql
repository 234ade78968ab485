-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE identity (
  company_id      UUID         NOT NULL COMMENT 'company.id',
  issuer          VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'identity_provider.issuer',
  subject         VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'PII; the provider''s word for the person',
  person_id       UUID         NOT NULL COMMENT 'person.id',
  created_at      DATETIME(6)  NOT NULL COMMENT 'UTC',
  last_sign_in_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, issuer, subject),
  KEY identity_person (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who a provider''s subject is';
