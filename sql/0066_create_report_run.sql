-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE report_run (
  company_id         UUID        NOT NULL COMMENT 'company.id',
  definition_id      UUID        NOT NULL COMMENT 'report_definition.id',
  id                 UUID        NOT NULL COMMENT 'UUIDv7',
  from_day           CHAR(10)    CHARACTER SET ascii NOT NULL COMMENT 'local date, included',
  to_day             CHAR(10)    CHARACTER SET ascii NOT NULL COMMENT 'local date, excluded',
  time_zone          VARCHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'IANA; of the dates',
  currency           CHAR(3)     CHARACTER SET ascii NOT NULL COMMENT 'ISO 4217; of the values',
  as_of              DATETIME(6) NOT NULL COMMENT 'UTC; of the data',
  sealed_by          UUID        NULL COMMENT 'person.id',
  credits            BIGINT      NOT NULL COMMENT 'rows',
  total_millionths   BIGINT      NOT NULL COMMENT 'conversions credited and not, in millionths',
  total_minor        BIGINT      NOT NULL COMMENT 'their value; minor units of currency',
  nobody_millionths  BIGINT      NOT NULL COMMENT 'of these, unattributed',
  nobody_minor       BIGINT      NOT NULL COMMENT 'of these, unattributed; minor units',
  sha256             BINARY(32)  NOT NULL COMMENT 'of the CSV of the rows',
  PRIMARY KEY (company_id, definition_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='A sealed run of a saved report: only ever added to';
