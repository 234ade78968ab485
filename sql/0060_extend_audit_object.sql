-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE audit_event
  MODIFY COLUMN object_kind ENUM('person','session','key','identity_provider','lead','company','click_change') NOT NULL COMMENT 'what it was done to';
