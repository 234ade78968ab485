-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE exchange_rate (
  company_id UUID        NOT NULL COMMENT 'company.id',
  day        DATE        NOT NULL COMMENT 'UTC date from which on it holds, until the next one',
  currency   CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217',
  base       CHAR(3)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217; the same in all rows of a company',
  billionths BIGINT      NOT NULL COMMENT 'units of currency for one unit of base, in billionths',
  loaded_at  DATETIME(6) NOT NULL COMMENT 'UTC; when this value came',
  PRIMARY KEY (company_id, day, currency)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Dated exchange rates, as the company loaded them';
