-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE emv_rate_set (
  company_id UUID        NOT NULL COMMENT 'company.id',
  id         UUID        NOT NULL COMMENT 'UUIDv7 made by the client',
  currency   CHAR(3)     CHARACTER SET ascii NOT NULL COMMENT 'ISO 4217; of the rates',
  from_day   DATE        NOT NULL COMMENT 'UTC day, included; holds until the next set of the currency begins, of one day the later made',
  created_by UUID        NOT NULL COMMENT 'person.id',
  created_at DATETIME(6) NOT NULL COMMENT 'UTC',
  PRIMARY KEY (company_id, id),
  KEY emv_rate_set_day (company_id, currency, from_day)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='What clicks are worth to a company from a day on: never changed, followed by another';
