-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE scim_user (
  company_id      UUID         NOT NULL COMMENT 'company.id',
  person_id       UUID         NOT NULL COMMENT 'person.id, the id that the directory knows',
  user_name       VARCHAR(254) NOT NULL COMMENT 'PII (delete row); unique without regard to case (RFC 7643 4.1.1)',
  external_id     VARCHAR(254) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'PII; the directory''s own id',
  display_name    VARCHAR(120) NULL COMMENT 'PII; as sent; NULL: made of the parts of the name',
  formatted       VARCHAR(120) NULL COMMENT 'PII; name.formatted',
  employee_number VARCHAR(64)  NULL COMMENT 'PII',
  manager         VARCHAR(64)  NULL COMMENT 'PII; id of their manager, as sent',
  created_at      DATETIME(6)  NOT NULL COMMENT 'UTC',
  updated_at      DATETIME(6)  NOT NULL COMMENT 'UTC',
  deleted_at      DATETIME(6)  NULL COMMENT 'UTC; DELETE: the directory knows them no more, their shares stay',
  PRIMARY KEY (company_id, person_id),
  UNIQUE KEY scim_user_name (company_id, user_name),
  KEY scim_user_external (company_id, external_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What the directory says of a person beside what person has';
