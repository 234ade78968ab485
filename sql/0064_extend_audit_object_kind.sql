-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE audit_event
  MODIFY COLUMN object_kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what it was done to: a word of the program';
