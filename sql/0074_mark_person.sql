-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE person
  MODIFY COLUMN display_name VARCHAR(120) NOT NULL COMMENT 'PII (left: Former colleague)',
  MODIFY COLUMN language   VARCHAR(16) CHARACTER SET ascii NULL COMMENT 'PII; BCP 47; NULL: the company''s',
  MODIFY COLUMN time_zone  VARCHAR(64) CHARACTER SET ascii NULL COMMENT 'PII; IANA; NULL: the company''s',
  MODIFY COLUMN department VARCHAR(120) NULL COMMENT 'PII; as the directory calls it',
  MODIFY COLUMN location   VARCHAR(120) NULL COMMENT 'PII; as the directory calls it';
