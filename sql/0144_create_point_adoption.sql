-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE point_adoption (
  company_id UUID        NOT NULL COMMENT 'company.id',
  id         UUID        NOT NULL COMMENT 'UUIDv7; its rules are those of point_rule with this set_id',
  from_at    DATETIME(6) NOT NULL COMMENT 'UTC, included',
  to_at      DATETIME(6) NOT NULL COMMENT 'UTC, excluded',
  adopted_at DATETIME(6) NOT NULL COMMENT 'UTC; the latest holds',
  PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Other rules that hold for a time that was over or had begun: rostra points replay --adopt';
