-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE team
  ADD COLUMN membership_version BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes of who is in it; with version the entity tag of SCIM';
