-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE person_fact (
  company_id UUID         NOT NULL COMMENT 'company.id',
  person_id  UUID         NOT NULL COMMENT 'person.id',
  kind       ENUM('department','location','manager') NOT NULL COMMENT 'what the directory said',
  from_at    DATETIME(6)  NOT NULL COMMENT 'UTC, included',
  to_at      DATETIME(6)  NULL COMMENT 'UTC, excluded; NULL: still',
  value      VARCHAR(120) NOT NULL COMMENT 'PII (delete row); department and location by name, manager by id',
  PRIMARY KEY (company_id, person_id, kind, from_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Facts of a person, dated: never overwritten';
