-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE idempotency
  MODIFY COLUMN reply MEDIUMBLOB NOT NULL COMMENT 'PII (delete row); the kept answer, byte for byte';
