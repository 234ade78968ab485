-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE person_role (
  company_id UUID        NOT NULL COMMENT 'company.id',
  person_id  UUID        NOT NULL COMMENT 'person.id',
  from_at    DATETIME(6) NOT NULL COMMENT 'UTC',
  to_at      DATETIME(6) NULL COMMENT 'UTC; NULL: still',
  role       ENUM('member','curator','manager','admin') NOT NULL COMMENT 'held in that time',
  PRIMARY KEY (company_id, person_id, from_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Roles, dated';
