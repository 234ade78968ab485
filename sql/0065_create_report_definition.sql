-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE report_definition (
  company_id UUID         NOT NULL COMMENT 'company.id',
  id         UUID         NOT NULL COMMENT 'UUIDv7; permanent: a definition is never changed',
  name       VARCHAR(120) NOT NULL COMMENT 'as people call it',
  query      VARCHAR(500) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'parameters of the credits of an attribution report, without its dates',
  created_by UUID         NULL COMMENT 'person.id',
  created_at DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A saved report: what it asks';
