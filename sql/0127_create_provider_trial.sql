-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE provider_trial (
  company_id    UUID        NOT NULL COMMENT 'company.id',
  id            UUID        NOT NULL COMMENT 'UUIDv7',
  provider_id   UUID        NOT NULL COMMENT 'identity_provider.id',
  person_id     UUID        NOT NULL COMMENT 'person.id; the admin who tries',
  ticket_sha256 BINARY(32)  NULL COMMENT 'of what the browser begins with; NULL: it has begun',
  outcome       MEDIUMTEXT  NULL COMMENT 'PII (delete row); JSON: which claims came, and what would have happened; NULL: not yet',
  created_at    DATETIME(6) NOT NULL COMMENT 'UTC',
  expires_at    DATETIME(6) NOT NULL COMMENT 'UTC; it goes',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY provider_trial_ticket (ticket_sha256),
  KEY provider_trial_over (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Sign-ins that try what a draft of claims would do';
