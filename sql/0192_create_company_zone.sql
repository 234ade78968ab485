-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE company_zone (
  company_id UUID        NOT NULL COMMENT 'company.id',
  until_at   DATETIME(6) NOT NULL COMMENT 'UTC, excluded; after the last row, company.time_zone holds',
  time_zone  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'IANA name; its days were those of the company''s points',
  PRIMARY KEY (company_id, until_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci COMMENT='Former time zones of companies: a deed keeps its day when the zone changes';
