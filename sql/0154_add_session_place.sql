-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE session
  ADD COLUMN created_country CHAR(2) CHARACTER SET ascii NULL COMMENT 'PII; ISO 3166-1, of the network that signed in, where the operator gives a file of places',
  ADD COLUMN created_city VARCHAR(80) NULL COMMENT 'PII; in English; of the same',
  ADD COLUMN last_used_country CHAR(2) CHARACTER SET ascii NULL COMMENT 'PII; ISO 3166-1, of the network of the last refresh',
  ADD COLUMN last_used_city VARCHAR(80) NULL COMMENT 'PII; in English; of the same';
