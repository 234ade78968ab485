-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE identity
  MODIFY COLUMN subject VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'PII (delete row); the provider''s word for the person';
