-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE scim_user
  MODIFY COLUMN user_name VARCHAR(254) NOT NULL COMMENT 'PII (delete row); unique without regard to case (RFC 7643 4.1.1)',
  MODIFY COLUMN manager VARCHAR(64) NULL COMMENT 'PII; id of their manager, as sent';
