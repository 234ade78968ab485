-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE profile (
  company_id UUID        NOT NULL COMMENT 'company.id',
  person_id  UUID        NOT NULL COMMENT 'PII (delete row); person.id, who alone writes it',
  visibility ENUM('company','team','nobody') NOT NULL DEFAULT 'company' COMMENT 'who sees the profile, finds the person by what they know, and reads what they do in the feed of people',
  version    BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes',
  updated_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What a person allows others to see of them; no row: the company sees it';
