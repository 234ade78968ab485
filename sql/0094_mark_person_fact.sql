-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE person_fact
  MODIFY COLUMN value VARCHAR(120) NOT NULL COMMENT 'PII (delete row); department and location by name, manager by id';
