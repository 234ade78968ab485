-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE badge_due (
  company_id UUID NOT NULL COMMENT 'company.id',
  person_id  UUID NOT NULL COMMENT 'PII (delete row); person.id',
  PRIMARY KEY (company_id, person_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Who did something since their badges were looked at';
