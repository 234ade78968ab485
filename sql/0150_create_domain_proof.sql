-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE domain_proof (
  company_id  UUID         NOT NULL COMMENT 'company.id',
  id          UUID         NOT NULL COMMENT 'UUIDv7 made by the client',
  provider_id UUID         NOT NULL COMMENT 'identity_provider.id; whose people have addresses there',
  domain      VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'lower case',
  token       CHAR(43)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'must stand in the TXT record; public then',
  result      ENUM('proved','missing','another','unanswered') NULL COMMENT 'of the last check; NULL: there was none',
  created_at  DATETIME(6)  NOT NULL COMMENT 'UTC',
  checked_at  DATETIME(6)  NULL COMMENT 'UTC; the last check',
  proved_at   DATETIME(6)  NULL COMMENT 'UTC; the record was there: a word of identity_provider.email_domains since',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY domain_proof_domain (company_id, provider_id, domain)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Domains that companies prove to be theirs by a TXT record';
