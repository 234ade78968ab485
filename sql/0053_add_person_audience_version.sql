-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE person
  ADD COLUMN audience_version BIGINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'counts changes of the channels in this person''s feed and of their teams; each is one of feed_version, too' AFTER feed_version;
