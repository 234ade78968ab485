-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE point_rule_set (
  company_id UUID        NOT NULL COMMENT 'company.id',
  id         UUID        NOT NULL COMMENT 'UUIDv7 made by the client',
  from_at    DATETIME(6) NOT NULL COMMENT 'UTC, included; holds until the next set begins',
  created_by UUID        NOT NULL COMMENT 'person.id',
  created_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  UNIQUE KEY point_rule_set_from (company_id, from_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What actions earn from an instant on: never changed, followed by another';
