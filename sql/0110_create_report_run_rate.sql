-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE report_run_rate (
  company_id      UUID    NOT NULL COMMENT 'company.id',
  run_id          UUID    NOT NULL COMMENT 'report_run.id',
  day             DATE    NOT NULL COMMENT 'UTC date of the conversions',
  currency        CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217; of their values',
  from_billionths BIGINT  NOT NULL COMMENT 'units of currency for one of the base, in billionths',
  to_billionths   BIGINT  NOT NULL COMMENT 'units of the run''s currency for one of the base, in billionths',
  PRIMARY KEY (company_id, run_id, day, currency)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Exchange rates that a sealed run used';
