-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE emv_run (
  company_id  UUID        NOT NULL COMMENT 'company.id',
  id          UUID        NOT NULL COMMENT 'UUIDv7 made by the client',
  from_day    CHAR(10)    CHARACTER SET ascii NOT NULL COMMENT 'UTC date, included',
  to_day      CHAR(10)    CHARACTER SET ascii NOT NULL COMMENT 'UTC date, excluded',
  currency    CHAR(3)     CHARACTER SET ascii NOT NULL COMMENT 'ISO 4217',
  as_of       DATETIME(6) NOT NULL COMMENT 'UTC; of the data',
  sealed_by   UUID        NULL COMMENT 'person.id',
  clicks      BIGINT      NOT NULL COMMENT 'human ones',
  unrated     BIGINT      NOT NULL COMMENT 'of these, on networks without a rate',
  value_minor BIGINT      NOT NULL COMMENT 'minor units of currency',
  sha256      BINARY(32)  NOT NULL COMMENT 'of the CSV by network',
  PRIMARY KEY (company_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A sealed run of earned media value: only ever added to';
