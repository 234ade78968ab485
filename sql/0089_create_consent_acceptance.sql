-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE consent_acceptance (
  company_id  UUID        NOT NULL COMMENT 'company.id',
  person_id   UUID        NOT NULL COMMENT 'person.id',
  consent_id  UUID        NOT NULL COMMENT 'consent.id: the version',
  language    VARCHAR(16) CHARACTER SET ascii NOT NULL COMMENT 'of the words that were shown',
  accepted_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, person_id, consent_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who accepted which text when: kept, also of people who are erased';
