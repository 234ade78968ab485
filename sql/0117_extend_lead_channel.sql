-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE lead
  MODIFY COLUMN channel ENUM('form','api','csv','webhook','pixel') NOT NULL COMMENT 'how it came in';
