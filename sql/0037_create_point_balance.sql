-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE point_balance (
  company_id     UUID         NOT NULL COMMENT 'company.id',
  person_id      UUID         NOT NULL COMMENT 'person.id',
  currency       ENUM('allowance','earned') NOT NULL COMMENT 'as point_entry.currency',
  period         INT UNSIGNED NOT NULL COMMENT 'as point_entry.period',
  tenths         BIGINT       NOT NULL COMMENT 'tenths of a point; the sum of the entries',
  granted_tenths BIGINT       NOT NULL COMMENT 'tenths of a point; the part of the sum that is grants',
  entries        BIGINT       NOT NULL COMMENT 'how many entries there are',
  updated_at     DATETIME(6)  NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, person_id, currency, period),
  CONSTRAINT allowance_not_below_zero CHECK (currency <> 'allowance' OR tenths >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Roll-up of point_entry, kept in its transaction; can be rebuilt';
