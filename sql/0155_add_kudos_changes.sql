-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE change_log
  MODIFY COLUMN kind ENUM('post','channel','share','me','kudos') NOT NULL COMMENT 'what changed';
