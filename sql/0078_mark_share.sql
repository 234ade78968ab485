-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE share
  MODIFY COLUMN text TEXT NOT NULL COMMENT 'PII; final text, with disclosure and link';
