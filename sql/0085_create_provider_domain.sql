-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE provider_domain (
  domain      VARCHAR(253) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'lower case; one word of identity_provider.email_domains',
  company_id  UUID         NOT NULL COMMENT 'company.id',
  provider_id UUID         NOT NULL COMMENT 'identity_provider.id',
  PRIMARY KEY (domain, company_id, provider_id),
  KEY provider_domain_provider (company_id, provider_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Which providers an e-mail address may belong to';
